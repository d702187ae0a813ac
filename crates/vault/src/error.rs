use std::io;

use governance::{
    Account, EnrolmentRefused, LockedDown, NotAdmitted, NotApproved, NotForRole, NotInEmergency,
    OutOfScope, Refused, TryLater,
};
use rusqlite::ErrorCode;
use visit::{ConsentPart, StateError, VisitId, VisitState};

use crate::device::{DeviceError, DevicePlace};
use crate::passphrase::LEAST_PASSPHRASE_CHARACTERS;
use crate::workstation::WorkstationError;

pub use crate::part::{Numbered, Part};

/// Why the vault did not do what was asked. No variant changes anything that was stored before.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The passphrase does not unwrap the vault key.
    #[error(
        "the passphrase does not open this vault; nothing was changed. Try again, and look at \
         Caps Lock and the keyboard layout"
    )]
    WrongPassphrase,
    /// The passphrase is too short for a new vault.
    #[error(
        "the passphrase has {characters} characters and needs {LEAST_PASSPHRASE_CHARACTERS} or \
         more: whoever gets hold of a copy of the vault can try guesses on a computer of their \
         own, where nothing limits the number of tries. No vault was created"
    )]
    PassphraseTooShort {
        /// How many characters it has.
        characters: usize,
    },
    /// There is no vault here.
    #[error(
        "there is no vault in this folder; nothing was changed. Choose another folder or create a vault"
    )]
    NotAVault,
    /// There is a vault, or what is left of one, here already.
    #[error(
        "there is a vault in this folder already; it was left untouched. Open it or choose another folder"
    )]
    AlreadyExists,
    /// The folder for a new vault holds something else.
    #[error(
        "the folder for the new vault is not empty; nothing was changed. Choose an empty or a new folder"
    )]
    FolderNotEmpty,
    /// Another program, or another part of this one, has the vault open.
    #[error(
        "this vault is open in another Inroom program; nothing was changed. Close that program and try again"
    )]
    InUse,
    /// A file of the vault is not there.
    #[error(
        "{what} is missing; nothing was changed and nothing was made anew. Put it back from a \
         backup of this vault"
    )]
    Missing {
        /// What.
        what: Part,
    },
    /// Something stored does not decrypt or does not fit together.
    #[error(
        "{what} is damaged or was altered; nothing was changed or thrown away. Keep the vault's \
         folder as it is and restore a backup to another folder"
    )]
    Damaged {
        /// What.
        what: Part,
    },
    /// The vault was written by a newer program.
    #[error(
        "{what} was written by a newer Inroom (format {found}, this one knows up to {known}); \
         nothing was changed. Update this program"
    )]
    NewerVersion {
        /// Which file.
        what: Part,
        /// The format's version in the file.
        found: u32,
        /// The newest version that this program knows.
        known: u32,
    },
    /// The disk, or the space given to this user, is full.
    #[error("the disk is full; everything stored before is intact. Free some space and go on")]
    DiskFull,
    /// The database could not be read or written for another reason.
    #[error("the store could not be read or written; everything stored before is intact")]
    Storage(#[source] rusqlite::Error),
    /// A file or folder operation failed.
    #[error("{doing} did not work; everything stored before is intact")]
    Io {
        /// What was tried, as a noun phrase.
        doing: &'static str,
        /// The operating system's answer.
        #[source]
        source: io::Error,
    },
    /// The consent to a new visit leaves something out.
    #[error(
        "the consent does not say {0}; no visit was made and nothing is recorded. Say it and begin \
         the visit again"
    )]
    ConsentIncomplete(ConsentPart),
    /// The visit is not in the vault.
    #[error("the visit {0} is not in this vault")]
    NoSuchVisit(VisitId),
    /// The chunk was never recorded.
    #[error("the recording has {recorded} chunks; there is no chunk {number}")]
    NoSuchChunk {
        /// The chunk that was asked for, counted from 0.
        number: u32,
        /// How many there are.
        recorded: u32,
    },
    /// What was asked for was erased.
    #[error("the sound of this visit was erased; its transcript and note are kept")]
    Erased,
    /// There is nothing of the kind that was to be erased.
    #[error("there is nothing of this kind to erase in the visit as it stands; nothing was erased")]
    NothingToErase,
    /// The change of state is not allowed.
    #[error(transparent)]
    State(#[from] StateError),
    /// Something was handed in that a visit in this state does not take.
    #[error("a visit that is {state:?} takes no {what}; it was not stored")]
    NotNow {
        /// What was handed in.
        what: Numbered,
        /// The visit's state.
        state: VisitState,
    },
    /// The visit is signed.
    #[error(
        "the note of this visit is signed, and nothing of a signed visit changes; it was not \
         stored. Corrections are addenda"
    )]
    Signed,
    /// The transcript has no such turn or label, or none any more.
    #[error(
        "the transcript has no such turn or voice as it stands now; nothing was changed. Look at it \
         again and choose anew"
    )]
    NoSuchTurn,
    /// A label that no voice can have.
    #[error("voices are counted from 1; nothing was changed")]
    NoSuchVoice,
    /// Nobody has corrected the speakers of the visit.
    #[error("nobody has corrected who spoke in this visit; nothing was changed")]
    NoCorrection,
    /// There is nothing to sign.
    #[error("the visit has no note that could be signed; nothing was changed. Write one first")]
    NoNote,
    /// Nobody can have signed.
    #[error("a signature needs the name of who signs; nothing was changed")]
    NoSigner,
    /// Somebody has changed the note since it was read.
    #[error(
        "revision {read} of the note was read and there is a revision {newest}; nothing was \
         signed. Read that one and sign it"
    )]
    NotNewest {
        /// The revision that was to be signed.
        read: u32,
        /// The newest one.
        newest: u32,
    },
    /// Numbers must follow each other without gaps.
    #[error("{what} {expected} is the next one, not {found}; nothing was stored")]
    OutOfOrder {
        /// What is numbered.
        what: Numbered,
        /// The number that comes next.
        expected: u32,
        /// The number that was handed in.
        found: u32,
    },
    /// What is settled of a recording never becomes unsettled.
    #[error("the settled part of the transcript cannot shrink; nothing was stored")]
    SettledBackwards,
    /// A chunk is empty or longer than a second.
    #[error("a chunk holds 1 to 16000 samples, not {samples}; it was not stored")]
    ChunkLength {
        /// How many were handed in.
        samples: usize,
    },
    /// A value that could be written but not read again, such as a probability that is no number.
    #[error("the {what} holds a value that cannot be stored; nothing was stored")]
    Unstorable {
        /// What was handed in.
        what: Part,
    },
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes for a key; nothing was stored")]
    NoRandomness(#[source] getrandom::Error),
    /// The memory that deriving a key from the passphrase takes could not be had.
    #[error(
        "there is not enough free memory to check the passphrase ({mib} MiB); nothing was changed. Close other programs and try again"
    )]
    NotEnoughMemory {
        /// How much is needed, in MiB.
        mib: u32,
    },
    /// The vault opens only together with this computer's secret, and none was offered.
    #[error(
        "this vault opens only together with the secret of its computer, kept in {place}; nothing \
         was changed. Say where that is, or use the organisation's recovery key (`inroomctl vault \
         recover`)"
    )]
    DeviceSecretNeeded {
        /// Where it is kept.
        place: DevicePlace,
    },
    /// This computer's secret is not where it is kept.
    #[error(
        "the secret of this computer is not in {place}: the vault came from another computer or \
         account, or the secret was removed. Nothing was changed and no new secret was made. Open \
         the vault where it was made, or use the organisation's recovery key (`inroomctl vault recover`)"
    )]
    DeviceSecretMissing {
        /// Where it is kept.
        place: DevicePlace,
    },
    /// There is a secret, but not the one of this vault.
    #[error(
        "the secret of this computer in {place} is not the one that this vault was made with; \
         nothing was changed. Put the right one back, or use the organisation's recovery key \
         (`inroomctl vault recover`)"
    )]
    DeviceSecretChanged {
        /// Where it is kept.
        place: DevicePlace,
    },
    /// The place of this computer's secret does not answer.
    #[error("{0}. Nothing was changed. Unlock it or start it, and try again")]
    Device(#[from] DeviceError),
    /// Not an age X25519 recipient.
    #[error("a recovery key's public part begins with \"age1\"; nothing was changed")]
    NotARecipient,
    /// Not an age X25519 identity.
    #[error(
        "the file holds no recovery key: a line that begins with \"AGE-SECRET-KEY-1\" is expected; \
         nothing was changed"
    )]
    NotAnIdentity,
    /// The vault key was never entrusted to anybody.
    #[error(
        "this vault was made without a recovery key, so only its passphrase opens it; nothing was changed"
    )]
    NoEscrow,
    /// The vault key was entrusted to somebody else.
    #[error("this recovery key is not the one that the vault was made with; nothing was changed")]
    WrongIdentity,
    /// The vault is an organisation's.
    #[error(
        "this vault belongs to an organisation and opens for its people alone: sign in with your \
         account (`--account`). Nothing was changed"
    )]
    AccountNeeded,
    /// The vault has one passphrase and no accounts.
    #[error(
        "this vault was made without an organisation and opens with its passphrase alone; no account \
         is asked for it, and nothing was changed"
    )]
    NoAccounts,
    /// The computer is enrolled, and the vault was made without an organisation.
    #[error(
        "this computer is enrolled with an organisation, and this vault was made without one, or its \
         file keys.json was; nothing was changed. `inroomctl vault join` brings it into the \
         organisation, with its passphrase and your enrolment code"
    )]
    ToBeJoined,
    /// The computer is enrolled, and a vault without an organisation was to be made.
    #[error(
        "this computer is enrolled with an organisation: a vault is made with your account and your \
         enrolment code (`inroomctl vault create --account`). No vault was made"
    )]
    Enrolled,
    /// The person has no way into this vault.
    #[error(
        "{0} has no way into this vault yet; nothing was changed. With the enrolment code a person who \
         is signed in lets the account in (`inroomctl vault admit`), or the organisation's recovery \
         key does (`inroomctl vault recover`)"
    )]
    NoWay(Account),
    /// Too many tries failed.
    #[error(transparent)]
    TooManyTries(#[from] TryLater),
    /// The roster does not let the person in.
    #[error("{0}. The vault stays closed")]
    NotAdmitted(Box<NotAdmitted>),
    /// The enrolment code does not do it.
    #[error(transparent)]
    Code(#[from] EnrolmentRefused),
    /// The enrolment code was used before.
    #[error(
        "this enrolment code was used in this vault already; nothing was changed. Ask your \
         organisation for a new one"
    )]
    CodeUsed,
    /// There is no room for more people.
    #[error("this vault has ways for {most} people and takes no more; nothing was changed")]
    TooManyPeople {
        /// How many it takes.
        most: usize,
    },
    /// The vault is an organisation's, and the computer is not enrolled.
    #[error(
        "this vault belongs to an organisation, and the organisation's key and document are not on \
         this computer: they were removed, or the vault came from elsewhere. Nothing was changed. \
         `inroomctl workstation enrol` puts them there"
    )]
    OrganisationGone,
    /// The computer is enrolled with another key than the vault is bound to.
    #[error(
        "this vault is bound to another organisation's key than the one in {}: the files there were \
         exchanged, or the vault came from elsewhere. Nothing was changed. Put your organisation's key \
         and newest document back: remove that folder, then `inroomctl workstation enrol`",
        folder.display()
    )]
    OtherOrganisation {
        /// Where the computer's enrolment lies.
        folder: std::path::PathBuf,
    },
    /// The organisation's document on this computer is not taken.
    #[error(
        "the organisation's document on this computer is refused: {0}. The vault stays closed until a \
         document that it takes is there; `inroomctl workstation update` takes it"
    )]
    Document(Box<Refused>),
    /// The computer's enrolment is not in order.
    #[error("{0}. No vault was opened")]
    Workstation(Box<WorkstationError>),
    /// The person's role does not include it.
    #[error(transparent)]
    NotForRole(#[from] NotForRole),
    /// The visit lies outside the organisation's pilot.
    #[error(transparent)]
    OutOfScope(Box<OutOfScope>),
    /// The model is not one that the organisation has approved.
    #[error(transparent)]
    NotApproved(Box<NotApproved>),
    /// Not the code of a sealed sheet.
    #[error(
        "this is not the code of an emergency sheet, or it is mistyped; compare it with the sheet. \
         Nothing was tried"
    )]
    NotAnEmergencyCode,
    /// No sealed sheet opens the vault.
    #[error(
        "no emergency sheet opens this vault: the organisation's document named none when somebody \
         last signed in, or it was used. Nothing was changed. The recovery key opens it (`inroomctl \
         vault recover`)"
    )]
    NoEmergency,
    /// Another sheet's code.
    #[error(
        "this is the code of another emergency sheet than the one that opens this vault; nothing was \
         changed. Take the newest sheet"
    )]
    WrongEmergencyCode,
    /// The sheet was used before.
    #[error(
        "this emergency sheet was used in this vault already and opens it no more; nothing was changed. \
         The organisation makes a new one (`inroomctl people emergency`), or the recovery key opens the \
         vault"
    )]
    EmergencyUsed,
    /// Nobody said who they are.
    #[error(
        "say your own name, of at most 200 characters, for an emergency access; nothing was opened"
    )]
    NoEmergencyName,
    /// The time is over.
    #[error(
        "the time of this emergency access is over; nothing was changed. Whoever can sign in goes on"
    )]
    EmergencyOver,
    /// More than reading.
    #[error(transparent)]
    NotInEmergency(#[from] NotInEmergency),
    /// A folder that means another one elsewhere.
    #[error("the whole path of the folder is needed, from its beginning; nothing was changed")]
    NotAWholePath,
    /// The vault is locked down since a suspicion was reported.
    #[error(transparent)]
    LockedDown(#[from] LockedDown),
    /// There is no lockdown to be lifted.
    #[error("the vault is not locked down; nothing was changed")]
    NotLockedDown,
    /// What was to lift a lockdown does not.
    #[error("the vault stays locked down: {0}")]
    NotLifted(&'static str),
    /// It is the organisation's to decide.
    #[error("in an organisation's vault {0}; nothing was changed")]
    OrganisationDecides(&'static str),
    /// There is no backup in the folder, or no snapshot with this name.
    #[error("there is no such backup in this folder; nothing was changed")]
    NoBackup,
    /// There are backups of several vaults in the folder.
    #[error(
        "there are backups of several vaults in this folder; nothing was changed. Name one of the \
         folders in it"
    )]
    SeveralBackups,
    /// What came back from a backup is not what was backed up.
    #[error(
        "the backup was restored to try it and differs from the vault; it is not kept. The vault and \
         earlier backups are intact. Back up to another medium"
    )]
    BackupDiffers,
    /// The program was linked to an SQLite without encryption, or the cipher refused its key.
    #[error(
        "the store's encryption is not available in this build of the program; nothing was stored"
    )]
    NoCipher,
}

impl VaultError {
    /// For `map_err` on file operations.
    pub(crate) fn io(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Io { doing, source },
        }
    }
}

// Boxed, so that a result that holds none of them stays small.

impl From<NotAdmitted> for VaultError {
    fn from(refused: NotAdmitted) -> Self {
        Self::NotAdmitted(Box::new(refused))
    }
}

impl From<Refused> for VaultError {
    fn from(refused: Refused) -> Self {
        Self::Document(Box::new(refused))
    }
}

impl From<WorkstationError> for VaultError {
    fn from(error: WorkstationError) -> Self {
        Self::Workstation(Box::new(error))
    }
}

impl From<OutOfScope> for VaultError {
    fn from(refused: OutOfScope) -> Self {
        Self::OutOfScope(Box::new(refused))
    }
}

impl From<NotApproved> for VaultError {
    fn from(refused: NotApproved) -> Self {
        Self::NotApproved(Box::new(refused))
    }
}

impl From<rusqlite::Error> for VaultError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged {
                what: Part::Database,
            },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse,
            _ => Self::Storage(error),
        }
    }
}
