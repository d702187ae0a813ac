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

/// Room for a code as it is typed; longer ones are cut and are none.
const MOST_TYPED: usize = 256;
/// Letters of a group of a printed code.
const CODE_GROUP: usize = 6;

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

    /// The code of a sealed emergency sheet as it is typed: the secret line in any case, with anything
    /// but letters and digits between its groups.
    ///
    /// # Errors
    /// [`VaultError::NotAnEmergencyCode`]: its checksum (bech32) notices a slip.
    pub fn parse_code(typed: &SecretString) -> Result<Self, VaultError> {
        let mut line = Zeroizing::new(String::with_capacity(MOST_TYPED));
        let letters = typed.expose_secret().chars();
        for letter in letters.filter(char::is_ascii_alphanumeric).take(MOST_TYPED) {
            line.push(letter.to_ascii_uppercase());
        }
        let rest = line.strip_prefix("AGESECRETKEY").unwrap_or(&line);
        let whole = Zeroizing::new(format!("AGE-SECRET-KEY-{rest}"));
        whole
            .parse()
            .map(Self)
            .map_err(|_| VaultError::NotAnEmergencyCode)
    }

    /// The code of a sealed emergency sheet, to be printed: without the words that every code begins
    /// with, in groups.
    pub fn code(&self) -> SecretString {
        let secret = self.0.to_string();
        let letters = secret.expose_secret();
        let letters = letters.strip_prefix("AGE-SECRET-KEY-").unwrap_or(letters);
        let mut code = String::with_capacity(2 * letters.len());
        for (number, letter) in letters.chars().enumerate() {
            if number > 0 && number % CODE_GROUP == 0 {
                code.push('-');
            }
            code.push(letter);
        }
        code.into()
    }

    pub(crate) fn unwrap_key(&self, wrapped: &[u8]) -> Result<Key<VaultRoot>, VaultError> {
        self.decrypt_key(wrapped)
    }

    /// A key that was encrypted to its recipient.
    pub(crate) fn decrypt_key<Purpose>(&self, wrapped: &[u8]) -> Result<Key<Purpose>, VaultError> {
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

    #[test]
    fn a_code_is_read_as_it_is_typed_and_a_slip_is_noticed() {
        let identity = EscrowIdentity::generate();
        let printed = identity.code();
        let printed = printed.expose_secret();
        let is_ours = |typed: String| {
            EscrowIdentity::parse_code(&typed.into())
                .is_ok_and(|read| read.recipient().to_string() == identity.recipient().to_string())
        };
        assert!(is_ours(printed.to_owned()));
        assert!(is_ours(printed.to_lowercase().replace('-', " ")));
        assert!(is_ours(format!(
            "AGE-SECRET-KEY-{}",
            printed.replace('-', "")
        )));
        for slip in [
            printed.replacen(
                &printed[8..9],
                if &printed[8..9] == "Q" { "P" } else { "Q" },
                1,
            ),
            printed[..printed.len() - 1].to_owned(),
            String::new(),
        ] {
            assert!(matches!(
                EscrowIdentity::parse_code(&slip.into()),
                Err(VaultError::NotAnEmergencyCode)
            ));
        }
    }
}
