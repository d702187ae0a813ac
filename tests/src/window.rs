//! The real window on a display of its own, driven as a person would through tauri-driver and
//! WebKitWebDriver.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

use crate::memory;
use crate::programs::program;

/// How long a screen may take to show something.
const PATIENCE: Duration = Duration::from_secs(60);

/// Keys without a letter, as WebDriver numbers them.
pub mod key {
    /// To the next element.
    pub const TAB: &str = "\u{e004}";
    /// Enter.
    pub const ENTER: &str = "\u{e007}";
    /// Held until [`RELEASED`].
    pub const CONTROL: &str = "\u{e009}";
    /// Held until [`RELEASED`].
    pub const SHIFT: &str = "\u{e008}";
    /// Every key that was held is let go.
    pub const RELEASED: &str = "\u{e000}";
    /// Escape.
    pub const ESCAPE: &str = "\u{e00c}";
}

/// The program in a window.
pub struct Window {
    client: Client,
    /// Ended in this order: the driver, then the display.
    driver: Ended,
    _display: Ended,
}

/// A child that is ended when dropped, with everything that it started.
pub(crate) struct Ended(pub(crate) Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // Each is the leader of its own process group.
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill")
            .args(["-KILL", "--", &group])
            .stderr(Stdio::null())
            .status();
        let _ = self.0.wait();
    }
}

impl Window {
    /// Opens the program with these arguments and this environment.
    pub async fn open(arguments: &[&str], environment: &[(String, String)]) -> Self {
        Self::open_by(|driver| Command::new(driver), arguments, environment).await
    }

