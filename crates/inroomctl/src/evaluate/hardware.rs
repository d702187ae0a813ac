use std::fs;

/// This computer, as an approval names it: processor, cores that the program has, memory, system.
pub(super) fn name() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = first_of("/proc/meminfo", "MemTotal:")
        .and_then(|text| text.trim_end_matches("kB").trim().parse::<u64>().ok())
        .map(|kib| format!(", {} GiB", (kib + (1 << 19)) >> 20))
        .unwrap_or_default();
    let processor = first_of("/proc/cpuinfo", "model name")
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let name = format!(
        "{processor}, {cores} cores{memory}, {}",
        std::env::consts::OS
    );
    // A document takes 200 characters on one line.
    name.chars()
        .filter(|character| !character.is_control())
        .take(200)
        .collect::<String>()
        .trim()
        .to_owned()
}

fn first_of(file: &str, field: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    Some(line.trim_start_matches([' ', '\t', ':']).trim().to_owned())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_computer_has_a_name_that_a_document_takes() {
        let name = super::name();
        assert!(
            name.contains("cores") && name.trim() == name && name.len() < 200,
            "{name}"
        );
        assert!(!name.chars().any(char::is_control));
    }
}
