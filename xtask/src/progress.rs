//! What long steps show: a bar on a terminal, a line now and then elsewhere.

use std::io::{IsTerminal as _, stderr};
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

/// Progress of one step.
pub struct Progress {
    bar: Option<ProgressBar>,
    what: String,
    of: u64,
    done: AtomicU64,
    show: fn(u64) -> String,
}

impl Progress {
    /// Of so many things.
    pub fn steps(what: &str, of: u64) -> Self {
        Self::new(
            what,
            of,
            "{msg} {wide_bar} {pos} of {len}  {elapsed}",
            |count| count.to_string(),
        )
    }

    /// Of so many bytes.
    pub fn bytes(what: &str, of: u64) -> Self {
        Self::new(
            what,
            of,
            "{msg} {wide_bar} {bytes} of {total_bytes}  {elapsed}",
            |count| HumanBytes(count).to_string(),
        )
    }

    fn new(what: &str, of: u64, template: &str, show: fn(u64) -> String) -> Self {
        let bar = stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template(template)
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            let bar = ProgressBar::new(of)
                .with_style(style)
                .with_message(what.to_owned());
            bar.enable_steady_tick(std::time::Duration::from_millis(200));
            bar
        });
        Self {
            bar,
            what: what.to_owned(),
            of,
            done: AtomicU64::new(0),
            show,
        }
    }

    /// So much more is done.
    pub fn step(&self, count: u64) {
        let before = self.done.fetch_add(count, Ordering::Relaxed);
        match &self.bar {
            Some(bar) => bar.inc(count),
            None if tenth(before, self.of) != tenth(before + count, self.of) => {
                eprintln!(
                    "  {} {} of {}",
                    self.what,
                    (self.show)(before + count),
                    (self.show)(self.of)
                );
            }
            None => {}
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// A line between steps.
    pub fn note(text: &str) {
        eprintln!("  {text}");
    }
}

/// Which tenth of the whole this is.
const fn tenth(done: u64, of: u64) -> u64 {
    match (done * 10).checked_div(of) {
        Some(tenth) => tenth,
        None => 0,
    }
}
