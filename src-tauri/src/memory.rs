//! What was shown or recorded does not stay in memory after lock (P7.5 of the security properties).
//!
//! Nothing that is given back to the system's allocator keeps what it held, and the process that
//! shows the page ends when the store is locked; a new one shows the page from its beginning.

use tauri::WebviewWindow;

/// The allocators of this process overwrite memory as it is given back. They read that from the
/// environment as the program is loaded, so the program starts itself once more where it is not set
/// yet. On systems without glibc nothing happens.
///
/// Returns only if the program runs under this setting or cannot be started so.
pub fn overwrite_what_is_given_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        use std::os::unix::process::CommandExt as _;
        // mallopt(3), M_PERTURB: freed memory is filled with this byte's complement or itself.
        const GLIBC: (&str, &str) = ("GLIBC_TUNABLES", "glibc.malloc.perturb=165");
        // WebKit takes memory from glibc, and not from an allocator of its own.
        const WEBKIT: (&str, &str) = ("Malloc", "1");
        let is_set = [GLIBC, WEBKIT]
            .iter()
            .all(|(name, value)| std::env::var_os(name).is_some_and(|set| set == *value));
        if is_set {
            return;
        }
        let Ok(program) = std::env::current_exe() else {
            return;
        };
        // It does not come back unless it fails; then the program goes on as it is.
        let _ = std::process::Command::new(program)
            .args(std::env::args_os().skip(1))
            .envs([GLIBC, WEBKIT])
            .exec();
    }
}

/// Ends the process that shows the page, with all that it holds, and has a new one show the page
/// from its beginning.
///
/// # Errors
/// If the window is gone.
pub fn renew_page(window: &WebviewWindow) -> tauri::Result<()> {
    #[cfg(target_os = "linux")]
    return window.with_webview(|page| {
        use webkit2gtk::WebViewExt as _;
        let view = page.inner();
        view.terminate_web_process();
        view.reload();
    });
    // Elsewhere the page is loaded again, and what it held is left to the web view.
    #[cfg(not(target_os = "linux"))]
    window.reload()
}
