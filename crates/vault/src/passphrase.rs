use argon2::{Algorithm, Argon2, Block, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroize;

use crate::error::VaultError;
use crate::key::{KEY_BYTES, Key, Passphrase};

/// Fewest characters of a passphrase: guesses against a copied vault are limited by nothing but
/// their cost (NIST SP 800-63B-4 asks for 15 where a password is the only factor and for 8 beside
/// a second one; the device's own sign-in stands before this one).
pub const LEAST_PASSPHRASE_CHARACTERS: usize = 12;

/// Bytes of salt (RFC 9106, section 3.1).
pub(crate) const SALT_BYTES: usize = 16;

/// What deriving a key from the passphrase costs: Argon2id (RFC 9106, version 0x13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KdfCost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl KdfCost {
    /// For vaults that hold visits: 64 MiB, 3 passes, 4 lanes, the second recommendation of
    /// RFC 9106, section 4. It takes about 0.25 s on one core of 2024.
    pub const STANDARD: Self = Self {
        memory_kib: 64 * 1024,
        passes: 3,
        lanes: 4,
    };

    /// For tests and for scratch vaults whose passphrase is random and dies with them: the least
    /// that Argon2id can do.
    pub const LEAST: Self = Self {
        memory_kib: 8,
        passes: 1,
        lanes: 1,
    };

    /// A cost that was read from a file, if it is one that this program would ever run: at most
    /// 2 GiB, 64 passes, 16 lanes.
    pub(crate) fn checked(memory_kib: u32, passes: u32, lanes: u32) -> Option<Self> {
        let known = (1..=16).contains(&lanes)
            && (1..=64).contains(&passes)
            && (8 * lanes..=2 * 1024 * 1024).contains(&memory_kib);
        known.then_some(Self {
            memory_kib,
            passes,
            lanes,
        })
    }

    /// KiB of memory.
    pub(crate) const fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    /// Passes over the memory.
    pub(crate) const fn passes(self) -> u32 {
        self.passes
    }

    /// Lanes.
    pub(crate) const fn lanes(self) -> u32 {
        self.lanes
    }
}

/// Whether a passphrase may protect a new vault.
pub(crate) fn check_length(passphrase: &SecretString) -> Result<(), VaultError> {
    let characters = passphrase.expose_secret().chars().count();
    if characters < LEAST_PASSPHRASE_CHARACTERS {
        return Err(VaultError::PassphraseTooShort { characters });
    }
    Ok(())
}

/// Derives the key that wraps the vault key. The passphrase counts as its UTF-8 bytes.
pub(crate) fn derive_key(
    passphrase: &SecretString,
    salt: &[u8; SALT_BYTES],
    cost: KdfCost,
) -> Result<Key<Passphrase>, VaultError> {
    let not_enough_memory = || VaultError::NotEnoughMemory {
        mib: cost.memory_kib.div_ceil(1024),
    };
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(KEY_BYTES))
        .map_err(|_| not_enough_memory())?;

    // The memory is taken here, not by the library, so that it can be refused and wiped.
    let mut memory: Vec<Block> = Vec::new();
    memory
        .try_reserve_exact(params.block_count())
        .map_err(|_| not_enough_memory())?;
    memory.resize(params.block_count(), Block::new());

    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let key = Key::fill_with(|bytes| {
        argon2.hash_password_into_with_memory(
            passphrase.expose_secret().as_bytes(),
            salt,
            bytes,
            &mut memory,
        )
    });
    memory.iter_mut().for_each(Zeroize::zeroize);
    key.map_err(|_| not_enough_memory())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_passphrase_is_measured_in_characters() {
        assert!(check_length(&"zwölf Ärzte!".into()).is_ok());
        assert!(matches!(
            check_length(&"elf Ärzte!!".into()),
            Err(VaultError::PassphraseTooShort { characters: 11 })
        ));
    }

    #[test]
    fn only_costs_within_bounds_are_taken_from_a_file() {
        let standard = KdfCost::STANDARD;
        assert_eq!(
            KdfCost::checked(standard.memory_kib, standard.passes, standard.lanes),
            Some(standard)
        );
        assert_eq!(KdfCost::checked(8, 1, 1), Some(KdfCost::LEAST));
        for (memory_kib, passes, lanes) in [
            (7, 1, 1),
            (15, 1, 2),
            (u32::MAX, 1, 1),
            (64, 0, 1),
            (64, 65, 1),
            (64, 1, 0),
            (1024, 1, 17),
        ] {
            assert_eq!(
                KdfCost::checked(memory_kib, passes, lanes),
                None,
                "{memory_kib} {passes} {lanes}"
            );
        }
    }

    #[test]
    fn salt_passphrase_and_cost_all_matter() {
        let derive = |passphrase: &str, salt: u8, cost| {
            *derive_key(&passphrase.into(), &[salt; SALT_BYTES], cost)
                .unwrap()
                .expose()
        };
        let dearer = KdfCost {
            passes: 2,
            ..KdfCost::LEAST
        };
        let first = derive("a passphrase", 1, KdfCost::LEAST);
        assert_eq!(first, derive("a passphrase", 1, KdfCost::LEAST));
        for other in [
            derive("A passphrase", 1, KdfCost::LEAST),
            derive("a passphrase", 2, KdfCost::LEAST),
            derive("a passphrase", 1, dearer),
        ] {
            assert_ne!(first, other);
        }
    }
}
