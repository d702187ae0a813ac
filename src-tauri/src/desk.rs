//! What the program holds while its window is open: the store, the listener, the work under way.

mod organisation;
mod sample;
mod screen;
mod walls;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governance::Organisation;
use scribe::models::ModelError;
use scribe::{DailyRetention, HeadsExport, ScratchVault, SystemLog, WorkerRole, clock};
use tauri::ipc::Channel;
use vault::{DevicePlace, DeviceSecrets, SecretString, Vault};
use visit::{Template, VisitId};

use crate::arguments::Arguments;
use crate::failure::{Failure, FailureCode};
use crate::ipc::{Door, FromDesk};
use crate::underway::Underway;

pub use sample::Sample;

/// How long the end of the program waits for work to end.
const LEAVE: Duration = Duration::from_secs(10);

/// The program's state. Commands run on several threads and share it.
pub struct Desk {
    folder: PathBuf,
    device_secret_file: Option<PathBuf>,
    store: Mutex<Option<Store>>,
    sample: Mutex<Option<Sample>>,
    listener: Arc<Mutex<Option<Channel<FromDesk>>>>,
    /// The screen is locked, while work goes on in the open store.
    covered: AtomicBool,
    /// Held by whoever locks or unlocks the screen.
    screen: Mutex<()>,
    walls: walls::Walls,
    /// The recording and the work that follow one another.
    pub underway: Underway,
}

/// The account's own store. Its retention and the export of its heads end before it is closed.
struct Kept {
    _retention: DailyRetention,
    _heads: HeadsExport,
    vault: Arc<Vault>,
}

enum Store {
    Kept(Kept),
    Scratch(ScratchVault),
}

/// Taken even after a panic in another thread: what is behind these locks is replaced as a whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    /// As the command line wants it. A demonstration's store is made at once and stands open.
    ///
    /// # Errors
    /// [`Failure`] where there is no folder to keep a store in, or no room for a scratch one.
    pub fn new(arguments: &Arguments) -> Result<Self, Failure> {
        let no_home = || {
            Failure::new(
                FailureCode::Store,
                "This account has no home folder to keep visits in. Name a folder with --data-dir.",
            )
        };
        let mut sample = None;
        let (folder, store) = if arguments.demo {
            let scratch = ScratchVault::create()?;
            sample = Some(Sample::new(
                arguments.demo_audio.as_deref(),
                scratch.folder(),
            )?);
            (scratch.folder().to_owned(), Some(Store::Scratch(scratch)))
        } else if let Some(folder) = &arguments.data_dir {
            (
                std::path::absolute(folder).unwrap_or_else(|_| folder.clone()),
                None,
            )
        } else {
            let own = scribe::vault_folder().ok_or_else(no_home)?;
            (own.parent().ok_or_else(no_home)?.to_owned(), None)
        };
        Ok(Self {
            folder,
            device_secret_file: arguments.device_secret_file.clone(),
            store: Mutex::new(store),
            sample: Mutex::new(sample),
            listener: Arc::default(),
            covered: AtomicBool::new(false),
            screen: Mutex::default(),
            walls: walls::Walls::default(),
            underway: Underway::default(),
        })
    }

    /// Where the program keeps what it writes.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the store lies or will lie.
    pub fn store_folder(&self) -> PathBuf {
        self.folder.join("vault")
    }

    /// How the store is to be entered.
    pub fn door(&self) -> Door {
        if self.is_covered() {
            Door::Covered
        } else if lock(&self.store).is_some() {
            Door::Open
        } else if Vault::exists(&self.store_folder()) {
            Door::Locked
        } else {
            Door::Absent
        }
    }

    /// Opens the store.
    ///
    /// # Errors
    /// What the store or the keyring answers.
    pub fn open_vault(&self, passphrase: &SecretString) -> Result<(), Failure> {
        if self.is_covered() {
            return self.uncover(None, passphrase);
        }
        let folder = self.store_folder();
        let secrets = self.secrets(Vault::entrances(&folder)?.device)?;
        let vault = Vault::open_with(&folder, passphrase, secrets.as_deref())?;
        self.keep(vault);
        Ok(())
    }

    /// From now on the store is open, and what is due in it is erased.
    fn keep(&self, vault: Vault) {
        if vault.log_was_damaged() {
            let message = vault::LOG_DAMAGED.to_owned();
            self.tell(FromDesk::StoreDamaged { message });
        }
        let vault = Arc::new(vault);
        let listener = self.listener.clone();
        let retention = DailyRetention::start(&vault, clock::now, move |done| {
            let failed = match done {
                Ok(done) => done.failed.into_iter().next().map(|(_, error)| error),
                Err(error) => Some(error),
            };
            if let (Some(error), Some(channel)) = (failed, lock(&listener).as_ref()) {
                let message = Failure::from(error).message;
                let _ = channel.send(FromDesk::RetentionFailed { message });
            }
        });
        // What does not arrive stands in the log and in `inroomctl audit heads show`: it is IT's, and
        // nobody who sees a patient can do anything about it.
        let heads = HeadsExport::start(&vault, SystemLog::default(), clock::now, |_| ());
        *lock(&self.store) = Some(Store::Kept(Kept {
            _retention: retention,
            _heads: heads,
            vault,
        }));
    }

    fn secrets(
        &self,
        place: Option<DevicePlace>,
    ) -> Result<Option<Box<dyn DeviceSecrets>>, Failure> {
        let file = self.device_secret_file.as_deref();
        os_keyring::secrets_at(place, file).map_err(|error| {
            Failure::new(
                FailureCode::Keyring,
                format!(
                    "{error}. This computer's secret is kept there, so that a copy of the vault opens \
                     nowhere else. Nothing was changed. Unlock or start the keyring and try again; on \
                     a computer without one, IT can start Inroom with --device-secret-file."
                ),
            )
        })
    }

    /// The open store.
    ///
    /// # Errors
    /// [`FailureCode::Locked`].
    pub fn vault(&self) -> Result<Arc<Vault>, Failure> {
        if self.is_covered() {
            return Err(Failure::locked());
        }
        match lock(&self.store).as_ref() {
            Some(Store::Kept(kept)) => Ok(kept.vault.clone()),
            Some(Store::Scratch(scratch)) => Ok(scratch.vault().clone()),
            None => Err(Failure::locked()),
        }
    }

    /// Ends what runs, in order, and lets the store go; a scratch one is erased. What is not done
    /// yet can be taken up at the next start.
    pub fn close(&self) {
        *lock(&self.listener) = None;
        self.underway.stop_recording();
        self.underway.end_all(LEAVE);
        *lock(&self.store) = None;
    }

    /// From now on the page is told everything through this channel.
    pub fn listen(&self, channel: Channel<FromDesk>) {
        *lock(&self.listener) = Some(channel);
    }

    /// Tells the page. Nobody listening is no reason to stop: the store holds everything.
    pub fn tell(&self, message: FromDesk) {
        if self.is_covered() && !screen::may_be_told(&message) {
            return;
        }
        if let Some(channel) = lock(&self.listener).as_ref() {
            let _ = channel.send(message);
        }
    }
}

