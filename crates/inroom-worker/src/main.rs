//! inroom-worker
fn main() {}
