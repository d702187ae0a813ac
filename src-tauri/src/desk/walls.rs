//! Whether something of the program can leave the computer by itself: tried once for each start.

use std::sync::OnceLock;

use scribe::confinement::{check, engine::Engine};

use super::Desk;
use crate::ipc::NothingLeaves;

/// The walls around this process, and what trying them has shown.
#[derive(Default)]
pub(super) struct Walls {
    around: Option<Engine>,
    tried: OnceLock<NothingLeaves>,
}

impl Desk {
    /// In a process with these walls.
    pub fn walled_in(mut self, walls: Engine) -> Self {
        self.walls.around = Some(walls);
        self
    }

    /// What the self-check of this start has found. The first call makes it, which takes a moment.
    pub fn nothing_leaves(&self) -> NothingLeaves {
        let tried = self.walls.tried.get_or_init(|| {
            let Some(around) = &self.walls.around else {
                return NothingLeaves::default();
            };
            match check(around).proof() {
                Ok(_proof) => NothingLeaves {
                    proven: true,
                    gaps: Vec::new(),
                },
                Err(gaps) => NothingLeaves {
                    proven: false,
                    gaps: gaps.iter().map(ToString::to_string).collect(),
                },
            }
        });
        tried.clone()
    }
}
