//! The notes at a vault's door, and what else lies unsealed beside a vault.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(vault::fuzzing::door);
}