    /// The same with a driver that is started in another way.
    pub async fn open_by(
        start: impl Fn(&Path) -> Command,
        arguments: &[&str],
        environment: &[(String, String)],
    ) -> Self {
        let (display, screen) = start_display(None);
        // A port that was free may have been taken before the driver came to it.
        let driver = || start_driver(start(&tauri_driver()), &screen, environment);
        let (driver, port) = driver().or_else(driver).expect("tauri-driver listens");
        let capabilities = json!({
            "browserName": "wry",
            "tauri:options": { "application": program("inroom"), "args": arguments },
        });
        let serde_json::Value::Object(capabilities) = capabilities else {
            unreachable!("it was written as an object")
        };
        // tauri-driver listens before the driver of the web view does, and hangs up until then.
        let end = Instant::now() + PATIENCE;
        let client = loop {
            let asked = ClientBuilder::new(HttpConnector::new())
                .capabilities(capabilities.clone())
                .connect(&format!("http://127.0.0.1:{port}"))
                .await;
            match asked {
                Ok(client) => break client,
                Err(error) => assert!(Instant::now() < end, "the window does not open: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        };
        Self {
            client,
            driver,
            _display: display,
        }
    }

    /// The element with this test name, as soon as it is there.
    pub async fn find(&self, name: &str) -> Element {
        self.find_within(name, PATIENCE).await
    }

    /// The element with this test name, if it comes within this time.
    pub async fn find_within(&self, name: &str, time: Duration) -> Element {
        let selector = format!("[data-testid=\"{name}\"]");
        let begun = Instant::now();
        loop {
            match self.client.find(Locator::Css(&selector)).await {
                Ok(element) => return element,
                // While a page gives way to another the driver has errors of many kinds.
                Err(_) if begun.elapsed() < time => {
                    tokio::time::sleep(Duration::from_millis(250)).await;
                }
                Err(error) => {
                    self.picture_of_failure().await;
                    panic!("{name} is not on the screen: {error}");
                }
            }
        }
    }

    /// Clicks it.
    pub async fn click(&self, name: &str) {
        self.find(name)
            .await
            .click()
            .await
            .unwrap_or_else(|e| panic!("click {name}: {e}"));
    }

    /// Types into it what it shall hold.
    pub async fn fill(&self, name: &str, text: &str) {
        let field = self.find(name).await;
        field
            .clear()
            .await
            .unwrap_or_else(|e| panic!("clear {name}: {e}"));
        field
            .send_keys(text)
            .await
            .unwrap_or_else(|e| panic!("type into {name}: {e}"));
    }

    /// Types into whatever has the keyboard.
    pub async fn keys(&self, keys: &str) {
        let begun = Instant::now();
        loop {
            let typed = match self.client.active_element().await {
                Ok(element) => element.send_keys(keys).await,
                Err(error) => Err(error),
            };
            match typed {
                Ok(()) => return,
                // In the first moment of a page nothing has the keyboard yet.
                Err(_) if begun.elapsed() < Duration::from_secs(5) => {
                    tokio::time::sleep(Duration::from_millis(250)).await;
                }
                Err(error) => panic!("nothing takes keys: {error}"),
            }
        }
    }

    /// Presses Tab until the element with this test name has the keyboard.
    pub async fn tab_to(&self, name: &str) {
        self.find(name).await;
        let script = "return document.activeElement?.dataset?.testid ?? null";
        for _ in 0..100 {
            if self.script(script).await == name {
                return;
            }
            self.keys(key::TAB).await;
        }
        self.picture_of_failure().await;
        panic!("{name} cannot be reached by keyboard");
    }

    /// Waits until no element with this test name is there.
    pub async fn until_gone(&self, name: &str) {
        self.until(name, PATIENCE, <[String]>::is_empty).await;
    }

    /// The first element that a selector finds, as soon as it is there.
    pub async fn find_css(&self, selector: &str) -> Element {
        let found = self.client.wait().at_most(PATIENCE);
        match found.for_element(Locator::Css(selector)).await {
            Ok(element) => element,
            Err(error) => {
                self.picture_of_failure().await;
                panic!("{selector} is not on the screen: {error}");
            }
        }
    }

    /// The texts of all elements with this test name.
    pub async fn texts(&self, name: &str) -> Vec<String> {
        let selector = format!("[data-testid=\"{name}\"]");
        let mut texts = Vec::new();
        for element in self
            .client
            .find_all(Locator::Css(&selector))
            .await
            .unwrap_or_default()
        {
            // An element may go while the screen changes.
            texts.push(element.text().await.unwrap_or_default());
        }
        texts
    }

    /// Waits until `done` says so of the texts with this test name.
    pub async fn until(
        &self,
        name: &str,
        time: Duration,
        done: impl Fn(&[String]) -> bool,
    ) -> Vec<String> {
        let started = Instant::now();
        loop {
            let texts = self.texts(name).await;
            if done(&texts) {
                return texts;
            }
            if started.elapsed() > time {
                self.picture_of_failure().await;
                panic!("{name} did not come to what was waited for: {texts:?}");
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }

    /// Waits until the first element that a selector finds can be seen and does not move any more.
    pub async fn until_in_view(&self, selector: &str) {
        // Where it is, if nothing lies over its beginning.
        let script = format!(
            "const found = document.querySelector({}); \
             const box = found?.getClientRects()[0]; \
             if (!box) return null; \
             const seen = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2); \
             return found.contains(seen) ? box.top : null;",
            json!(selector)
        );
        let (begun, mut before) = (Instant::now(), serde_json::Value::Null);
        loop {
            let now = self.script(&script).await;
            if !now.is_null() && now == before {
                return;
            }
            before = now;
            if begun.elapsed() > PATIENCE {
                self.picture_of_failure().await;
                panic!("{selector} does not come into view");
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }

    /// Keeps a picture of the screen among the build's artefacts.
    pub async fn picture(&self, name: &str) {
        let png = self
            .client
            .screenshot()
            .await
            .unwrap_or_else(|e| panic!("picture of {name}: {e}"));
        std::fs::write(artefacts().join(format!("{name}.png")), png).expect("the picture is kept");
    }

    /// The same on the way to a panic, which a second one must not hide.
    async fn picture_of_failure(&self) {
        if let Ok(png) = self.client.screenshot().await {
            let _ = std::fs::write(artefacts().join("failure.png"), png);
        }
    }

    /// Runs a script in the page and returns its value.
    pub async fn script(&self, script: &str) -> serde_json::Value {
        self.client
            .execute(script, Vec::new())
            .await
            .unwrap_or_else(|e| panic!("{script}: {e}"))
    }

    /// The processes that show the page.
    pub fn pages(&self) -> Vec<u32> {
        memory::running("WebKitWebProces", self.driver())
    }

    /// Waits until the page is shown by other processes than these: they end when the vault is
    /// locked, and with them what the driver can ask, so that the window has to be opened anew.
    pub async fn until_pages_are_others(&self, before: &[u32]) {
        let begun = Instant::now();
        loop {
            let now = self.pages();
            if !now.is_empty() && now.iter().all(|page| !before.contains(page)) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{now:?} after {before:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The driver's process, below which the program runs.
    pub fn driver(&self) -> u32 {
        self.driver.0.id()
    }

    /// Calls a command of the program as the page does; answers what it answers, or its failure.
    pub async fn call(&self, command: &str, arguments: serde_json::Value) -> serde_json::Value {
        let script = "const [command, given, done] = arguments; \
                      window.__TAURI_INTERNALS__.invoke(command, given).then(done, done);";
        self.client
            .execute_async(script, vec![json!(command), arguments])
            .await
            .unwrap_or_else(|e| panic!("{command}: {e}"))
    }

    /// Closes the window.
    pub async fn close(self) {
        // The driver's end closes what is left.
        let _ = self.client.close().await;
    }
}

/// Where pictures of screens and logs are kept.
pub fn artefacts() -> PathBuf {
    let folder = program("inroom").with_file_name("screens");
    std::fs::create_dir_all(&folder).expect("a folder for pictures");
    folder
}

/// A display; its screen is kept in a file in this folder, if one is named.
pub(crate) fn start_display(framebuffer: Option<&Path>) -> (Ended, String) {
    let (mut read, write) = std::io::pipe().expect("a pipe");
    let mut command = Command::new("Xvfb");
    // Xvfb chooses a free number and writes it to its standard output.
    command
        .args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x860x24",
            "-nolisten",
            "tcp",
        ])
        .stdout(write);
    if let Some(folder) = framebuffer {
        command.arg("-fbdir").arg(folder);
    }
    let log = std::fs::File::create(artefacts().join("display.log")).expect("a log");
    let display = spawn_in_own_group(command.stdin(Stdio::null()).stderr(log));
    drop(command);
    let mut number = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(&mut read), &mut number)
        .expect("Xvfb says its number");
    assert!(!number.trim().is_empty(), "Xvfb did not start");
    (Ended(display), format!(":{}", number.trim()))
}

/// Where the driver and the program write what they have to say.
pub fn driver_log() -> PathBuf {
    artefacts().join("driver.log")
}

/// A driver on a port of its own; none if it ends or does not listen.
fn start_driver(
    mut command: Command,
    screen: &str,
    environment: &[(String, String)],
) -> Option<(Ended, u16)> {
    let (port, native) = (free_port(), free_port());
    let log = std::fs::File::create(driver_log()).expect("a log");
    command
        .args(["--port", &port.to_string()])
        .args(["--native-port", &native.to_string()])
        .envs(environment.iter().cloned())
        .env("DISPLAY", screen)
        .env("GDK_BACKEND", "x11")
        .env("NO_AT_BRIDGE", "1")
        .env_remove("WAYLAND_DISPLAY");
    let mut driver = in_own_group(command, log);
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if !matches!(driver.0.try_wait(), Ok(None)) {
            return None;
        }
        if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Some((driver, port));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    None
}

fn in_own_group(mut command: Command, log: std::fs::File) -> Ended {
    let errors = log.try_clone().expect("the log twice");
    Ended(spawn_in_own_group(
        command.stdin(Stdio::null()).stdout(log).stderr(errors),
    ))
}

pub(crate) fn spawn_in_own_group(command: &mut Command) -> Child {
    use std::os::unix::process::CommandExt;
    let name = command.get_program().to_string_lossy().into_owned();
    command
        .process_group(0)
        .spawn()
        .unwrap_or_else(|e| panic!("{name} cannot be run ({e}); cargo xtask test installs it"))
}

/// `INROOM_TAURI_DRIVER`, else what `cargo xtask test` put into the cache, else what is on the path.
fn tauri_driver() -> PathBuf {
    if let Some(path) = std::env::var_os("INROOM_TAURI_DRIVER") {
        return PathBuf::from(path);
    }
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")));
    cache
        .map(|cache| cache.join("inroom/tools/bin/tauri-driver"))
        .filter(|path| path.is_file())
        .unwrap_or_else(|| PathBuf::from("tauri-driver"))
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("its number").port()
}

/// A folder with links to the small models alone, so that the window works with them even where
/// larger ones are installed.
pub fn small_models() -> tempfile::TempDir {
    use crate::programs::{DRAFTING, SPEECH, TINIEST_DRAFTING, model};
    let folder = tempfile::tempdir().expect("a folder");
    let small = [
        SPEECH,
        DRAFTING,
        TINIEST_DRAFTING,
        "silero-vad",
        "ge2e-voice-encoder",
    ];
    for id in small {
        let file = model(id);
        let name = file.file_name().expect("a file");
        std::os::unix::fs::symlink(&file, folder.path().join(name)).expect("a link");
    }
    folder
}
