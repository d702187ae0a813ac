//! The desktop program: a window, commands, events. What a visit is and how it goes on is decided
//! in `scribe`; here its calls are put into words that the page and a person understand.
#![forbid(unsafe_code)]
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod arguments;
mod calls;
#[cfg(test)]
mod clinic;
mod commands;
mod desk;
mod failure;
mod ipc;
mod page;
mod preferences;
mod screen;
mod underway;
mod window;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

fn main() -> ExitCode {
    scribe::keep_memory_private();
    let asked = std::env::args_os().skip(1);
    if let Some(done) = manual::written_if_asked(arguments::Arguments::command, asked) {
        return done.map_or_else(
            |error| complain(&format!("the manual was not written: {error}")),
            |()| ExitCode::SUCCESS,
        );
    }
    let walls = scribe::confinement::confine_window();
    let arguments = arguments::Arguments::parse();
    if let Some(screen) = screen::out_of_reach(&walls) {
        return complain(&screen);
    }
    let desk = match desk::Desk::new(&arguments) {
        Ok(desk) => desk.walled_in(walls),
        Err(failure) => return complain(&failure.message),
    };
    match window::run(desk) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&format!("the window could not be opened: {error}")),
    }
}

#[allow(clippy::print_stderr, reason = "there is no window to say it in")]
fn complain(message: &str) -> ExitCode {
    eprintln!("inroom: {message}");
    ExitCode::FAILURE
}
