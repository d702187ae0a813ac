//! The window and its life.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tauri::ipc::Invoke;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager as _, RunEvent, WebviewUrl, WebviewWindowBuilder, WindowEvent};

use crate::commands;
use crate::desk::Desk;
use crate::ipc::FromDesk;

/// Asking to close again within this time closes even while a visit is recorded: the page may not
/// be able to answer.
const INSISTS: Duration = Duration::from_secs(3);

/// Opens the window and returns when it has been closed.
///
/// # Errors
/// What the window system answers.
pub fn run(desk: Desk) -> tauri::Result<()> {
    let last_asked = Mutex::new(None::<Instant>);
    let calls: Box<dyn Fn(Invoke) -> bool + Send + Sync> = Box::new(tauri::generate_handler![
        commands::start::startup,
        commands::start::listen,
        commands::start::create_vault,
        commands::start::set_up_practice,
        commands::start::play_sample,
        commands::start::open_vault,
        commands::start::enrol_computer,
        commands::start::lock_vault,
        commands::start::set_preferences,
        commands::start::quit,
        commands::backup::back_up,
        commands::visits::list_visits,
        commands::visits::search_visits,
        commands::visits::read_visit,
        commands::visits::prepare_visit,
        commands::visits::erase_visit,
        commands::retention::read_retention,
        commands::retention::set_retention,
        commands::recording::sound_sources,
        commands::recording::record,
        commands::recording::import_recording,
        commands::recording::pause,
        commands::recording::resume,
        commands::recording::stop,
        commands::correcting::correct_speaker,
        commands::correcting::take_correction_back,
        commands::note::draft,
        commands::note::cancel_draft,
        commands::note::judge_statement,
        commands::note::save_note,
        commands::note::sign_note,
        commands::incident::report_incident,
        commands::incident::read_incident,
        commands::incident::read_worksheet,
        commands::incident::make_pack,
        commands::incident::write_lift_statement,
        commands::incident::lift_lockdown,
        commands::log::read_log,
        commands::log::export_log,
        commands::workstation::read_workstation,
        commands::workstation::take_document,
        commands::workstation::admit_person,
        commands::exporting::note_text,
        commands::exporting::export_note,
    ]);
    tauri::Builder::default()
        .manage(desk)
        .invoke_handler(move |invoke: Invoke| {
            // One door for all calls: none comes to its command past the table of roles.
            let may = invoke
                .message
                .webview_ref()
                .state::<Desk>()
                .may_call(invoke.message.command());
            match may {
                Ok(()) => calls(invoke),
                Err(refused) => {
                    invoke.resolver.reject(refused);
                    true
                }
            }
        })
        .setup(|app| Ok(open(app.handle())?))
        .on_window_event(move |window, event| {
            if let WindowEvent::CloseRequested { api, .. } = event {
                let desk = window.state::<Desk>();
                let mut last = last_asked.lock().unwrap_or_else(PoisonError::into_inner);
                let insists = last.is_some_and(|at| at.elapsed() < INSISTS);
                if desk.underway.is_recording() && !insists {
                    *last = Some(Instant::now());
                    api.prevent_close();
                    desk.tell(FromDesk::CloseAsked);
                }
            }
        })
        .build(tauri::generate_context!())?
        .run(|app, event| {
            if let RunEvent::Exit = event {
                app.state::<Desk>().close();
            }
        });
    Ok(())
}

/// The one window. It shows the page that is part of the program, and can go nowhere else; nothing
/// of what it shows is kept on disk by the web view.
fn open(app: &AppHandle) -> tauri::Result<()> {
    let own_page = |url: &tauri::Url| {
        url.scheme() == "tauri" || matches!(url.host_str(), Some("tauri.localhost"))
    };
    // A private web view cannot be driven by a test. Only then does the web view keep anything, in
    // the folder of that test's store.
    let is_driven = std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some_and(|on| on == "true");
    let folder = app.state::<Desk>().folder().join("window");
    WebviewWindowBuilder::new(app, "main", WebviewUrl::App("index.html".into()))
        .title("Inroom")
        .inner_size(1240.0, 800.0)
        .min_inner_size(420.0, 480.0)
        .incognito(!is_driven)
        .data_directory(folder)
        .devtools(false)
        .disable_drag_drop_handler()
        .zoom_hotkeys_enabled(true)
        .on_navigation(own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .build()?;
    Ok(())
}
