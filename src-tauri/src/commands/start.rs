use tauri::ipc::Channel;
use tauri::{AppHandle, State, WebviewWindow};
use vault::LEAST_PASSPHRASE_CHARACTERS;

use crate::desk::Desk;
use crate::failure::Failure;
use crate::ipc::{
    ConsentWording, CreateRequest, Demo, EnrolRequest, FromDesk, OpenRequest, PracticeMade,
    PracticeRequest, Startup, TemplateChoice, TemplateHeading,
};
use crate::page;
use crate::preferences::Preferences;

/// What the page needs to know once.
#[tauri::command(async)]
pub fn startup(desk: State<'_, Desk>) -> Result<Startup, Failure> {
    let organisation = desk.organisation();
    let templates = scribe::templates(organisation.as_ref())
        .into_iter()
        .map(|template| TemplateChoice {
            id: template.id,
            title: template.title,
            sections: template
                .sections
                .into_iter()
                .map(|section| TemplateHeading {
                    id: section.id,
                    title: section.title,
                    empty: section.empty,
                })
                .collect(),
        });
    let (preferences, preferences_failure) = match Preferences::read(desk.folder()) {
        Ok(preferences) => (preferences, None),
        Err(error) => (Preferences::default(), Some(error.into())),
    };
    Ok(Startup {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        folder: desk.store_folder().display().to_string(),
        door: desk.door(),
        accounts: desk.asks_for_accounts(),
        signed_in: desk.signed_in(),
        role: desk.role(),
        may: desk.powers(),
        locked_down: desk.is_locked_down(),
        idle_lock_minutes: desk.idle_lock_minutes(),
        organisation: organisation.as_ref().map(|of| of.identity.name.clone()),
        kinds: organisation
            .and_then(|of| of.pilot?.kinds)
            .unwrap_or_default(),
        nothing_leaves: desk.nothing_leaves(),
        demo: desk.sample().map(|sample| Demo {
            sound: sample.name(),
            ends: sample.ends_at_first_start,
        }),
        account: account(),
        templates: templates.collect(),
        default_template: visit::template::DEFAULT.to_owned(),
        consent: ConsentWording {
            version: scribe::consent::VERSION.to_owned(),
            text: scribe::consent::WORDING.to_owned(),
        },
        shortest_passphrase: LEAST_PASSPHRASE_CHARACTERS as u32,
        preferences,
        preferences_failure,
    })
}

/// The account's name at this computer; empty where the system does not say.
fn account() -> String {
    let name = if cfg!(windows) { "USERNAME" } else { "USER" };
    std::env::var(name).unwrap_or_default()
}

/// From now on the page is told everything that happens.
#[tauri::command(async)]
pub fn listen(desk: State<'_, Desk>, channel: Channel<FromDesk>) {
    desk.listen(channel);
}

/// Makes a store of the organisation that this computer is enrolled with.
#[tauri::command(async)]
pub fn create_vault(desk: State<'_, Desk>, request: CreateRequest) -> Result<(), Failure> {
    desk.create_for(&request.account, &request.code, &request.passphrase)
}

/// Sets a small practice up on this computer, and leaves its store open.
#[tauri::command(async)]
pub fn set_up_practice(
    desk: State<'_, Desk>,
    request: PracticeRequest,
) -> Result<PracticeMade, Failure> {
    desk.set_up_practice(&request)
}

/// Opens a scratch store into which the sample visit plays, before there is another.
#[tauri::command(async)]
pub fn play_sample(desk: State<'_, Desk>) -> Result<(), Failure> {
    desk.play_sample()
}

/// Enrols this computer with an organisation, from a folder that a person has got from it. Stores that
/// are made from then on are the organisation's.
#[tauri::command(async)]
pub fn enrol_computer(desk: State<'_, Desk>, request: EnrolRequest) -> Result<(), Failure> {
    desk.enrol_computer(request.folder.trim(), &request.check_code)
}

/// Opens the store.
#[tauri::command(async)]
pub fn open_vault(desk: State<'_, Desk>, request: OpenRequest) -> Result<(), Failure> {
    match &request.account {
        Some(account) => desk.sign_in(account, &request.passphrase),
        None => desk.open_vault(&request.passphrase),
    }
}

/// Locks the store, or the screen alone while a visit is worked on. The page begins anew in a process that has seen nothing.
#[tauri::command(async)]
pub fn lock_vault(window: WebviewWindow, desk: State<'_, Desk>) -> Result<(), Failure> {
    desk.lock_vault();
    // Fails only when the window is gone, and the page with it.
    let _ = page::renew(&window);
    Ok(())
}

/// Writes down what a person has chosen.
#[tauri::command(async)]
pub fn set_preferences(desk: State<'_, Desk>, request: Preferences) -> Result<(), Failure> {
    request.write(desk.folder())
}

/// Stops the recording, if one runs, and closes the window.
#[tauri::command(async)]
pub fn quit(app: AppHandle, desk: State<'_, Desk>) {
    // Whatever the stop answers: every second that was shown as kept is in the store.
    let _ = desk.underway.stop_recording();
    app.exit(0);
}
