//! Which instructions a worker was compiled for, and whether this processor has them.

/// What a worker's speech engine was compiled for. The language model's kernels choose for
/// themselves at run time.
///
/// The levels are ordered: each one has all instructions of the ones below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// x86-64-v2 of the System V psABI: SSE3, SSSE3, SSE4.1, SSE4.2, POPCNT, CMPXCHG16B.
    V2,
    /// With AVX, AVX2, FMA, F16C and BMI2.
    Avx2,
    /// With AVX-512 F, CD, BW, DQ, VL, VBMI and VNNI.
    Avx512,
}

impl Level {
    /// All levels, best first.
    pub const BEST_FIRST: [Self; 3] = [Self::Avx512, Self::Avx2, Self::V2];

    /// The word that stands for the level in file names and in the worker's first message.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2 => "v2",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// The level that a word stands for.
    pub fn parse(word: &str) -> Option<Self> {
        Self::BEST_FIRST
            .into_iter()
            .find(|level| level.as_str() == word)
    }

    /// Whether the processor has every instruction of this level and the operating system keeps
    /// the registers that they need (XCR0).
    pub fn is_supported(self) -> bool {
        features::present()
            .iter()
            .all(|&(_, of, present)| of > self || present)
    }
}

/// The one table: which CPUID feature belongs to which level. The build settings of the variants
/// (`GGML_*` in `xtask`) must not enable anything that is missing here.
#[cfg(target_arch = "x86_64")]
mod features {
    use super::Level::{self, Avx2, Avx512, V2};

    /// `is_x86_feature_detected!` reads CPUID, and for AVX and AVX-512 also XCR0 through XGETBV.
    macro_rules! table {
        ($($level:ident: [$($feature:tt)+])+) => {
            [$($(($feature, $level, std::arch::is_x86_feature_detected!($feature)),)+)+]
        };
    }

    /// Name, level, and whether it is there.
    pub(super) fn present() -> [(&'static str, Level, bool); 18] {
        table! {
            V2: ["sse3" "ssse3" "sse4.1" "sse4.2" "popcnt" "cmpxchg16b"]
            Avx2: ["avx" "avx2" "fma" "f16c" "bmi2"]
            Avx512: ["avx512f" "avx512cd" "avx512bw" "avx512dq" "avx512vl" "avx512vbmi" "avx512vnni"]
        }
    }
}

/// On other processors there is only the plain worker, and its level says nothing.
#[cfg(not(target_arch = "x86_64"))]
mod features {
    pub(super) fn present() -> [(&'static str, super::Level, bool); 0] {
        []
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn words_come_back_as_levels() {
        for level in Level::BEST_FIRST {
            assert_eq!(Level::parse(level.as_str()), Some(level));
        }
        assert_eq!(Level::parse("avx1024"), None);
        assert!(Level::BEST_FIRST.is_sorted_by(|a, b| a > b));
    }

    /// The kernel lists only what the processor has and what it keeps registers for.
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    #[test]
    fn the_table_agrees_with_the_kernel() {
        let info = std::fs::read_to_string("/proc/cpuinfo").expect("/proc/cpuinfo");
        let line = info
            .lines()
            .find(|line| line.starts_with("flags"))
            .expect("flags");
        let flags: Vec<&str> = line.split_whitespace().collect();
        for (feature, _, present) in features::present() {
            let word = match feature {
                "sse3" => "pni".to_owned(),
                "cmpxchg16b" => "cx16".to_owned(),
                "avx512vnni" => "avx512_vnni".to_owned(),
                other => other.replace('.', "_"),
            };
            assert_eq!(flags.contains(&word.as_str()), present, "{feature}");
        }
        for level in Level::BEST_FIRST {
            let expected = features::present()
                .iter()
                .filter(|row| row.1 <= level)
                .all(|row| row.2);
            assert_eq!(level.is_supported(), expected, "{level:?}");
        }
    }
}
