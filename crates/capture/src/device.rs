//! Which sound systems and microphones there are, and in what form they deliver.

use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{BufferSize, HostId, SampleFormat, StreamConfig, SupportedBufferSize};

use crate::CaptureError;
use crate::presence::Presence;

/// Forces a sound system by its name, for tests and for clinics whose first one misbehaves.
const FORCED_HOST: &str = "INROOM_AUDIO_HOST";

/// Callbacks a second. cpal makes the sound system's own buffer no larger than one callback (two
/// for ALSA), and what overflows there is lost without a word, so a callback brings 200 ms.
const CALLBACKS: u32 = 5;

/// How often a second PulseAudio's source is asked to deliver, see [`Found::pace`].
const DELIVERIES: u32 = 25;

/// Before the names of PulseAudio's sources in their ids.
const PULSEAUDIO: &str = "pulseaudio:";

/// Whatever ALSA's configuration calls the default.
const ALSA_DEFAULT: &str = "alsa:default";

/// A device that can be recorded from, and how.
pub(crate) struct Found {
    pub(crate) device: cpal::Device,
    pub(crate) name: String,
    pub(crate) config: StreamConfig,
    pub(crate) format: SampleFormat,
    /// The form of a second stream that nobody listens to, where one is of use.
    ///
    /// PulseAudio's source delivers as much at once as its most patient stream allows. cpal allows
    /// a buffer's worth and lets the buffer hold no more than that, so the piece that comes while
    /// the last one is still on its way to us finds no room: on an overloaded computer one
    /// recording in ten had a hole of a few milliseconds. A second stream that asks for small
    /// pieces keeps the pieces small against the buffer of the first.
    pub(crate) pace: Option<StreamConfig>,
}

impl Found {
    /// What watches over it where the sound system itself does not tell; made when it is open.
    pub(crate) fn presence(&self) -> Option<Presence> {
        let id = id_of(&self.device)?;
        id.strip_prefix(PULSEAUDIO).map(Presence::of)
    }
}

/// The id of PulseAudio's source of this name, if it is a microphone.
pub(crate) fn id_of_source(name: &str) -> Option<String> {
    Some(format!("{PULSEAUDIO}{name}")).filter(|id| is_microphone(id))
}

/// A device in the list that a person chooses from.
pub(crate) struct Listed {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) is_default: bool,
}

/// All microphones of the first sound system that answers. Can block for as long as that does.
pub(crate) fn list() -> Result<Vec<Listed>, CaptureError> {
    let host = host()?;
    let default = default_of(&host).ok().and_then(|d| id_of(&d));
    let mut listed: Vec<Listed> = Vec::new();
    for device in host.input_devices().map_err(CaptureError::SoundSystem)? {
        let Some(id) = id_of(&device) else { continue };
        if !is_microphone(&id) {
            continue;
        }
        let name = name_of(&device, &id);
        let is_default = default.as_ref() == Some(&id);
        match listed
            .iter_mut()
            .find(|l| l.name == name && numbered(&l.id))
        {
            // ALSA lists a card by number and by name; the name survives replugging.
            Some(same) if !numbered(&id) => same.id = id,
            Some(_) if numbered(&id) => {}
            _ => listed.push(Listed {
                id,
                name,
                is_default,
            }),
        }
    }
    // ALSA's default is a microphone only if something stands behind it.
    listed.retain(|l| l.id != ALSA_DEFAULT || opens_by_default(&host));
    Ok(listed)
}

/// Which microphone is wanted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wish {
    /// The system's own choice.
    Default,
    /// This one alone, by its id.
    Only(String),
    /// This one if it is there, else the system's own choice.
    Rather(String),
}

