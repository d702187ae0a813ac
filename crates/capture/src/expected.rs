//! What a file says about its own length, and whether to believe it.

use symphonia::core::formats::well_known::{FORMAT_ID_FLAC, FORMAT_ID_WAVE};
use symphonia::core::formats::{FormatId, Track};
use visit::{Millis, Samples};

/// Programs that write WAV to a pipe cannot go back to fill in the length and leave a number near
/// 2 or 4 GiB there. No claim of so many bytes by a smaller file is believed.
const PLACEHOLDER_BYTES: u64 = 0x7fff_0000;

/// Lossy codecs pad and delay by a few packets, and some containers round their duration.
const LOSSY_TOLERANCE: Millis = Millis(250);

/// The length that a file claims.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Expected {
    claim: Option<Millis>,
    tolerance: Millis,
}

impl Expected {
    /// What `track`, in a container of this kind and size, says.
    pub(crate) fn of(track: &Track, format: &FormatId, file_bytes: u64) -> Self {
        let exact = *format == FORMAT_ID_WAVE || *format == FORMAT_ID_FLAC;
        let claim = track.time_base.zip(track.duration).and_then(|(base, d)| {
            let time = base.calc_duration_saturating(d).as_millis();
            u64::try_from(time).ok()
        });
        let pipe = *format == FORMAT_ID_WAVE
            && file_bytes < PLACEHOLDER_BYTES
            && claim_bytes(track).is_some_and(|bytes| bytes >= PLACEHOLDER_BYTES);
        Self {
            claim: claim.filter(|ms| *ms > 0 && !pipe).map(Millis),
            tolerance: if exact { Millis(1) } else { LOSSY_TOLERANCE },
        }
    }

    /// The claim itself.
    pub(crate) fn duration(&self) -> Option<Millis> {
        self.claim
    }

    /// The claim, if what was found falls short of it.
    pub(crate) fn shortfall(&self, found: Samples) -> Option<Millis> {
        self.claim
            .filter(|claim| found.millis() + self.tolerance < *claim)
    }
}

/// Bytes of sound that a PCM track claims.
fn claim_bytes(track: &Track) -> Option<u64> {
    let parameters = track.codec_params.as_ref()?.audio()?;
    let channels = parameters.channels.as_ref()?.count() as u64;
    let bits = u64::from(
        parameters
            .bits_per_coded_sample
            .or(parameters.bits_per_sample)?,
    );
    Some(track.num_frames? * channels * bits / 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_held_against_what_was_found() {
        let exact = Expected {
            claim: Some(Millis(2_000)),
            tolerance: Millis(1),
        };
        assert_eq!(exact.shortfall(Samples(32_000)), None);
        assert_eq!(
            exact.shortfall(Millis(1_990).samples()),
            Some(Millis(2_000))
        );
        let lossy = Expected {
            tolerance: LOSSY_TOLERANCE,
            ..exact
        };
        assert_eq!(lossy.shortfall(Millis(1_990).samples()), None);
        assert_eq!(
            lossy.shortfall(Millis(1_000).samples()),
            Some(Millis(2_000))
        );
        assert_eq!(Expected::default().shortfall(Samples(0)), None);
    }
}
