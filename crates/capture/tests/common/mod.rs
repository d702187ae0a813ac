//! A PulseAudio daemon of one's own as a microphone: what is played into its loudspeaker comes out
//! of its microphone.
//!
//! The sound system is found through environment variables, which a running test must not change.
//! So a test that needs one starts itself again as a child process with the variables set
//! ([`with_sound_system`]), and the child starts the daemon.
#![allow(dead_code)] // Each test file that includes this uses a part of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Tells the child where its sound system lives.
const FOLDER: &str = "INROOM_TEST_SOUND_FOLDER";

/// A child that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(120);

/// Whether the daemon gets a microphone.
#[derive(Clone, Copy, PartialEq)]
pub enum Equipment {
    /// A loudspeaker whose sound comes back through a microphone.
    Microphone,
    /// A loudspeaker alone.
    LoudspeakerOnly,
}

/// A running daemon with a private socket.
pub struct SoundSystem {
    folder: PathBuf,
    daemon: Child,
    equipment: Equipment,
}

/// Runs `body` in a child process with a sound system, found through `host` ("pulseaudio" or
/// "alsa"; none leaves the choice to the program). `test` is the calling test's own name.
pub fn with_sound_system(
    test: &str,
    host: Option<&str>,
    equipment: Equipment,
    body: impl FnOnce(&mut SoundSystem),
) {
    if let Some(folder) = std::env::var_os(FOLDER) {
        body(&mut SoundSystem::start(Path::new(&folder), equipment));
        return;
    }
    // Two daemons and what they play at once are too much for a small computer.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().expect("a folder for the sound system");
    let path = folder.path();
    // Wherever ALSA is told nothing, its default is to go through PulseAudio.
    fs::write(
        path.join(".asoundrc"),
        "pcm.!default { type pulse }\nctl.!default { type pulse }\n",
    )
    .expect("write .asoundrc");
    let mut command = Command::new(std::env::current_exe().expect("this test's own program"));
    command
        .args(["--exact", test, "--nocapture"])
        .env(FOLDER, path)
        .env("HOME", path)
        .env("XDG_RUNTIME_DIR", path)
        .env("PULSE_SERVER", format!("unix:{}", socket(path).display()))
        // The daemon leaves its cookie below HOME, and clients must find it there.
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("PULSE_COOKIE")
        .env_remove("INROOM_AUDIO_HOST");
    if let Some(host) = host {
        command.env("INROOM_AUDIO_HOST", host);
    }
    let mut child = command.spawn().expect("start this test again");
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("wait for the child") {
            break status;
        }
        if started.elapsed() > LIMIT {
            let _ = child.kill();
            let _ = child.wait();
            stop_daemon_of(path);
            panic!("{test}: no end after {LIMIT:?}");
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    stop_daemon_of(path);
    assert!(status.success(), "{test} failed in its child, see above");
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("pulse.socket")
}

/// Ends a daemon that a child left behind.
fn stop_daemon_of(folder: &Path) {
    if let Ok(id) = fs::read_to_string(folder.join("daemon.pid")) {
        let _ = Command::new("kill")
            .args(["-KILL", id.trim()])
            .stderr(Stdio::null())
            .status();
    }
}

impl SoundSystem {
    fn start(folder: &Path, equipment: Equipment) -> Self {
        let daemon = start_daemon(folder, equipment);
        let system = Self {
            folder: folder.to_owned(),
            daemon,
            equipment,
        };
        system.wait_until_it_answers();
        system
    }

    fn wait_until_it_answers(&self) {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(20) {
            let answer = Command::new("pactl")
                .arg("info")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            match answer {
                Ok(status) if status.success() => return,
                Ok(_) => std::thread::sleep(Duration::from_millis(50)),
                Err(e) => panic!("pactl cannot be run ({e}): install pulseaudio-utils"),
            }
        }
        panic!("PulseAudio does not answer");
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("daemon.log")).unwrap_or_default()
    }

    /// Plays mono sound at 48 kHz into the loudspeaker; returns when it has been played.
    pub fn play(&self, sound: &[f32]) {
        let path = self.folder.join("played.raw");
        let bytes: Vec<u8> = sound.iter().flat_map(|x| x.to_le_bytes()).collect();
        fs::write(&path, bytes).expect("write the sound to play");
        let status = Command::new("pacat")
            .args(["--playback", "--raw", "--format=float32le", "--rate=48000"])
            .args([
                "--channels=1",
                "--device=loudspeaker",
                "--latency-msec=2000",
            ])
            .arg(&path)
            .status()
            .expect("pacat cannot be run: install pulseaudio-utils");
        assert!(status.success(), "pacat could not play");
    }

    /// The programs that record at the moment, one a line.
    pub fn recording_programs(&self) -> String {
        let output = Command::new("pactl")
            .args(["list", "short", "source-outputs"])
            .output()
            .expect("pactl cannot be run: install pulseaudio-utils");
        let lines = String::from_utf8_lossy(&output.stdout);
        // The microphone itself records the loudspeaker; that is not a program.
        lines
            .lines()
            .filter(|line| !line.contains("module-remap-source"))
            .map(|line| format!("{line}\n"))
            .collect()
    }

    /// Another microphone that hears the loudspeaker, with its own rate, in hertz.
    pub fn plug_in(&self, source: &str, name: &str, rate: u32) {
        self.control(&[
            "load-module",
            "module-remap-source",
            "master=loudspeaker.monitor",
            &format!("source_name={source}"),
            &format!("rate={rate}"),
            &format!("source_properties=device.description={name}"),
        ]);
    }

    /// A microphone goes away.
    pub fn unplug(&self, source: &str) {
        let modules = self.control(&["list", "short", "modules"]);
        let module = modules
            .lines()
            .find(|line| line.contains(&format!("source_name={source} ")))
            .and_then(|line| line.split_whitespace().next())
            .expect("the microphone's module");
        self.control(&["unload-module", module]);
    }

    /// The system's own choice from now on.
    pub fn make_default(&self, source: &str) {
        self.control(&["set-default-source", source]);
    }

    /// Moves every program that records to another microphone.
    pub fn move_recordings_to(&self, source: &str) {
        for line in self.recording_programs().lines() {
            let id = line.split_whitespace().next().expect("an id");
            self.control(&["move-source-output", id, source]);
        }
    }

    fn control(&self, arguments: &[&str]) -> String {
        let output = Command::new("pactl")
            .args(arguments)
            .output()
            .expect("pactl cannot be run: install pulseaudio-utils");
        assert!(output.status.success(), "pactl {arguments:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The daemon stops doing anything, as on a computer that is starved.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    /// And goes on.
    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill")
            .args([signal, &self.daemon.id().to_string()])
            .status()
            .expect("kill");
        assert!(status.success(), "kill {signal}");
    }

    /// The daemon dies.
    pub fn crash(&mut self) {
        self.daemon.kill().expect("kill the daemon");
        self.daemon.wait().expect("wait for the daemon");
    }

    /// And is started again.
    pub fn restart(&mut self) {
        let _ = fs::remove_file(socket(&self.folder));
        self.daemon = start_daemon(&self.folder, self.equipment);
        self.wait_until_it_answers();
    }
}

impl Drop for SoundSystem {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("PulseAudio's own account:\n{}", self.log());
        }
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

fn start_daemon(folder: &Path, equipment: Equipment) -> Child {
    let mut script = format!(
        "load-module module-native-protocol-unix socket={} auth-anonymous=1\n\
         load-module module-null-sink sink_name=loudspeaker rate=48000 channels=2\n\
         set-default-sink loudspeaker\n",
        socket(folder).display()
    );
    if equipment == Equipment::Microphone {
        script += "load-module module-remap-source master=loudspeaker.monitor \
                   source_name=microphone source_properties=device.description=TestMicrophone\n\
                   set-default-source microphone\n";
    }
    let path = folder.join("daemon.pa");
    fs::write(&path, script).expect("write the daemon's script");
    let log = fs::File::create(folder.join("daemon.log")).expect("the daemon's log");
    let daemon = Command::new("pulseaudio")
        .args([
            "-n",
            "--daemonize=no",
            "--use-pid-file=no",
            "--disable-shm=yes",
        ])
        .args([
            "--exit-idle-time=-1",
            "--disallow-exit",
            "--log-target=stderr",
        ])
        .arg("-F")
        .arg(&path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap_or_else(|e| {
            panic!(
                "pulseaudio cannot be run ({e}). It is the microphone of these tests: install \
                 pulseaudio, pulseaudio-utils and libasound2-plugins (cargo xtask test does)."
            )
        });
    fs::write(folder.join("daemon.pid"), daemon.id().to_string()).expect("write daemon.pid");
    daemon
}