/// The microphone that is wished for. Can block for as long as the sound system does.
pub(crate) fn find(wish: &Wish) -> Result<Found, CaptureError> {
    let host = host()?;
    let device = match wish {
        Wish::Default => default_of(&host)?,
        Wish::Only(id) => named(&host, id)?,
        Wish::Rather(id) => named(&host, id).or_else(|_| default_of(&host))?,
    };
    let name = id_of(&device).map_or_else(String::new, |id| name_of(&device, &id));
    let (config, format) = form_of(&device, host.id())?;
    let pace = is_pulseaudio(host.id()).then_some(StreamConfig {
        buffer_size: BufferSize::Fixed(config.sample_rate / DELIVERIES),
        ..config
    });
    Ok(Found {
        device,
        name,
        config,
        format,
        pace,
    })
}

/// The first sound system that answers, in cpal's order: on Linux PulseAudio (which PipeWire
/// speaks too), then ALSA. ALSA does not report when it loses its device, so it comes last; it is
/// also what remains where PulseAudio's cookie file is missing, without which cpal cannot sign in.
fn host() -> Result<cpal::Host, CaptureError> {
    let candidates: Vec<HostId> = match std::env::var(FORCED_HOST) {
        Ok(forced) => vec![forced_host(&forced)?],
        Err(_) => cpal::ALL_HOSTS.to_vec(),
    };
    let mut answer = Err(CaptureError::NoMicrophone);
    for id in candidates {
        match cpal::host_from_id(id) {
            Ok(host) => return Ok(host),
            Err(error) => answer = Err(CaptureError::SoundSystem(error)),
        }
    }
    answer
}

fn forced_host(name: &str) -> Result<HostId, CaptureError> {
    cpal::ALL_HOSTS
        .iter()
        .find(|id| id.name().eq_ignore_ascii_case(name))
        .copied()
        .ok_or_else(|| CaptureError::UnknownSoundSystem {
            known: cpal::ALL_HOSTS
                .iter()
                .map(|id| id.name().to_ascii_lowercase())
                .collect::<Vec<_>>()
                .join(", "),
        })
}

fn named(host: &cpal::Host, id: &str) -> Result<cpal::Device, CaptureError> {
    host.input_devices()
        .map_err(CaptureError::SoundSystem)?
        .find(|device| id_of(device).as_deref() == Some(id))
        .ok_or(CaptureError::UnknownMicrophone)
}

fn default_of(host: &cpal::Host) -> Result<cpal::Device, CaptureError> {
    host.default_input_device()
        // Where no microphone is, PulseAudio's default is what the loudspeakers play. A visit
        // recorded from that would be silent.
        .filter(|device| id_of(device).is_none_or(|id| !is_monitor(&id)))
        .ok_or(CaptureError::NoMicrophone)
}

fn opens_by_default(host: &cpal::Host) -> bool {
    default_of(host).is_ok_and(|device| device.default_input_config().is_ok())
}

fn id_of(device: &cpal::Device) -> Option<String> {
    device.id().ok().map(|id| id.to_string())
}

fn name_of(device: &cpal::Device, id: &str) -> String {
    if id == ALSA_DEFAULT {
        // ALSA describes the plug-in behind it, not the microphone.
        return "Default microphone".into();
    }
    device
        .description()
        .map_or_else(|_| id.to_owned(), |d| d.name().trim().to_owned())
}

fn is_pulseaudio(host: HostId) -> bool {
    host.name().eq_ignore_ascii_case("pulseaudio")
}

/// PulseAudio's recording of what a loudspeaker plays.
fn is_monitor(id: &str) -> bool {
    id.starts_with(PULSEAUDIO) && id.ends_with(".monitor")
}

/// ALSA names each card a dozen times over, by route and plug-in. Of these only the default and
/// the cards with all conversions are microphones to a person.
fn is_microphone(id: &str) -> bool {
    match id.strip_prefix("alsa:") {
        Some(pcm) => pcm == "default" || pcm.starts_with("plughw:"),
        None => !is_monitor(id),
    }
}

