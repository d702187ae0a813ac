//! A PulseAudio daemon of one's own as the microphone of the programs under test: what is played
//! into its loudspeaker comes out of its microphone.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running daemon with a private socket and folder.
pub struct SoundSystem {
    folder: tempfile::TempDir,
    daemon: Child,
}

impl SoundSystem {
    /// Starts one.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the sound system");
        let script = format!(
            "load-module module-native-protocol-unix socket={} auth-anonymous=1\n\
             load-module module-null-sink sink_name=loudspeaker rate=48000 channels=2\n\
             set-default-sink loudspeaker\n\
             load-module module-remap-source master=loudspeaker.monitor source_name=microphone \
             source_properties=device.description=RoomMicrophone\n\
             set-default-source microphone\n",
            socket(folder.path()).display()
        );
        std::fs::write(folder.path().join("daemon.pa"), script).expect("write the script");
        // ALSA programs go through the daemon too.
        std::fs::write(
            folder.path().join(".asoundrc"),
            "pcm.!default { type pulse }\nctl.!default { type pulse }\n",
        )
        .expect("write .asoundrc");
        let daemon = daemon_in(folder.path());
        let system = Self { folder, daemon };
        system.wait_until_it_answers();
        system
    }

    fn wait_until_it_answers(&self) {
        let started = Instant::now();
        while !self
            .command("pactl")
            .arg("info")
            .output()
            .is_ok_and(|said| said.status.success())
        {
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "PulseAudio does not answer"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The daemon dies.
    pub fn crash(&mut self) {
        self.daemon.kill().expect("kill the daemon");
        self.daemon.wait().expect("wait for the daemon");
    }

    /// And is started again.
    pub fn restart(&mut self) {
        // It may have died without tidying up; if not, there is nothing to remove.
        let _ = std::fs::remove_file(socket(self.folder.path()));
        self.daemon = daemon_in(self.folder.path());
        self.wait_until_it_answers();
    }

    /// The microphone and the room behind it go away, and there is another one, at another rate.
    pub fn move_to_another_room(&self) {
        self.control(&[
            "load-module",
            "module-null-sink",
            "sink_name=corridor",
            "rate=44100",
        ]);
        self.control(&[
            "load-module",
            "module-remap-source",
            "master=corridor.monitor",
            "source_name=webcam",
            "source_properties=device.description=CorridorMicrophone",
        ]);
        self.control(&["set-default-source", "webcam"]);
        let modules = self.control(&["list", "short", "modules"]);
        for mark in ["source_name=microphone ", "sink_name=loudspeaker "] {
            let line = modules.lines().find(|line| line.contains(mark));
            let module = line.and_then(|line| line.split_whitespace().next());
            self.control(&["unload-module", module.expect("its module")]);
        }
    }

    /// A person moves what is recorded to another microphone in the sound settings; both are there.
    pub fn choose_another_microphone(&self) {
        self.control(&[
            "load-module",
            "module-null-sink",
            "sink_name=ward",
            "rate=48000",
        ]);
        self.control(&[
            "load-module",
            "module-remap-source",
            "master=ward.monitor",
            "source_name=headset",
            "source_properties=device.description=HeadsetMicrophone",
        ]);
        let streams = self.control(&["list", "short", "source-outputs"]);
        // The remapping itself is a stream as well, but of no client.
        for line in streams.lines() {
            let mut fields = line.split('\t');
            let number = fields.next().expect("its number");
            if fields.nth(1).is_some_and(|client| client != "-") {
                self.control(&["move-source-output", number, "headset"]);
            }
        }
    }

    fn control(&self, arguments: &[&str]) -> String {
        let said = self
            .command("pactl")
            .args(arguments)
            .output()
            .expect("pactl is installed (cargo xtask test does it)");
        assert!(said.status.success(), "pactl {arguments:?}: {said:?}");
        String::from_utf8_lossy(&said.stdout).into_owned()
    }

    /// The environment in which a program finds this sound system, through cpal's host `host`
    /// (`pulseaudio` or `alsa`).
    pub fn environment(&self, host: &str) -> Vec<(String, String)> {
        let folder = self.folder.path().display().to_string();
        // The daemon leaves its cookie below HOME, and clients must find it there.
        let settings = format!("{folder}/.config");
        vec![
            ("HOME".to_owned(), folder.clone()),
            ("XDG_RUNTIME_DIR".to_owned(), folder),
            ("XDG_CONFIG_HOME".to_owned(), settings),
            (
                "PULSE_SERVER".to_owned(),
                format!("unix:{}", socket(self.folder.path()).display()),
            ),
            ("INROOM_AUDIO_HOST".to_owned(), host.to_owned()),
        ]
    }

    /// Plays the first `seconds` of a recording into the room; returns when it has been heard.
    pub fn play(&self, file: &Path, seconds: u32) {
        let cut = self.folder.path().join("played.wav");
        let made = Command::new("sox")
            .arg(file)
            .arg(&cut)
            .args(["trim", "0", &seconds.to_string()])
            .status()
            .expect("sox is installed (cargo xtask test does it)");
        assert!(made.success(), "sox could not cut {}", file.display());
        let played = self
            .command("paplay")
            .arg("--device=loudspeaker")
            .arg(&cut)
            .status()
            .expect("paplay is installed (cargo xtask test does it)");
        assert!(played.success(), "paplay could not play");
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.envs(self.environment("pulseaudio"));
        command
    }
}

impl Drop for SoundSystem {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

fn daemon_in(folder: &Path) -> Child {
    Command::new("pulseaudio")
        .args([
            "-n",
            "--daemonize=no",
            "--use-pid-file=no",
            "--disable-shm=yes",
        ])
        .args(["--exit-idle-time=-1", "--disallow-exit", "-F"])
        .arg(folder.join("daemon.pa"))
        .env("HOME", folder)
        .env("XDG_RUNTIME_DIR", folder)
        .env("XDG_CONFIG_HOME", folder.join(".config"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("pulseaudio is installed (cargo xtask test does it)")
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("pulse.socket")
}
