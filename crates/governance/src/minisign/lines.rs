//! A file's lines, and bytes as base64 (RFC 4648, with padding).

use base64ct::{Base64, Encoding as _};

use super::{Kind, NotMinisign};

pub(super) const UNTRUSTED: &str = "untrusted comment: ";
pub(super) const TRUSTED: &str = "trusted comment: ";

/// Exactly so many lines; the last may lack its line feed.
pub(super) fn exactly<const N: usize>(text: &str, kind: Kind) -> Result<[&str; N], NotMinisign> {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let lines: Vec<&str> = body
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .collect();
    let lines: [&str; N] = lines.try_into().map_err(|_| NotMinisign::Lines(kind))?;
    if !lines[0].starts_with(UNTRUSTED) {
        return Err(NotMinisign::Lines(kind));
    }
    Ok(lines)
}

/// The bytes of a line, of which there must be exactly so many.
pub(super) fn decode<const N: usize>(text: &str, line: usize) -> Result<[u8; N], NotMinisign> {
    let mut bytes = [0; N];
    match Base64::decode(text, &mut bytes) {
        Ok(found) if found.len() == N => Ok(bytes),
        _ => Err(NotMinisign::Base64(line)),
    }
}

/// Adds bytes as base64 and ends the line. The buffer has room for 158 bytes, the longest that the format has.
pub(super) fn push(text: &mut String, bytes: &[u8]) {
    let mut buffer = zeroize::Zeroizing::new([0_u8; 212]);
    // Fails only for more bytes than there is room for.
    if let Ok(line) = Base64::encode(bytes, buffer.as_mut_slice()) {
        text.push_str(line);
    }
    text.push('\n');
}

/// The bytes at a place; what is decoded here has a fixed length, so they are there.
pub(super) fn part<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut part = [0; N];
    if let Some(found) = bytes.get(at..at + N) {
        part.copy_from_slice(found);
    }
    part
}
