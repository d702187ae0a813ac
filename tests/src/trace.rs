//! What programs write, seen from the system calls that they make: strace follows a program and
//! everything that it starts, and names the file behind each descriptor.
//!
//! Memory that is mapped is not seen being written; the file behind it was opened for writing and is
//! known by name.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// Every call that names a file or writes to one. The last one starts a way to write that cannot be
/// seen here.
const CALLS: &str = "trace=open,openat,openat2,creat,rename,renameat,renameat2,link,linkat,symlink,\
    symlinkat,mkdir,mkdirat,write,pwrite64,writev,pwritev,pwritev2,copy_file_range,sendfile,splice,\
    io_uring_setup";

/// Most bytes of one call that are kept; a longer one fails [`Trace::written`].
const MOST: &str = "8388608";

/// Programs under observation.
pub struct Trace {
    folder: PathBuf,
    programs: AtomicU32,
}

impl Trace {
    /// Leaves what it sees in this folder.
    pub fn into(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).expect("a folder for what is seen");
        Self {
            folder: folder.to_owned(),
            programs: AtomicU32::new(0),
        }
    }

    /// A program that will be seen, with everything that it starts.
    pub fn command(&self, program: &Path) -> Command {
        let number = self.programs.fetch_add(1, Ordering::Relaxed);
        let mut command = Command::new("strace");
        command
            .args(["-f", "--seccomp-bpf", "-y", "-qq", "-s", MOST])
            .args(["-e", "signal=none", "-e", CALLS, "-o"])
            .arg(self.folder.join(format!("{number}.trace")))
            .arg("--")
            .arg(program);
        command
    }

    /// What was written so far.
    pub fn written(&self) -> Written {
        let mut written = Written::default();
        for entry in std::fs::read_dir(&self.folder).expect("the folder is there") {
            let seen = std::fs::read(entry.expect("an entry").path()).expect("it can be read");
            for line in seen.split(|byte| *byte == b'\n') {
                written.add(line);
            }
        }
        written
    }
}

