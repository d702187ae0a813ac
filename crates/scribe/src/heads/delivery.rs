//! The two places that heads go to, as the operating system gives them.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use vault::{HeadsParcel, HeadsTarget, NotSent};

/// Digits of the vault's public key in the name of its file: enough to tell vaults apart.
const NAME_DIGITS: usize = 16;

/// Delivers a parcel to its place, a folder or a socket.
pub(super) fn deliver(parcel: &HeadsParcel, place: &Path) -> Result<(), NotSent> {
    let done = match parcel.target {
        HeadsTarget::Folder => to_folder(parcel, place),
        HeadsTarget::Syslog => to_syslog(parcel, place),
    };
    done.map_err(|error| reason(&error))
}

fn reason(error: &io::Error) -> NotSent {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::NotFound | Kind::NotADirectory | Kind::ConnectionRefused => NotSent::Missing,
        Kind::PermissionDenied | Kind::ReadOnlyFilesystem => NotSent::Denied,
        Kind::StorageFull | Kind::QuotaExceeded => NotSent::NoRoom,
        Kind::TimedOut | Kind::WouldBlock => NotSent::NoAnswer,
        Kind::Unsupported => NotSent::Unsupported,
        _ => NotSent::Failed,
    }
}

/// One file for each vault, to which lines are only ever added. It begins as an exported log does, with
/// the public key; `inroom-verify --head` reads it. The folder is not made: what is not mounted is
/// missing.
fn to_folder(parcel: &HeadsParcel, folder: &Path) -> io::Result<()> {
    if !folder.metadata()?.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    let key = parcel.key.to_string();
    let short: String = key.chars().take(NAME_DIGITS).collect();
    let path = folder.join(format!("inroom-heads-{short}.jsonl"));
    let mut file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .open(path)?;
    let mut text = String::new();
    if file.metadata()?.len() == 0 {
        text.push_str(&parcel.first_line);
        text.push('\n');
    } else if !ends_with_a_line(&mut file)? {
        // A write that was cut off before.
        text.push('\n');
    }
    for line in &parcel.lines {
        text.push_str(line);
        text.push('\n');
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn ends_with_a_line(file: &mut File) -> io::Result<bool> {
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// One datagram for each head, in the local form of RFC 3164 that syslog(3) writes, without a time: the
/// receiver puts its own. Facility authpriv (10), severity notice (5).
#[cfg(unix)]
fn to_syslog(parcel: &HeadsParcel, socket: &Path) -> io::Result<()> {
    use std::os::unix::net::UnixDatagram;
    use std::time::Duration;

    const PRIORITY: u8 = 10 * 8 + 5;
    let sender = UnixDatagram::unbound()?;
    sender.set_write_timeout(Some(Duration::from_secs(2)))?;
    sender.connect(socket)?;
    for line in &parcel.lines {
        let message = format!(
            "<{PRIORITY}>inroom[{}]: audit head of vault {}: {line}",
            std::process::id(),
            parcel.key
        );
        sender.send(message.as_bytes())?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn to_syslog(_: &HeadsParcel, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
