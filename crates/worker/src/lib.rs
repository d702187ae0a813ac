//! The child processes that host the models, seen from the main process: which binary fits this
//! processor, how it is started and watched, and the frames that both sides speak.
//!
//! A failed assertion in native inference code ends its process, and no handler can stop that. So
//! every model runs in a child: it may crash, run out of memory or hang, and whoever holds the
//! [`Child`] hears of it as [`WorkerEvent::Died`] and can start another.
//!
//! This crate knows nothing of models, of the vault or of what to do after a death: that is the
//! conductor's.
#![forbid(unsafe_code)]

mod child;
mod ending;
pub mod frame;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod last_words;
pub mod level;
pub mod locate;
mod memory;
pub mod protocol;
mod spawn;
mod watch;

pub use child::{Child, SendError, WorkerEvent};
pub use ending::Ending;
pub use last_words::PANIC_MARK;
pub use level::Level;
pub use locate::{NoWorker, worker_binary, worker_folder};
pub use memory::available as available_memory;
pub use spawn::{SpawnError, Start, WorkerKind};
