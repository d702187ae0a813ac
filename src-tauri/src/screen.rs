//! The screen that the window is to stand on: one of this computer.

use scribe::confinement::engine::Engine;

/// Why the window cannot be opened where `DISPLAY` names a screen that is reached over the network: the
/// program opens no network connection. (`ssh -X` makes such a one, `localhost:10.0`.)
pub fn out_of_reach(walls: &Engine) -> Option<String> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if walls.is_automated() || set("WAYLAND_DISPLAY").is_some() {
        return None;
    }
    let display = set("DISPLAY")?;
    is_remote(&display).then(|| {
        format!(
            "the screen {display} is reached over the network, and Inroom opens no network connection. \
             Nothing was started. Start it on this computer's own screen"
        )
    })
}

/// `host:number`; without a host, or with `unix` for one, or with a path, it is a socket of this computer.
fn is_remote(display: &str) -> bool {
    let host = display.rsplit_once(':').map_or("", |(host, _)| host);
    !host.is_empty() && !host.starts_with("unix") && !host.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_with_a_host_is_remote() {
        for here in [":0", ":99.0", "unix:0", "unix/:0", "/tmp/screen:0"] {
            assert!(!is_remote(here), "{here}");
        }
        for there in ["localhost:10.0", "ward-3:0", "192.0.2.7:0", "[::1]:0"] {
            assert!(is_remote(there), "{there}");
        }
    }
}
