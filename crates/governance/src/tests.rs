#![allow(clippy::unwrap_used)]
use visit::UnixMillis;
use zeroize::Zeroizing;

use crate::minisign::{SecretKey, Seeds};
use crate::{Account, Moment, Organisation};

mod acceptance;
mod decisions;
mod differences;
mod mistakes;
mod roles;
mod vocabulary;

/// A document with every field, signed by the `minisign` tool.
const SAMPLE: &str = include_str!("../tests/vectors/organisation-v1.toml");

fn sample() -> Organisation {
    Organisation::read(SAMPLE).unwrap()
}

fn day(text: &str) -> UnixMillis {
    Moment::try_from(text.parse::<toml::value::Datetime>().unwrap())
        .unwrap()
        .0
}

fn account(text: &str) -> Account {
    text.parse().unwrap()
}

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seeds(&Seeds {
        key: Zeroizing::new([seed; 32]),
        id: [seed; 8],
    })
}
