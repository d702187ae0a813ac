//! The real window without a driver: keys come from the X server, as from a keyboard, and what stands on
//! the screen is told by the accessibility bus (AT-SPI), as to a screen reader. Neither needs a network,
//! nor does the window open any way for it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use zbus::blocking::Connection;
use zbus::blocking::connection::Builder;
use zbus::zvariant::{DynamicType, OwnedObjectPath, OwnedValue};

use crate::picture;
use crate::sockets::command;
use crate::window::{Ended, artefacts, spawn_in_own_group, start_display};

/// How long a screen may take to show something.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long an element may take to say what it is; one that is gone never does.
const ANSWER: Duration = Duration::from_secs(5);
/// Between two looks.
const GLANCE: Duration = Duration::from_millis(300);

/// States of an element, by their bits (`AtspiStateType`).
const FOCUSED: u64 = 1 << 12;
const SENSITIVE: u64 = 1 << 24;

const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
const TEXT: &str = "org.a11y.atspi.Text";

/// What can be used on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A button.
    Button,
    /// A field of one line.
    Field,
    /// A field that shows nothing of what is typed.
    Secret,
    /// A box to check.
    Box,
    /// Anything else.
    Other,
}

impl Kind {
    /// By its number in the protocol (`AtspiRole`).
    fn of(role: u32) -> Self {
        match role {
            43 => Self::Button,
            79 => Self::Field,
            40 => Self::Secret,
            7 => Self::Box,
            _ => Self::Other,
        }
    }
}

/// The program in a window that nothing but keys drives.
pub struct SeenWindow {
    screen: Connection,
    display: String,
    framebuffer: PathBuf,
    /// Ended in this order.
    program: Ended,
    _bus: Ended,
    _display: Ended,
}

/// Something on the screen.
#[derive(Clone, Debug)]
pub struct Element {
    owner: String,
    path: OwnedObjectPath,
    /// What it is.
    pub kind: Kind,
    /// What it is called.
    pub name: String,
    /// What it says.
    pub text: String,
    states: u64,
}

impl Element {
    /// Whether it has the keyboard.
    pub fn is_focused(&self) -> bool {
        self.states & FOCUSED != 0
    }

    /// Whether it can be used.
    pub fn is_usable(&self) -> bool {
        self.states & SENSITIVE != 0
    }
}

