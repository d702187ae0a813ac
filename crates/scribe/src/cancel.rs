use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A wish that a piece of work be given up; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    wished: Arc<AtomicBool>,
    whole: Option<Arc<AtomicBool>>,
}

impl Cancel {
    /// For a part of what `whole` gives up: wished for alone or with it.
    pub(crate) fn within(whole: &Self) -> Self {
        Self {
            wished: Arc::default(),
            whole: Some(whole.wished.clone()),
        }
    }

    /// Wishes it.
    pub fn cancel(&self) {
        self.wished.store(true, Ordering::Relaxed);
    }

    /// Whether it was wished.
    pub fn is_cancelled(&self) -> bool {
        let mut wishes = [Some(&self.wished), self.whole.as_ref()]
            .into_iter()
            .flatten();
        wishes.any(|wish| wish.load(Ordering::Relaxed))
    }
}
