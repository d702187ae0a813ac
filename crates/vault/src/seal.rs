//! XChaCha20-Poly1305 (RFC 8439 with the 192-bit nonce of draft-irtf-cfrg-xchacha-03), and the
//! box that everything but sound is sealed in.
//!
//! Box, version 1: `1` ‖ nonce (24 bytes) ‖ ciphertext ‖ tag (16 bytes). A random 192-bit nonce
//! does not repeat in practice, so one key can seal any number of boxes.

use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::{AeadInOut, KeyInit, XChaCha20Poly1305};
use zeroize::{Zeroize as _, Zeroizing};

use crate::error::VaultError;
use crate::key::Key;

/// Bytes in a nonce.
pub(crate) const NONCE_BYTES: usize = 24;
/// Bytes in a tag.
pub(crate) const TAG_BYTES: usize = 16;

const BOX_VERSION: u8 = 1;

/// A number used once with a key.
pub(crate) struct Nonce(pub(crate) [u8; NONCE_BYTES]);

impl Nonce {
    pub(crate) fn make_random() -> Result<Self, VaultError> {
        let mut bytes = [0; NONCE_BYTES];
        getrandom::fill(&mut bytes).map_err(VaultError::NoRandomness)?;
        Ok(Self(bytes))
    }
}

/// The bytes were not sealed with this key for this place, or not as they are now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotAuthentic;

/// 64-bit words of the stack that the cipher may have used: its key, its state and up to a few blocks of
/// text, which it copies there and leaves.
const CIPHER_STACK: usize = 512;

/// Overwrites the part of the stack on which a call that has just returned to the same caller lay.
#[inline(never)]
fn wipe_stack_below() {
    [0_u64; CIPHER_STACK].zeroize();
}

/// Encrypts `text` where it lies; returns the tag over it and `bound`.
pub(crate) fn encrypt<Purpose>(
    key: &Key<Purpose>,
    nonce: &Nonce,
    bound: &[u8],
    text: &mut [u8],
) -> [u8; TAG_BYTES] {
    let tag = encrypt_on_stack(key.expose(), nonce, bound, text);
    wipe_stack_below();
    tag
}

#[inline(never)]
fn encrypt_on_stack(
    key: &[u8; 32],
    nonce: &Nonce,
    bound: &[u8],
    text: &mut [u8],
) -> [u8; TAG_BYTES] {
    let cipher = XChaCha20Poly1305::new(key.into());
    match cipher.encrypt_inout_detached((&nonce.0).into(), bound, InOutBuf::from(text)) {
        Ok(tag) => tag.into(),
        // The cipher refuses only texts of more than 256 GiB.
        Err(_) => unreachable!("no text of a visit has 256 GiB"),
    }
}

/// Decrypts `text` where it lies, if the tag is right for it and `bound`.
pub(crate) fn decrypt<Purpose>(
    key: &Key<Purpose>,
    nonce: &Nonce,
    bound: &[u8],
    text: &mut [u8],
    tag: &[u8; TAG_BYTES],
) -> Result<(), NotAuthentic> {
    let decrypted = decrypt_on_stack(key.expose(), nonce, bound, text, tag);
    wipe_stack_below();
    decrypted
}

#[inline(never)]
fn decrypt_on_stack(
    key: &[u8; 32],
    nonce: &Nonce,
    bound: &[u8],
    text: &mut [u8],
    tag: &[u8; TAG_BYTES],
) -> Result<(), NotAuthentic> {
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher
        .decrypt_inout_detached((&nonce.0).into(), bound, InOutBuf::from(text), tag.into())
        .map_err(|_| NotAuthentic)
}

/// Seals `text` in a box that opens only together with `bound`.
pub(crate) fn seal<Purpose>(
    key: &Key<Purpose>,
    nonce: &Nonce,
    bound: &[u8],
    text: &[u8],
) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(1 + NONCE_BYTES + text.len() + TAG_BYTES);
    sealed.push(BOX_VERSION);
    sealed.extend_from_slice(&nonce.0);
    // From here the text is encrypted in its final place, so that no other copy of it is left.
    sealed.extend_from_slice(text);
    let tag = encrypt(key, nonce, bound, &mut sealed[1 + NONCE_BYTES..]);
    sealed.extend_from_slice(&tag);
    sealed
}

/// Opens a box that was sealed with the same key and `bound`.
pub(crate) fn open<Purpose>(
    key: &Key<Purpose>,
    bound: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, NotAuthentic> {
    let (version, rest) = sealed.split_first().ok_or(NotAuthentic)?;
    let (nonce, rest) = rest.split_first_chunk().ok_or(NotAuthentic)?;
    let (text, tag) = rest.split_last_chunk().ok_or(NotAuthentic)?;
    if *version != BOX_VERSION {
        return Err(NotAuthentic);
    }
    let mut text = Zeroizing::new(text.to_vec());
    decrypt(key, &Nonce(*nonce), bound, &mut text, tag)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::key::OfVisit;

    fn key(byte: u8) -> Key<OfVisit> {
        Key::fill_with(|bytes| {
            bytes.fill(byte);
            Ok::<_, ()>(())
        })
        .unwrap()
    }

    proptest! {
        #[test]
        fn a_box_opens_to_what_was_sealed(text: Vec<u8>, bound: Vec<u8>, nonce: [u8; NONCE_BYTES]) {
            let sealed = seal(&key(7), &Nonce(nonce), &bound, &text);
            let opened = open(&key(7), &bound, &sealed).unwrap();
            prop_assert_eq!(opened.as_slice(), text.as_slice());
        }

        #[test]
        fn a_box_opens_only_whole_and_in_its_place(
            text: Vec<u8>, bound: Vec<u8>, at: prop::sample::Index, bit in 0..8, cut in 1_usize..60,
        ) {
            let sealed = seal(&key(7), &Nonce([3; NONCE_BYTES]), &bound, &text);
            prop_assert!(open(&key(8), &bound, &sealed).is_err());
            prop_assert!(open(&key(7), &[&bound[..], &[0]].concat(), &sealed).is_err());
            prop_assert!(open(&key(7), &bound, &sealed[..sealed.len().saturating_sub(cut)]).is_err());
            let mut flipped = sealed.clone();
            flipped[at.index(sealed.len())] ^= 1_u8 << bit;
            prop_assert!(open(&key(7), &bound, &flipped).is_err());
        }

        #[test]
        fn any_bytes_are_refused_without_a_panic(bytes: Vec<u8>) {
            prop_assert!(open(&key(7), b"", &bytes).is_err());
        }
    }
}
