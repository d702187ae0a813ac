//! The vault as its callers see it, on a real disk.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod backup;
mod damage;
mod durability;
mod erasure;
mod first_version;
#[cfg(target_os = "linux")]
mod full_disk;
mod opening;
mod plaintext;
mod recording;
mod sample;
mod visits;
mod ways;
