//! inroomctl
fn main() {}
