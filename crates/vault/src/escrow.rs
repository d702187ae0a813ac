//! The organisation's way in: the vault key, encrypted to an age X25519 recipient
//! (<https://age-encryption.org/v1>), so that the `age` tool can open it too.

use std::fmt;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::str::FromStr;

use age::x25519;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::error::VaultError;
use crate::folder::private;
use crate::key::{KEY_BYTES, Key, VaultRoot};

/// Most bytes of a wrapped vault key: the header of one recipient, the nonce, the key and its tag.
const MOST_WRAPPED_BYTES: usize = 1024;

/// To whom the vault key is entrusted: an age recipient, `age1…`.
#[derive(Clone)]
pub struct EscrowRecipient(x25519::Recipient);

impl FromStr for EscrowRecipient {
    type Err = VaultError;

    fn from_str(text: &str) -> Result<Self, VaultError> {
        text.trim()
            .parse()
            .map(Self)
            .map_err(|_| VaultError::NotARecipient)
    }
}

impl fmt::Display for EscrowRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for EscrowRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl EscrowRecipient {
    /// Encrypts what leaves the program, so that whoever has the recipient's identity alone can read
    /// it: the binary age format.
    ///
    /// # Errors
    /// [`VaultError::NotARecipient`] if nothing can be encrypted to it.
    pub fn encrypt(&self, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        age::encrypt(&self.0, plain).map_err(|_| VaultError::NotARecipient)
    }

    pub(crate) fn wrap(&self, key: &Key<VaultRoot>) -> Result<Vec<u8>, VaultError> {
        self.encrypt(key.expose())
    }
}

/// Who can open what was entrusted to its recipient: an age identity, `AGE-SECRET-KEY-1…`. It has
/// no printable form but the text of its file.
pub struct EscrowIdentity(x25519::Identity);

impl EscrowIdentity {
    /// A new one, from the operating system's random generator.
    pub fn generate() -> Self {
        Self(x25519::Identity::generate())
    }

    /// Reads an identity file as `age-keygen` writes it: lines beginning with `#` say nothing.
    ///
    /// # Errors
    /// [`VaultError::NotAnIdentity`].
    pub fn parse(file: &SecretString) -> Result<Self, VaultError> {
        let mut lines = file
            .expose_secret()
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let line = lines.next().ok_or(VaultError::NotAnIdentity)?;
        line.parse()
            .map(Self)
            .map_err(|_| VaultError::NotAnIdentity)
    }

    /// Its recipient.
    pub fn recipient(&self) -> EscrowRecipient {
        EscrowRecipient(self.0.to_public())
    }

    /// Writes it to a file of its own that only this account may read.
    ///
    /// # Errors
    /// [`VaultError::Io`], also if there is a file already: it is left alone.
    pub fn write_to(&self, path: &Path) -> Result<(), VaultError> {
        let write = || {
            let mut file = private(OpenOptions::new().write(true).create_new(true)).open(path)?;
            file.write_all(self.to_text().expose_secret().as_bytes())?;
            file.sync_all()
        };
        write().map_err(VaultError::io("writing the recovery key"))
    }

    /// The text of its file, for the sheet of paper that is kept of it.
    pub fn to_text(&self) -> SecretString {
        let secret = self.0.to_string();
        format!(
            "# Opens every vault that was made with the recipient below. Keep it offline and locked away.\n\
             # public key: {}\n{}\n",
            self.recipient(),
            secret.expose_secret()
        )
        .into()
    }

    pub(crate) fn unwrap_key(&self, wrapped: &[u8]) -> Result<Key<VaultRoot>, VaultError> {
        if wrapped.len() > MOST_WRAPPED_BYTES {
            return Err(VaultError::WrongIdentity);
        }
        let text =
            Zeroizing::new(age::decrypt(&self.0, wrapped).map_err(|_| VaultError::WrongIdentity)?);
        let bytes: &[u8; KEY_BYTES] = text
            .as_slice()
            .try_into()
            .map_err(|_| VaultError::WrongIdentity)?;
        Key::fill_with(|key| {
            key.copy_from_slice(bytes);
            Ok::<_, VaultError>(())
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_entrusted_comes_back_to_its_identity_alone() {
        let (ours, theirs) = (EscrowIdentity::generate(), EscrowIdentity::generate());
        let key = Key::<VaultRoot>::make_random().unwrap();
        let wrapped = ours.recipient().wrap(&key).unwrap();
        assert!(wrapped.len() < MOST_WRAPPED_BYTES);
        assert_eq!(ours.unwrap_key(&wrapped).unwrap().expose(), key.expose());
        assert!(matches!(
            theirs.unwrap_key(&wrapped),
            Err(VaultError::WrongIdentity)
        ));
        let mut flipped = wrapped.clone();
        *flipped.last_mut().unwrap() ^= 1;
        assert!(ours.unwrap_key(&flipped).is_err());
    }

    #[test]
    fn an_identity_is_read_from_its_file() {
        let identity = EscrowIdentity::generate();
        let again = EscrowIdentity::parse(&identity.to_text()).unwrap();
        assert_eq!(
            again.recipient().to_string(),
            identity.recipient().to_string()
        );
        for bad in [
            "",
            "# nothing\n",
            "age1notanidentity",
            "AGE-SECRET-KEY-1ABC",
        ] {
            assert!(matches!(
                EscrowIdentity::parse(&bad.to_owned().into()),
                Err(VaultError::NotAnIdentity)
            ));
        }
        assert!("AGE-SECRET-KEY-1ABC".parse::<EscrowRecipient>().is_err());
    }
}
