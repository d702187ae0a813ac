use std::marker::PhantomData;

use hkdf::Hkdf;
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox};
use sha2::Sha256;

use crate::error::VaultError;

/// Bytes in every key of the vault.
pub(crate) const KEY_BYTES: usize = 32;

/// A 256-bit key for one purpose. It wipes itself, cannot be copied and has no printable form;
/// the type keeps keys of different purposes apart.
pub(crate) struct Key<Purpose> {
    bytes: SecretBox<[u8; KEY_BYTES]>,
    purpose: PhantomData<Purpose>,
}

/// Purpose: derived from the passphrase, wraps the vault key.
pub(crate) enum Passphrase {}
/// Purpose: random, one per vault; every other key hangs on it.
pub(crate) enum VaultRoot {}
/// Purpose: SQLCipher's raw key.
pub(crate) enum Database {}
/// Purpose: wraps the visits' keys.
pub(crate) enum Wrapping {}
/// Purpose: signs what is left of what was erased.
pub(crate) enum Signing {}
/// Purpose: random, one per visit; seals everything of the visit but its sound.
pub(crate) enum OfVisit {}
/// Purpose: random, one per visit; seals its sound, so that it can be erased alone.
pub(crate) enum OfSound {}

impl<Purpose> Key<Purpose> {
    /// A key whose bytes `fill` writes in place.
    pub(crate) fn fill_with<E>(
        fill: impl FnOnce(&mut [u8; KEY_BYTES]) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut bytes = SecretBox::new(Box::new([0; KEY_BYTES]));
        fill(bytes.expose_secret_mut())?;
        Ok(Self {
            bytes,
            purpose: PhantomData,
        })
    }

    /// A key from the operating system's random generator.
    pub(crate) fn make_random() -> Result<Self, VaultError> {
        Self::fill_with(|bytes| getrandom::fill(bytes)).map_err(VaultError::NoRandomness)
    }

    pub(crate) fn expose(&self) -> &[u8; KEY_BYTES] {
        self.bytes.expose_secret()
    }
}

impl Key<OfVisit> {
    /// The key of the sound of a visit of version 1, where one key sealed everything.
    pub(crate) fn as_sound_key(&self) -> Key<OfSound> {
        let copied = Key::fill_with(|bytes| {
            bytes.copy_from_slice(self.expose());
            Ok::<_, std::convert::Infallible>(())
        });
        match copied {
            Ok(key) => key,
            Err(never) => match never {},
        }
    }
}

impl Key<VaultRoot> {
    pub(crate) fn derive_database_key(&self) -> Key<Database> {
        self.derive(b"inroom vault 1: database key")
    }

    pub(crate) fn derive_wrapping_key(&self) -> Key<Wrapping> {
        self.derive(b"inroom vault 1: wrapping key")
    }

    pub(crate) fn derive_signing_key(&self) -> Key<Signing> {
        self.derive(b"inroom vault 1: signing key")
    }

    /// HKDF-SHA-256 (RFC 5869) without salt: the vault key is uniformly random already.
    fn derive<Purpose>(&self, label: &[u8]) -> Key<Purpose> {
        let derived =
            Key::fill_with(|bytes| Hkdf::<Sha256>::new(None, self.expose()).expand(label, bytes));
        match derived {
            Ok(key) => key,
            // HKDF refuses only outputs of more than 255 × 32 bytes.
            Err(_) => unreachable!("32 bytes are a valid length"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn derived_keys_differ_from_each_other_and_from_their_root() {
        let root = Key::<VaultRoot>::make_random().unwrap();
        let keys = [
            *root.expose(),
            *root.derive_database_key().expose(),
            *root.derive_wrapping_key().expose(),
            *root.derive_signing_key().expose(),
        ];
        let different: std::collections::HashSet<_> = keys.iter().collect();
        assert_eq!(different.len(), keys.len());
        assert!(keys.iter().all(|key| key != &[0; KEY_BYTES]));
    }
}
