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
/// Purpose: random, one per person of an organisation's vault; their passphrase opens it, and it opens
/// the vault key.
pub(crate) enum Person {}
/// Purpose: random, one per vault and sealed emergency sheet, whose code opens it; with this computer's
/// secret it opens the vault key.
pub(crate) enum Emergency {}
/// Purpose: the secret of this computer, without which the passphrase wraps nothing.
pub(crate) enum Device {}
/// Purpose: seals keys that the keys file keeps beside the vault key.
pub(crate) enum Keeping {}
/// Purpose: signs what is left of what was erased, and backups.
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

    /// The same key once more; each wipes itself.
    pub(crate) fn another(&self) -> Self {
        self.copied()
    }

    fn copied<Other>(&self) -> Key<Other> {
        let copied = Key::fill_with(|bytes| {
            bytes.copy_from_slice(self.expose());
            Ok::<_, std::convert::Infallible>(())
        });
        match copied {
            Ok(key) => key,
            Err(never) => match never {},
        }
    }

    pub(crate) fn expose(&self) -> &[u8; KEY_BYTES] {
        self.bytes.expose_secret()
    }
}

impl Key<OfVisit> {
    /// The key of the sound of a visit of version 1, where one key sealed everything.
    pub(crate) fn as_sound_key(&self) -> Key<OfSound> {
        self.copied()
    }
}

impl Key<Passphrase> {
    /// The passphrase's key together with this computer's secret (HKDF-SHA-256, RFC 5869, the secret
    /// as salt): neither alone says anything about it.
    pub(crate) fn with_device(&self, device: &Key<Device>) -> Self {
        expand(
            Some(device.expose()),
            self.expose(),
            b"inroom vault 2: passphrase and device",
        )
    }
}

impl Key<Emergency> {
    /// The sheet's key together with this computer's secret, as [`Key::<Passphrase>::with_device`].
    pub(crate) fn with_device(&self, device: &Key<Device>) -> Self {
        expand(
            Some(device.expose()),
            self.expose(),
            b"inroom vault 4: emergency sheet and device",
        )
    }
}

impl Key<Device> {
    /// 128 bits by which another secret is told from a wrong passphrase; they say nothing else.
    pub(crate) fn check(&self, vault: &[u8; 16]) -> [u8; 16] {
        let check: Key<Self> = expand(Some(vault), self.expose(), b"inroom vault 2: device check");
        let (check, _) = check.expose().split_at(16);
        let mut half = [0; 16];
        half.copy_from_slice(check);
        half
    }
}

/// HKDF-SHA-256 (RFC 5869).
fn expand<Purpose>(salt: Option<&[u8]>, key: &[u8], label: &[u8]) -> Key<Purpose> {
    let derived = Key::fill_with(|bytes| Hkdf::<Sha256>::new(salt, key).expand(label, bytes));
    match derived {
        Ok(key) => key,
        // HKDF refuses only outputs of more than 255 × 32 bytes.
        Err(_) => unreachable!("32 bytes are a valid length"),
    }
}

impl Key<VaultRoot> {
    pub(crate) fn derive_database_key(&self) -> Key<Database> {
        self.derive(b"inroom vault 1: database key")
    }

    pub(crate) fn derive_wrapping_key(&self) -> Key<Wrapping> {
        self.derive(b"inroom vault 1: wrapping key")
    }

    pub(crate) fn derive_keeping_key(&self) -> Key<Keeping> {
        self.derive(b"inroom vault 2: kept keys")
    }

    pub(crate) fn derive_signing_key(&self) -> Key<Signing> {
        self.derive(b"inroom vault 1: signing key")
    }

    /// Without salt: the vault key is uniformly random already.
    fn derive<Purpose>(&self, label: &[u8]) -> Key<Purpose> {
        expand(None, self.expose(), label)
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
            *root.derive_keeping_key().expose(),
        ];
        let different: std::collections::HashSet<_> = keys.iter().collect();
        assert_eq!(different.len(), keys.len());
        assert!(keys.iter().all(|key| key != &[0; KEY_BYTES]));
    }
}