/// The template with this short name, of the program or of the organisation's document.
///
/// # Errors
/// [`FailureCode::Rejected`] if there is none.
pub fn template(organisation: Option<&Organisation>, id: &str) -> Result<Template, Failure> {
    scribe::templates(organisation)
        .into_iter()
        .find(|template| template.id == id)
        .ok_or_else(|| {
            Failure::new(
                FailureCode::Rejected,
                format!("There is no note template “{id}”."),
            )
        })
}

/// Speech recognition and drafting as they are set on this computer.
///
/// # Errors
/// [`FailureCode::Model`] if a model is missing.
pub fn steps(
    organisation: Option<&Organisation>,
    template_id: &str,
) -> Result<scribe::Steps, Failure> {
    Ok(scribe::Steps {
        speech: Some(scribe::SpeechSettings::new(None)?),
        draft: Some((
            scribe::DraftingSettings::new(None)?,
            template(organisation, template_id)?,
        )),
    })
}

/// The same for a recording that begins now and does not wait for a model: the steps that there are
/// models for, and what to tell of the others.
///
/// # Errors
/// [`FailureCode::Rejected`] if the template is not known.
pub fn possible_steps(
    organisation: Option<&Organisation>,
    template_id: &str,
) -> Result<(scribe::Steps, Vec<scribe::Event>), Failure> {
    Ok(steps_of(
        scribe::SpeechSettings::new(None),
        scribe::DraftingSettings::new(None),
        template(organisation, template_id)?,
    ))
}

fn steps_of(
    speech: Result<scribe::SpeechSettings, ModelError>,
    drafting: Result<scribe::DraftingSettings, ModelError>,
    template: Template,
) -> (scribe::Steps, Vec<scribe::Event>) {
    let mut missing = Vec::new();
    let mut note = |worker, error: ModelError| {
        missing.push(scribe::Event::WorkerFailed {
            worker,
            message: format!("the visit is recorded, but {error}"),
        });
    };
    let speech = speech.map_err(|error| note(WorkerRole::Speech, error)).ok();
    let draft = drafting
        .map_err(|error| note(WorkerRole::Drafting, error))
        .ok()
        .map(|settings| (settings, template));
    (scribe::Steps { speech, draft }, missing)
}

/// A message about one visit.
pub fn about(visit: VisitId, event: scribe::Event) -> FromDesk {
    FromDesk::Visit { visit, event }
}

#[cfg(test)]
mod tests;
