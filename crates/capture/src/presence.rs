//! Whether an open microphone is still what is listened to.
//!
//! PulseAudio moves the streams of a source that is unplugged to whatever it has left, be it what
//! the loudspeakers play, and lets a person move them in its settings; the stream goes on as if
//! nothing had happened. The other sound systems report a device's end, and have no such settings.

/// What has become of a microphone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// As far as one knows it is listened to.
    Here,
    /// It is not there any more.
    Gone,
    /// It is there, but a person has moved the recording to the source of this name.
    Moved(String),
}

#[cfg(target_os = "linux")]
pub(crate) use linux::Presence;

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::Presence;

#[cfg(target_os = "linux")]
mod linux {
    use super::Standing;
    use crate::whereabouts::Whereabouts;

    /// A source of PulseAudio's and the streams that record from it.
    pub(crate) struct Presence {
        source: String,
        streams: Vec<u32>,
    }

    impl Presence {
        /// Of the source of this name, from which this process records since a moment ago.
        pub(crate) fn of(source: &str) -> Self {
            let mut presence = Self {
                source: source.to_owned(),
                streams: Vec::new(),
            };
            presence.look();
            presence
        }

        /// What has become of it by now.
        pub(crate) fn look(&mut self) -> Standing {
            Whereabouts::ask().map_or(Standing::Here, |now| self.judge(&now))
        }

        fn judge(&mut self, now: &Whereabouts) -> Standing {
            if !now.sources.contains(&self.source) {
                return Standing::Gone;
            }
            for (&stream, source) in &now.streams {
                if *source == self.source {
                    // Streams are numbered anew, never twice.
                    if !self.streams.contains(&stream) {
                        self.streams.push(stream);
                    }
                } else if self.streams.contains(&stream) {
                    return Standing::Moved(source.clone());
                }
            }
            Standing::Here
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn now(sources: &[&str], streams: &[(u32, &str)]) -> Whereabouts {
            Whereabouts {
                sources: sources.iter().map(|&name| name.to_owned()).collect(),
                streams: streams
                    .iter()
                    .map(|&(number, source)| (number, source.to_owned()))
                    .collect(),
            }
        }

        fn presence() -> Presence {
            Presence {
                source: "desk".to_owned(),
                streams: Vec::new(),
            }
        }

        #[test]
        fn only_a_stream_that_was_here_can_have_been_moved() {
            let mut presence = presence();
            let both = ["desk", "webcam"];
            // Another recording of this program, from the other microphone.
            assert_eq!(
                presence.judge(&now(&both, &[(7, "webcam")])),
                Standing::Here
            );
            let two = now(&both, &[(7, "webcam"), (8, "desk")]);
            assert_eq!(presence.judge(&two), Standing::Here);
            let moved = now(&both, &[(7, "webcam"), (8, "webcam")]);
            assert_eq!(presence.judge(&moved), Standing::Moved("webcam".to_owned()));
        }

        #[test]
        fn a_source_that_is_gone_was_not_left_by_a_person() {
            let mut presence = presence();
            assert_eq!(
                presence.judge(&now(&["desk"], &[(8, "desk")])),
                Standing::Here
            );
            assert_eq!(
                presence.judge(&now(&["webcam"], &[(8, "webcam")])),
                Standing::Gone
            );
            assert_eq!(presence.judge(&now(&[], &[])), Standing::Gone);
        }

        #[test]
        fn a_stream_that_has_ended_is_no_move() {
            let mut presence = presence();
            assert_eq!(
                presence.judge(&now(&["desk"], &[(8, "desk")])),
                Standing::Here
            );
            assert_eq!(presence.judge(&now(&["desk"], &[])), Standing::Here);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use super::Standing;

    /// Nothing to ask.
    pub(crate) struct Presence;

    impl Presence {
        /// Never made: the sound systems here have no such sources.
        pub(crate) fn of(_source: &str) -> Self {
            Self
        }

        /// The device itself reports its end.
        pub(crate) fn look(&mut self) -> Standing {
            Standing::Here
        }
    }
}
