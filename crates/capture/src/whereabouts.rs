//! Where PulseAudio (or PipeWire, which speaks its protocol) has the streams of this process.
//!
//! A source that is unplugged, and a person in the sound settings, both move a stream to another
//! source; neither is told to the stream in a form that cpal passes on. So the daemon is asked,
//! over a connection that ends with the answer and never waits long for it.

use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::io::BufReader;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use pulseaudio::protocol::{self, Command, CommandReply, Prop, ProtocolError};

/// A daemon that does not answer is noticed by the silence.
const ANSWER: Duration = Duration::from_millis(500);

/// The sources that exist and those from which this process records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Whereabouts {
    /// Names of all sources.
    pub(crate) sources: Vec<String>,
    /// The source's name of each of this process's streams, by the stream's number.
    pub(crate) streams: HashMap<u32, String>,
}

impl Whereabouts {
    /// Asks the daemon; `None` if there is none or it does not answer.
    pub(crate) fn ask() -> Option<Self> {
        Conversation::begin().and_then(Conversation::ask).ok()
    }
}

/// A connection that a few questions go over, one after the other.
struct Conversation {
    socket: BufReader<UnixStream>,
    version: u16,
    number: u32,
}

impl Conversation {
    fn begin() -> Result<Self, ProtocolError> {
        let path = pulseaudio::socket_path_from_env()
            .ok_or_else(|| std::io::Error::from(std::io::ErrorKind::NotFound))?;
        let socket = UnixStream::connect(path)?;
        socket.set_read_timeout(Some(ANSWER))?;
        socket.set_write_timeout(Some(ANSWER))?;
        let mut begun = Self {
            socket: BufReader::new(socket),
            version: protocol::MAX_VERSION,
            number: 0,
        };
        let cookie = pulseaudio::cookie_path_from_env().and_then(|path| std::fs::read(path).ok());
        let agreed: protocol::AuthReply = begun.say(&Command::Auth(protocol::AuthParams {
            version: protocol::MAX_VERSION,
            supports_shm: false,
            supports_memfd: false,
            cookie: cookie.unwrap_or_default(),
        }))?;
        begun.version = agreed.version.min(protocol::MAX_VERSION);
        let mut props = protocol::Props::new();
        props.set(Prop::ApplicationName, c"Inroom");
        let _: protocol::SetClientNameReply = begun.say(&Command::SetClientName(props))?;
        Ok(begun)
    }

    fn ask(mut self) -> Result<Whereabouts, ProtocolError> {
        let sources: protocol::SourceInfoList = self.say(&Command::GetSourceInfoList)?;
        let clients: protocol::ClientInfoList = self.say(&Command::GetClientInfoList)?;
        let streams: protocol::SourceOutputInfoList =
            self.say(&Command::GetSourceOutputInfoList)?;
        let names: HashMap<u32, String> = sources
            .into_iter()
            .map(|source| (source.index, name(&source.name)))
            .collect();
        let own = std::process::id().to_string();
        let is_own = |client: &protocol::ClientInfo| {
            let process = client.props.get(Prop::ApplicationProcessId);
            let process = process.and_then(|bytes| CStr::from_bytes_until_nul(bytes).ok());
            process.is_some_and(|process| process.to_bytes() == own.as_bytes())
        };
        let clients: Vec<u32> = clients
            .iter()
            .filter(|client| is_own(client))
            .map(|client| client.index)
            .collect();
        let streams = streams
            .into_iter()
            .filter(|stream| stream.client_index.is_some_and(|c| clients.contains(&c)))
            .filter_map(|stream| Some((stream.index, names.get(&stream.source_index)?.clone())))
            .collect();
        Ok(Whereabouts {
            sources: names.into_values().collect(),
            streams,
        })
    }

    fn say<R: CommandReply>(&mut self, command: &Command) -> Result<R, ProtocolError> {
        let number = self.number;
        self.number += 1;
        protocol::write_command_message(self.socket.get_mut(), number, command, self.version)?;
        let (_, reply) = protocol::read_reply_message(&mut self.socket, self.version)?;
        Ok(reply)
    }
}

fn name(name: &CString) -> String {
    String::from_utf8_lossy(name.as_bytes()).into_owned()
}