impl SeenWindow {
    /// Starts the program with these words before and after its path.
    pub fn open(folder: &Path, words: &[PathBuf], environment: &[(String, String)]) -> Self {
        let framebuffer = folder.join("display");
        std::fs::create_dir_all(&framebuffer).expect("a folder for the screen");
        let (display, number) = start_display(Some(&framebuffer));
        let (bus, address) = start_bus(folder, environment, &number);
        let log = std::fs::File::create(artefacts().join("seen-window.log")).expect("a log");
        let errors = log.try_clone().expect("the log twice");
        let mut program = command(words);
        program
            .envs(environment.iter().cloned())
            .env("DISPLAY", &number)
            .env("GDK_BACKEND", "x11")
            .env("DBUS_SESSION_BUS_ADDRESS", &address)
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("NO_AT_BRIDGE")
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors);
        let program = Ended(spawn_in_own_group(&mut program));
        Self {
            screen: accessibility_bus(&address),
            display: number,
            framebuffer: framebuffer.join("Xvfb_screen0"),
            program,
            _bus: bus,
            _display: display,
        }
    }

    /// Everything on the screen, from the top.
    pub fn elements(&self) -> Vec<Element> {
        let mut elements = Vec::new();
        let root = OwnedObjectPath::try_from("/org/a11y/atspi/accessible/root").expect("a path");
        let mut open = vec![("org.a11y.atspi.Registry".to_owned(), root)];
        while let Some((owner, path)) = open.pop() {
            let mut below = self.children(&owner, &path);
            below.reverse();
            open.extend(below);
            elements.extend(self.element(owner, path));
        }
        elements
    }

    /// The list that an element gives of those below it leaves out the page, which is another process's.
    fn children(&self, owner: &str, path: &OwnedObjectPath) -> Vec<(String, OwnedObjectPath)> {
        let count = self.property(owner, path, "ChildCount");
        let count = count.and_then(|count| i32::try_from(count).ok());
        let at = |number: i32| {
            let child = self.ask(owner, path, ACCESSIBLE, "GetChildAtIndex", &(number));
            child?.body().deserialize().ok()
        };
        (0..count.unwrap_or(0)).filter_map(at).collect()
    }

    /// Nothing if it has gone meanwhile.
    fn element(&self, owner: String, path: OwnedObjectPath) -> Option<Element> {
        let asked = |method| self.ask(&owner, &path, ACCESSIBLE, method, &());
        let role: u32 = asked("GetRole")?.body().deserialize().ok()?;
        let states: Vec<u32> = asked("GetState")?.body().deserialize().ok()?;
        let offers: Vec<String> = asked("GetInterfaces")?.body().deserialize().ok()?;
        let name = self.property(&owner, &path, "Name")?;
        let text = offers.iter().any(|offer| offer == TEXT).then(|| {
            let text = self.ask(&owner, &path, TEXT, "GetText", &(0, -1));
            text?.body().deserialize().ok()
        });
        Some(Element {
            kind: Kind::of(role),
            name: name.try_into().ok()?,
            text: text.flatten().unwrap_or_default(),
            states: (states.iter().rev()).fold(0, |all, part| all << 32 | u64::from(*part)),
            owner,
            path,
        })
    }

    fn property(&self, owner: &str, path: &OwnedObjectPath, name: &str) -> Option<OwnedValue> {
        const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
        let value = self.ask(owner, path, PROPERTIES, "Get", &(ACCESSIBLE, name));
        value?.body().deserialize().ok()
    }

    fn ask<B: serde::Serialize + DynamicType>(
        &self,
        owner: &str,
        path: &OwnedObjectPath,
        interface: &str,
        method: &str,
        body: &B,
    ) -> Option<zbus::Message> {
        let asked =
            self.screen
                .call_method(Some(owner), path.as_str(), Some(interface), method, body);
        asked.ok()
    }

    /// Waits until `wanted` finds what it looks for on the screen.
    pub fn until<T>(
        &self,
        what: &str,
        time: Duration,
        mut wanted: impl FnMut(&[Element]) -> Option<T>,
    ) -> T {
        let begun = Instant::now();
        loop {
            let elements = self.elements();
            if let Some(found) = wanted(&elements) {
                return found;
            }
            if begun.elapsed() > time {
                self.picture("seen-failure");
                let told: Vec<_> = elements
                    .iter()
                    .filter(|element| !element.name.is_empty() || !element.text.is_empty())
                    .map(|element| {
                        format!("{:?}: {} {:?}", element.kind, element.name, element.text)
                    })
                    .collect();
                panic!("{what} does not come; there is\n{}", told.join("\n"));
            }
            std::thread::sleep(GLANCE);
        }
    }

    /// The usable element of this kind and name, as soon as it is there.
    pub fn find(&self, kind: Kind, name: &str) -> Element {
        self.find_within(kind, name, PATIENCE)
    }

    /// The same, if it comes within this time.
    pub fn find_within(&self, kind: Kind, name: &str, time: Duration) -> Element {
        self.until(&format!("{kind:?} {name}"), time, |elements| {
            let fits = |element: &&Element| {
                element.kind == kind && element.name == name && element.is_usable()
            };
            elements.iter().find(fits).cloned()
        })
    }

    /// Waits until something on the screen says this.
    pub fn until_said(&self, words: &str, time: Duration) {
        self.until(words, time, |elements| {
            let says =
                |element: &Element| element.name.contains(words) || element.text.contains(words);
            elements.iter().any(says).then_some(())
        });
    }

    /// Gives an element the keyboard, as Tab does, and waits until it has it.
    pub fn focus(&self, kind: Kind, name: &str) {
        let begun = Instant::now();
        loop {
            let element = self.find(kind, name);
            if element.is_focused() {
                return;
            }
            self.ask(
                &element.owner,
                &element.path,
                "org.a11y.atspi.Component",
                "GrabFocus",
                &(),
            );
            assert!(
                begun.elapsed() < PATIENCE,
                "{kind:?} {name} does not take the keyboard"
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Types into what has the keyboard.
    pub fn write(&self, text: &str) {
        self.xdotool(&["type", "--delay", "20", "--", text]);
    }

    /// Presses a key by its name in X, such as `Return`.
    pub fn press(&self, key: &str) {
        self.xdotool(&["key", "--", key]);
    }

    /// Presses Enter on a button.
    pub fn push(&self, name: &str) {
        self.focus(Kind::Button, name);
        self.press("Return");
    }

    /// Writes into a field.
    pub fn fill(&self, kind: Kind, name: &str, text: &str) {
        self.focus(kind, name);
        self.write(text);
    }

    /// The window gets what is typed at this display. There is no window manager that would do it.
    pub fn take_keyboard(&self) {
        let begun = Instant::now();
        let name = [
            "search",
            "--onlyvisible",
            "--name",
            "^Inroom$",
            "windowfocus",
        ];
        while !self.try_xdotool(&name) {
            assert!(begun.elapsed() < PATIENCE, "there is no window");
            std::thread::sleep(GLANCE);
        }
    }

    fn xdotool(&self, words: &[&str]) {
        assert!(self.try_xdotool(words), "xdotool {words:?}");
    }

    fn try_xdotool(&self, words: &[&str]) -> bool {
        Command::new("xdotool")
            .args(words)
            .env("DISPLAY", &self.display)
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .expect("xdotool is installed (cargo xtask test does it)")
            .success()
    }

    /// Keeps a picture of the screen among the build's artefacts.
    pub fn picture(&self, name: &str) {
        if let Some(png) = picture::png(&self.framebuffer) {
            // A failure on the way to a panic must not hide it.
            let _ = std::fs::write(artefacts().join(format!("{name}.png")), png);
        }
    }

    /// The process that was started.
    pub fn process(&self) -> u32 {
        self.program.0.id()
    }
}

/// A bus for the session, at which the accessibility bus starts when it is asked for.
fn start_bus(folder: &Path, environment: &[(String, String)], display: &str) -> (Ended, String) {
    let socket = folder.join("session.bus");
    let address = format!("unix:path={}", socket.display());
    let log = std::fs::File::create(artefacts().join("bus.log")).expect("a log");
    let mut daemon = Command::new("dbus-daemon");
    daemon
        .args([
            "--session",
            "--nofork",
            "--nopidfile",
            "--address",
            &address,
        ])
        .envs(environment.iter().cloned())
        .env("DISPLAY", display)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log);
    let daemon = Ended(spawn_in_own_group(&mut daemon));
    let begun = Instant::now();
    while !socket.exists() {
        assert!(begun.elapsed() < PATIENCE, "dbus-daemon does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    (daemon, address)
}

fn accessibility_bus(session: &str) -> Connection {
    let connect = |address: &str| {
        Builder::address(address).and_then(|builder| builder.method_timeout(ANSWER).build())
    };
    let session = connect(session).expect("the session's bus");
    let reply = session
        .call_method(
            Some("org.a11y.Bus"),
            "/org/a11y/bus",
            Some("org.a11y.Bus"),
            "GetAddress",
            &(),
        )
        .expect("the accessibility bus starts (at-spi2-core is installed)");
    let address: String = reply.body().deserialize().expect("its address");
    connect(&address).expect("the accessibility bus")
}
