use std::path::PathBuf;

/// The folder of this user's vault, by the platform's convention: `XDG_DATA_HOME` or
/// `~/.local/share` (XDG Base Directory Specification), `%LOCALAPPDATA%`, or
/// `~/Library/Application Support`, then `Inroom`. `None` where there is no home folder.
pub fn vault_folder() -> Option<PathBuf> {
    let set = |name: &str| {
        std::env::var_os(name)
            .filter(|v| !v.is_empty())
            .map(PathBuf::from)
    };
    let base = if cfg!(target_os = "windows") {
        set("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        set("HOME").map(|home| home.join("Library").join("Application Support"))
    } else {
        set("XDG_DATA_HOME").or_else(|| set("HOME").map(|home| home.join(".local").join("share")))
    };
    Some(base?.join("Inroom").join("vault"))
}
