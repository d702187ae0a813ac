//! What only an organisation's keys file does.

use governance::Account;
use secrecy::SecretString;

use super::person::{NewWay, PersonWay};
use super::wrap::{FORMER, SIGNING, Wrap, keep};
use super::{Content, DAMAGED, FORMAT, KeysFile, PEOPLE_VERSION, Unwrapped};
use crate::device::{DevicePlace, DeviceSecrets};
use crate::error::VaultError;
use crate::escrow::EscrowRecipient;
use crate::hex::{Hex, HexBytes};
use crate::key::{Device, Key, VaultRoot};

/// Most people of one vault: their ways have to fit into a file that is read as a whole.
const MOST_PEOPLE: usize = 200;

impl KeysFile {
    /// Whether it is an organisation's.
    pub(crate) fn is_organisations(&self) -> bool {
        self.content.version >= PEOPLE_VERSION
    }

    /// The accounts that have a way of their own.
    pub(crate) fn people(&self) -> impl Iterator<Item = &str> {
        self.content.people.iter().map(|way| way.account.as_str())
    }

    fn way_of(&self, account: &Account) -> Option<&PersonWay> {
        let mut ways = self.content.people.iter();
        ways.find(|way| way.account == account.as_str())
    }

    /// A new file of an organisation around a new random vault key.
    pub(crate) fn make_for(
        new: &NewWay<'_>,
        escrow: &EscrowRecipient,
    ) -> Result<(Self, Key<VaultRoot>), VaultError> {
        let mut vault = [0; 16];
        getrandom::fill(&mut vault).map_err(VaultError::NoRandomness)?;
        let root = Key::make_random()?;
        let content = Content {
            format: FORMAT.to_owned(),
            version: PEOPLE_VERSION,
            vault: Some(Hex(vault)),
            people: vec![PersonWay::make(&root, &vault, new)?],
            wraps: vec![entrust(&root, escrow)?],
            emergency: None,
            signing: None,
            former: None,
        };
        Ok((Self { content }, root))
    }

    /// The same vault with a new way for a person, in the place of any that they had. One with a
    /// passphrase becomes an organisation's by it: the passphrase opens it no longer.
    ///
    /// # Errors
    /// [`VaultError::TooManyPeople`].
    pub(crate) fn with_person(
        &self,
        unwrapped: &Unwrapped,
        new: &NewWay<'_>,
        escrow: &EscrowRecipient,
    ) -> Result<Self, VaultError> {
        let vault = self.vault_or_new()?;
        let way = PersonWay::make(&unwrapped.root, &vault, new)?;
        let mut content = Content {
            version: self.content.version.max(PEOPLE_VERSION),
            vault: Some(Hex(vault)),
            wraps: vec![entrust(&unwrapped.root, escrow)?],
            ..self.content.clone()
        };
        content.people.retain(|old| old.account != way.account);
        if content.people.len() >= MOST_PEOPLE {
            return Err(VaultError::TooManyPeople { most: MOST_PEOPLE });
        }
        content.people.push(way);
        content.people.sort_by(|a, b| a.account.cmp(&b.account));
        Ok(Self { content })
    }

    /// The same vault without the ways that need another secret of a computer than this person's does:
    /// on this computer they lead nowhere.
    pub(crate) fn without_other_computers(&self, account: &Account) -> Self {
        let here = self.way_of(account).and_then(|way| way.device);
        let mut content = self.content.clone();
        content.people.retain(|way| match (way.device, here) {
            (Some(there), Some(here)) => there.check == here.check,
            (there, _) => there.is_none(),
        });
        Self { content }
    }

    /// Where the secret of this computer is that a person's way needs.
    pub(crate) fn device_of(&self, account: &Account) -> Option<DevicePlace> {
        let device = self.way_of(account)?.device?;
        Some(device.place)
    }

    /// This computer's secret that a person's way needs, once more.
    ///
    /// # Errors
    /// A `DeviceSecret…` variant.
    pub(crate) fn device_secret_of(
        &self,
        account: &Account,
        secrets: Option<&dyn DeviceSecrets>,
    ) -> Result<Option<(DevicePlace, Key<Device>)>, VaultError> {
        match self.way_of(account).and_then(|way| way.device) {
            Some(device) => Ok(Some((device.place, self.device_secret(&device, secrets)?))),
            None => Ok(None),
        }
    }

