//! What a page has shown does not stay in memory after lock (P7.5 of the security properties): the
//! process that shows the page ends when the store is locked, and a new one shows it from its beginning.

use tauri::WebviewWindow;

/// Ends the process that shows the page, with all that it holds, and has a new one show the page
/// from its beginning.
///
/// # Errors
/// If the window is gone.
pub fn renew(window: &WebviewWindow) -> tauri::Result<()> {
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