/// Files by name, with everything that was handed to the system for them, in that order.
#[derive(Debug, Default)]
pub struct Written {
    /// Files that were opened for writing, made, renamed or written, whether they are still there or
    /// not; folders and links that were made.
    pub files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Written {
    /// Takes in one line: `PID call(arguments) = result`. The arguments stand in the line that begins
    /// a call, also where another one tells its end.
    fn add(&mut self, line: &[u8]) {
        let line = line.trim_ascii_start();
        let digits = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let call = line[digits..].trim_ascii();
        let Some(open) = call.iter().position(|byte| *byte == b'(') else {
            return;
        };
        let (name, rest) = (&call[..open], &call[open + 1..]);
        if name.is_empty()
            || !name
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        {
            return;
        }
        let tokens = tokens(rest);
        // The descriptor is closed: nothing was written.
        if call.ends_with(b"EBADF (Bad file descriptor)") {
            return;
        }
        match name {
            b"io_uring_setup" => panic!("a program writes in a way that cannot be seen"),
            b"open" | b"openat" | b"openat2" => {
                if tokens.iter().any(Token::is_writing) {
                    self.name_all(&tokens);
                }
            }
            b"write" | b"pwrite64" | b"writev" | b"pwritev" | b"pwritev2" => {
                self.data(
                    &tokens,
                    &String::from_utf8_lossy(&line[..line.len().min(200)]),
                );
            }
            b"sendfile" => self.touch(descriptor(&tokens, 0)),
            b"copy_file_range" | b"splice" => self.touch(descriptor(&tokens, 1)),
            _ => self.name_all(&tokens),
        }
    }

    /// The quoted names of a call, each in the folder whose descriptor stands before it.
    fn name_all(&mut self, tokens: &[Token]) {
        let mut folder = None;
        for token in tokens {
            match token {
                Token::File(Some(path)) => folder = Some(path.clone()),
                Token::Text { bytes, .. } => {
                    let name = Path::new(OsStr::from_bytes(bytes));
                    let path = folder.take().unwrap_or_default().join(name);
                    self.touch(Some(path));
                }
                _ => {}
            }
        }
    }

    fn data(&mut self, tokens: &[Token], line: &str) {
        assert!(
            matches!(tokens.first(), Some(Token::File(_))),
            "strace cannot say which file is written, as the programs do not let their own account \
             look at them; run this as root: {line}"
        );
        let Some(path) = descriptor(tokens, 0) else {
            return;
        };
        let kept = self.files.entry(path).or_default();
        for token in tokens {
            if let Token::Text { bytes, whole } = token {
                assert!(whole, "a call has written more than is kept: {line}");
                kept.extend_from_slice(bytes);
            }
        }
    }

    fn touch(&mut self, path: Option<PathBuf>) {
        if let Some(path) = path {
            self.files.entry(path).or_default();
        }
    }
}

/// A part of a call's arguments.
#[derive(Debug, PartialEq)]
enum Token {
    /// What a descriptor stands for: a file's path; nothing for pipes, sockets and the like.
    File(Option<PathBuf>),
    /// Bytes in quotes, and whether all of them are there.
    Text { bytes: Vec<u8>, whole: bool },
    /// Anything else.
    Word(Vec<u8>),
}

impl Token {
    fn is_writing(&self) -> bool {
        const WRITING: [&[u8]; 5] = [b"O_WRONLY", b"O_RDWR", b"O_CREAT", b"O_TRUNC", b"O_APPEND"];
        match self {
            Self::Word(word) => WRITING
                .iter()
                .any(|flag| word.windows(flag.len()).any(|window| window == *flag)),
            _ => false,
        }
    }
}

/// The file behind the descriptor with this place among the descriptors.
fn descriptor(tokens: &[Token], place: usize) -> Option<PathBuf> {
    let mut files = tokens.iter().filter_map(|token| match token {
        Token::File(path) => Some(path.clone()),
        _ => None,
    });
    files.nth(place).flatten()
}

/// Cuts the arguments of a call into parts, to the end of the line: what follows the arguments does
/// no harm.
fn tokens(mut rest: &[u8]) -> Vec<Token> {
    let mut tokens = Vec::new();
    while let Some(first) = rest.first() {
        match first {
            b'"' => {
                let (bytes, after) = quoted(&rest[1..], b'"');
                let whole = !after.starts_with(b"...");
                tokens.push(Token::Text { bytes, whole });
                rest = after;
            }
            b'<' if rest.starts_with(b"<unfinished") => return tokens,
            b'<' => {
                // The number or name before it is the descriptor's.
                tokens.pop();
                let (bytes, after) = quoted(&rest[1..], b'>');
                let path = PathBuf::from(std::ffi::OsString::from_vec(bytes));
                tokens.push(Token::File(path.is_absolute().then_some(path)));
                rest = after;
            }
            b' ' | b',' | b'(' | b')' | b'{' | b'}' | b'[' | b']' | b'=' => rest = &rest[1..],
            _ => {
                let ends = |byte: &u8| b"\"< ,(){}[]=".contains(byte);
                let end = rest.iter().position(ends).unwrap_or(rest.len());
                tokens.push(Token::Word(rest[..end].to_vec()));
                rest = &rest[end..];
            }
        }
    }
    tokens
}

/// Bytes as strace writes them, up to `end`; and what comes after it.
fn quoted(text: &[u8], end: u8) -> (Vec<u8>, &[u8]) {
    let mut bytes = Vec::new();
    let mut at = 0;
    while at < text.len() && text[at] != end {
        if text[at] != b'\\' {
            bytes.push(text[at]);
            at += 1;
            continue;
        }
        let digits = |from: usize, most: usize, base: u32| {
            let is_digit = |byte: &&u8| char::from(**byte).is_digit(base);
            text.iter()
                .skip(from)
                .take(most)
                .take_while(is_digit)
                .count()
        };
        let number = |from: usize, count: usize, base: u32| {
            let digits = str::from_utf8(&text[from..from + count]).expect("digits");
            u8::from_str_radix(digits, base).expect("a byte in digits")
        };
        let escape = text.get(at + 1).copied().unwrap_or(b'\\');
        at += 2;
        bytes.push(match escape {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 0x0b,
            b'f' => 0x0c,
            b'x' => {
                let count = digits(at, 2, 16);
                let byte = number(at, count, 16);
                at += count;
                byte
            }
            b'0'..=b'7' => {
                let count = digits(at - 1, 3, 8);
                let byte = number(at - 1, count, 8);
                at += count - 1;
                byte
            }
            other => other,
        });
    }
    (bytes, text.get(at + 1..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(lines: &[&str]) -> Vec<(String, Vec<u8>)> {
        let mut written = Written::default();
        lines.iter().for_each(|line| written.add(line.as_bytes()));
        written
            .files
            .into_iter()
            .map(|(path, bytes)| (path.display().to_string(), bytes))
            .collect()
    }

    #[test]
    fn files_that_are_made_opened_or_renamed_are_named() {
        let lines = [
            r#"7  openat(AT_FDCWD</a b>, "c", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3</a b/c>"#,
            r#"7  openat(AT_FDCWD</a b>, "read", O_RDONLY|O_CLOEXEC) = 3</a b/read>"#,
            r#"7  openat(4</d>, "/e/f", O_RDWR <unfinished ...>"#,
            r#"7  <... openat resumed>) = 3</e/f>"#,
            r#"8 renameat2(AT_FDCWD</d>, "g", AT_FDCWD</d>, "h <i>", RENAME_NOREPLACE) = 0"#,
            r#"8  +++ exited with 0 +++"#,
        ];
        let names: Vec<String> = seen(&lines).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["/a b/c", "/d/g", "/d/h <i>", "/e/f"]);
    }

    #[test]
    fn what_is_written_to_files_is_joined_and_pipes_are_left_out() {
        let lines = [
            r#"7  write(3</z>, "hi\"x>\n", 6) = 6"#,
            r#"7  write(1<pipe:[80339]>, "spoken words", 12) = 12"#,
            r#"7  pwrite64(3</z>, "\0\1\377\303\251\0017", 7, 4096 <unfinished ...>"#,
            r#"7  writev(5</y>(deleted), [{iov_base="a", iov_len=1}, {iov_base="\x62c", iov_len=2}], 2) = 3"#,
            r#"7  write(9<socket:[1]>, "more", 4) = 4"#,
        ];
        let joined = b"hi\"x>\n\x00\x01\xff\xc3\xa9\x017".to_vec();
        assert_eq!(
            seen(&lines),
            [
                ("/y".to_owned(), b"abc".to_vec()),
                ("/z".to_owned(), joined)
            ]
        );
    }

    #[test]
    #[should_panic(expected = "more than is kept")]
    fn a_call_that_was_cut_is_not_taken_for_all() {
        seen(&[r#"7  write(3</z>, "hi"..., 600) = 600"#]);
    }

    #[test]
    #[should_panic(expected = "which file")]
    fn a_file_without_a_name_is_not_passed_over() {
        seen(&[r#"7  write(3, "hi", 2) = 2"#]);
    }
}