    /// The same vault with the ways of those people alone.
    pub(crate) fn with_only(&self, keep: impl Fn(&str) -> bool) -> Self {
        let mut content = self.content.clone();
        content.people.retain(|way| keep(&way.account));
        Self { content }
    }

    /// The same vault, entrusted to this recovery key alone.
    pub(crate) fn with_escrow(
        &self,
        unwrapped: &Unwrapped,
        escrow: &EscrowRecipient,
    ) -> Result<Self, VaultError> {
        let wraps = vec![entrust(&unwrapped.root, escrow)?];
        let content = Content {
            wraps,
            ..self.content.clone()
        };
        Ok(Self { content })
    }

    /// An organisation's file with everybody's way to a new vault key, and the present one beside it
    /// until nothing needs it.
    pub(crate) fn with_new_key_for_people(
        &self,
        unwrapped: &Unwrapped,
        escrow: Option<&EscrowRecipient>,
    ) -> Result<(Self, Key<VaultRoot>), VaultError> {
        let vault = *self.vault().ok_or(DAMAGED)?;
        let root = Key::<VaultRoot>::make_random()?;
        let ways = self.content.people.iter();
        let content = Content {
            people: ways
                .map(|way| way.to_new_key(&vault, &unwrapped.root, &root))
                .collect::<Result<_, _>>()?,
            wraps: escrow
                .map(|escrow| entrust(&root, escrow))
                .into_iter()
                .collect::<Result<_, _>>()?,
            emergency: match &self.content.emergency {
                Some(way) => Some(way.to_new_key(&vault, &unwrapped.root, &root)?),
                None => None,
            },
            signing: Some(keep(&root, &unwrapped.signing, SIGNING)?),
            former: Some(keep(&root, &unwrapped.root, FORMER)?),
            ..self.content.clone()
        };
        Ok((Self { content }, root))
    }

    /// Unwraps the vault key as a person does who signs in.
    ///
    /// # Errors
    /// [`VaultError::NoAccounts`] for a vault with one passphrase; [`VaultError::NoWay`];
    /// [`VaultError::WrongPassphrase`]; a `DeviceSecret…` variant.
    pub(crate) fn unwrap_person(
        &self,
        account: &Account,
        passphrase: &SecretString,
        secrets: Option<&dyn DeviceSecrets>,
    ) -> Result<Unwrapped, VaultError> {
        if !self.is_organisations() {
            return Err(VaultError::NoAccounts);
        }
        let no_way = || VaultError::NoWay(account.clone());
        let way = self.way_of(account).ok_or_else(no_way)?;
        let vault = self.vault().ok_or(DAMAGED)?;
        let secret = match &way.device {
            Some(device) => Some(self.device_secret(device, secrets)?),
            None => None,
        };
        self.unwrapped(way.open(vault, passphrase, secret.as_ref())?)
    }

    /// Whether a person has a way of their own.
    pub(crate) fn has_way(&self, account: &Account) -> bool {
        self.way_of(account).is_some()
    }
}

impl Content {
    /// Whether the people are few enough, each with an account, once, in their order.
    pub(super) fn people_are_in_order(&self) -> bool {
        let ways = &self.people;
        let is_account = |way: &PersonWay| {
            way.account
                .parse::<Account>()
                .is_ok_and(|account| account.as_str() == way.account)
        };
        ways.len() <= MOST_PEOPLE
            && ways.iter().all(is_account)
            && ways.is_sorted_by(|a, b| a.account < b.account)
    }
}

/// The vault key, entrusted to a recovery key.
fn entrust(root: &Key<VaultRoot>, escrow: &EscrowRecipient) -> Result<Wrap, VaultError> {
    Ok(Wrap::Escrow {
        recipient: escrow.to_string(),
        wrapped_key: HexBytes(escrow.wrap(root)?),
    })
}
