//! The locked screen: while a visit is recorded or written down the store stays open behind it, and
//! nothing of it is shown or done until whoever is signed in unlocks it. Once that work has ended the
//! store is locked (P4.4 of the security properties).

use std::sync::Arc;
use std::sync::atomic::Ordering;

use governance::{Account, IDLE_LOCK_MINUTES};
use scribe::Event;
use vault::{SecretString, Suspicion, Vault};

use super::{Desk, Store, lock};
use crate::failure::{Failure, FailureCode};
use crate::ipc::FromDesk;

/// What the page may ask for while the screen is locked.
const WHILE_COVERED: [&str; 7] = [
    "listen",
    "lock_vault",
    "open_vault",
    "quit",
    "report_incident",
    "set_preferences",
    "startup",
];

impl Desk {
    /// Whether the screen is locked and the store open behind it.
    pub(super) fn is_covered(&self) -> bool {
        self.covered.load(Ordering::SeqCst)
    }

    /// Locks the store, or the screen alone while a visit is worked on; a sample that was begun from the
    /// first start ends.
    pub fn lock_vault(&self) {
        // Nobody listens until there is a page that has seen nothing.
        *lock(&self.listener) = None;
        let turned = lock(&self.screen);
        if self.is_covered() || self.end_sample() {
            return;
        }
        if self.underway.is_anything() {
            self.covered.store(true, Ordering::SeqCst);
            if let Some(vault) = self.behind() {
                // What cannot be entered is locked all the same.
                let _ = vault.lock_screen();
            }
            drop(turned);
            // The work may have ended meanwhile.
            self.lock_when_done();
        } else {
            *lock(&self.store) = None;
        }
    }

    /// Locks the store if the screen is locked and nothing goes on behind it any more.
    pub fn lock_when_done(&self) {
        let _turned = lock(&self.screen);
        if !self.is_covered() || self.underway.is_anything() {
            return;
        }
        *lock(&self.store) = None;
        self.covered.store(false, Ordering::SeqCst);
        self.tell(FromDesk::Locked);
    }

    /// Unlocks the screen for whoever opened the store.
    ///
    /// # Errors
    /// What the store or the keyring answers; [`FailureCode::Busy`] for somebody else.
    pub(super) fn uncover(
        &self,
        account: Option<&Account>,
        passphrase: &SecretString,
    ) -> Result<(), Failure> {
        let _turned = lock(&self.screen);
        let vault = self.behind().ok_or_else(Failure::locked)?;
        let signed_in = vault.person().map(|person| &person.account);
        if let (Some(own), Some(other)) = (signed_in, account)
            && own != other
        {
            let message = format!(
                "{own} is signed in, and a visit is still being recorded or written down. {other} can \
                 sign in when that is done."
            );
            return Err(Failure::new(FailureCode::Busy, message));
        }
        let secrets = self.secrets(Vault::entrances(vault.folder())?.device)?;
        vault.unlock_screen(passphrase, secrets.as_deref())?;
        self.covered.store(false, Ordering::SeqCst);
        Ok(())
    }

    /// Whether a call may be made as far as the locked screen goes.
    ///
    /// # Errors
    /// [`FailureCode::Locked`].
    pub(super) fn may_while_covered(&self, call: &str) -> Result<(), Failure> {
        if self.is_covered() && !WHILE_COVERED.contains(&call) {
            return Err(Failure::locked());
        }
        Ok(())
    }

    /// Reports a suspicion about the store, open or locked.
    ///
    /// # Errors
    /// What the store answers; nothing is reported then.
    pub fn report(&self, suspicion: Suspicion) -> Result<(), Failure> {
        match self.behind() {
            Some(vault) => vault.report_incident(suspicion).map(drop)?,
            None => Vault::report_at(&self.store_folder(), suspicion)?,
        }
        Ok(())
    }

    /// Whether the open store is locked down. What cannot be looked at counts as that.
    pub fn is_locked_down(&self) -> bool {
        let incidents = self.behind().map(|vault| vault.incidents());
        incidents.is_some_and(|found| found.map_or(true, |found| found.locked_down()))
    }

    /// The account of whoever is signed in, also behind a locked screen.
    pub fn signed_in(&self) -> Option<String> {
        let vault = self.behind()?;
        Some(vault.person()?.account.as_str().to_owned())
    }

    /// The role of whoever is signed in, while the store is shown.
    pub fn role(&self) -> Option<governance::Role> {
        let vault = self.vault().ok()?;
        Some(vault.person()?.role)
    }

    /// Minutes without a touch after which the screen is locked; 0 with a sample, whose store has no
    /// passphrase that anybody knows.
    pub fn idle_lock_minutes(&self) -> u32 {
        if self.sample().is_some() {
            return 0;
        }
        self.organisation()
            .map_or(IDLE_LOCK_MINUTES, |of| of.policy.idle_lock_minutes)
    }

    /// The account's own store, if it is open, whether its screen is locked or not.
    fn behind(&self) -> Option<Arc<Vault>> {
        match lock(&self.store).as_ref() {
            Some(Store::Kept(kept)) => Some(kept.vault.clone()),
            Some(Store::Scratch(_)) | None => None,
        }
    }
}

/// Whether this may be told at a locked screen: that a recording goes on, how far it is and whether it
/// is in trouble, and no word of any visit.
pub(super) fn may_be_told(message: &FromDesk) -> bool {
    match message {
        FromDesk::Visit { event, .. } => matches!(
            event,
            Event::State { .. }
                | Event::Level { .. }
                | Event::Kept { .. }
                | Event::Importing { .. }
                | Event::Backlog { .. }
                | Event::Gap { .. }
                | Event::Interrupted
                | Event::Alarm { .. }
                | Event::WorkerRestarted { .. }
                | Event::WorkerFailed { .. }
                | Event::TranscriptComplete { .. }
        ),
        FromDesk::BackingUp { .. }
        | FromDesk::SettingUp { .. }
        | FromDesk::RetentionFailed { .. }
        | FromDesk::StoreDamaged { .. }
        | FromDesk::CloseAsked
        | FromDesk::Locked => true,
    }
}