/// An ALSA name by the card's number, which changes with the order of plugging in.
fn numbered(id: &str) -> bool {
    id.strip_prefix("alsa:plughw:CARD=")
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// The form in which the device is to deliver: its own rate and channels, so that this program
/// alone converts.
fn form_of(
    device: &cpal::Device,
    host: HostId,
) -> Result<(StreamConfig, SampleFormat), CaptureError> {
    let own = device
        .default_input_config()
        .map_err(CaptureError::from_sound_system)?;
    if is_pulseaudio(host) {
        // It converts formats itself, exactly; only its timing needs a word.
        let config = StreamConfig {
            buffer_size: BufferSize::Fixed(own.sample_rate() / CALLBACKS),
            ..own.config()
        };
        return Ok((config, SampleFormat::F32));
    }
    let form = if is_usable(own.sample_format()) {
        own
    } else {
        device
            .supported_input_configs()
            .map_err(CaptureError::from_sound_system)?
            .filter(|range| is_usable(range.sample_format()))
            .max_by(|a, b| a.cmp_default_heuristics(b))
            .map(|range| {
                range
                    .try_with_standard_sample_rate()
                    .unwrap_or_else(|| range.with_max_sample_rate())
            })
            .ok_or_else(|| {
                CaptureError::MicrophoneUnusable(cpal::ErrorKind::UnsupportedConfig.into())
            })?
    };
    let buffer_size = match form.buffer_size() {
        SupportedBufferSize::Range { min, max } if host.name().eq_ignore_ascii_case("alsa") => {
            let wish = form.sample_rate() / CALLBACKS;
            BufferSize::Fixed(wish.min(*max).max(*min))
        }
        _ => BufferSize::Default,
    };
    let config = StreamConfig {
        buffer_size,
        ..form.config()
    };
    Ok((config, form.sample_format()))
}

/// One-bit formats are for music collectors.
fn is_usable(format: SampleFormat) -> bool {
    format.is_int() || format.is_uint() || format.is_float()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plumbing_is_no_microphone() {
        for id in [
            "alsa:null",
            "alsa:lavrate",
            "alsa:samplerate",
            "alsa:speexrate",
            "alsa:jack",
            "alsa:oss",
            "alsa:pulse",
            "alsa:pipewire",
            "alsa:upmix",
            "alsa:hw:CARD=PCH,DEV=0",
            "alsa:dsnoop:CARD=PCH,DEV=0",
            "alsa:sysdefault:CARD=PCH",
            "alsa:front:CARD=PCH,DEV=0",
            "pulseaudio:alsa_output.pci-0000_00_1f.3.analog-stereo.monitor",
        ] {
            assert!(!is_microphone(id), "{id}");
        }
        for id in [
            "alsa:default",
            "alsa:plughw:CARD=PCH,DEV=0",
            "alsa:plughw:CARD=0,DEV=0",
            "pulseaudio:alsa_input.usb-mic.mono-fallback",
            "wasapi:{0.0.1.00000000}.monitor",
        ] {
            assert!(is_microphone(id), "{id}");
        }
    }

    #[test]
    fn numbered_cards_are_told_from_named_ones() {
        assert!(numbered("alsa:plughw:CARD=0,DEV=0"));
        assert!(!numbered("alsa:plughw:CARD=PCH,DEV=0"));
        assert!(!numbered("alsa:default"));
    }

    #[test]
    fn sound_systems_are_known_by_name() {
        let first = cpal::ALL_HOSTS[0];
        let found = forced_host(&first.name().to_uppercase());
        assert!(found.is_ok_and(|id| id == first));
        let Err(error) = forced_host("gramophone") else {
            unreachable!("no such sound system");
        };
        let known = first.name().to_ascii_lowercase();
        assert!(error.to_string().contains(&known), "{error}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn pulseaudio_comes_before_alsa() {
        let names: Vec<_> = cpal::ALL_HOSTS.iter().map(|id| id.name()).collect();
        assert_eq!(names, ["PulseAudio", "ALSA"]);
    }
}
