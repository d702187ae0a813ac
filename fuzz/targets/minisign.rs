//! Keys and signatures of the minisign format, and enrolment codes.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(governance::fuzzing::minisign);
}
