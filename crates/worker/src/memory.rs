//! Memory figures from the kernel; where there is no `/proc`, they are not known.

use std::fs;

/// Physical memory of this computer, in bytes.
pub(crate) fn of_this_computer() -> Option<u64> {
    field(&fs::read_to_string("/proc/meminfo").ok()?, "MemTotal:")
}

/// Memory that programs could still take without swapping, in bytes; `None` where it is not known.
pub fn available() -> Option<u64> {
    field(&fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable:")
}

/// The largest resident memory that a process has had so far, in bytes.
pub(crate) fn peak_of(pid: u32) -> Option<u64> {
    field(
        &fs::read_to_string(format!("/proc/{pid}/status")).ok()?,
        "VmHWM:",
    )
}

/// The value of a line like `VmHWM:    4096 kB`, in bytes.
fn field(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn fields_are_read_in_bytes() {
        let text = "Name:\tx\nVmPeak:\t  90 kB\nVmHWM:\t    12 kB\n";
        assert_eq!(field(text, "VmHWM:"), Some(12 * 1024));
        assert_eq!(field(text, "VmSwap:"), None);
        assert_eq!(field("VmHWM: many kB", "VmHWM:"), None);
        assert_eq!(field("VmHWM: 18446744073709551615 kB", "VmHWM:"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_and_computer_have_figures() {
        let own = super::peak_of(std::process::id());
        assert!(own > Some(0));
        assert!(super::of_this_computer() > own);
        assert!(super::available() > Some(0) && super::available() <= super::of_this_computer());
    }
}
