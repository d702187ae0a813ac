//! What a person has said about who spoke, laid over what the program found out.
//!
//! A correction speaks of places in the recording, so it holds after the program has split turns
//! or given voices other labels; it is never worked into what the program found out, so it can be
//! taken back.

use visit::{
    Heard, Millis, Pointed, Role, Segment, SpeakerCorrection, SpeakerLabel, SpokenBy, Stretch,
};

use crate::roles::{Known, roles};

/// The transcript as a person has corrected it, later corrections over earlier ones. Of voices that
/// no correction speaks of, the words say again what they are: where one is named the clinician,
/// another is no longer.
pub fn corrected(mut segments: Vec<Segment>, corrections: &[SpeakerCorrection]) -> Vec<Segment> {
    if corrections.is_empty() {
        return segments;
    }
    let clinician = segments
        .iter()
        .find(|segment| segment.role == Role::Clinician)
        .map(|segment| segment.speaker);
    let mut known = Known::new();
    let mut of_turns: Vec<Option<Role>> = vec![None; segments.len()];
    for correction in corrections {
        match &correction.heard {
            Heard::Turn(turn) => {
                let turns = segments.iter_mut().zip(&mut of_turns);
                for (segment, role) in turns.filter(|(segment, _)| is_in(segment, turn)) {
                    match correction.by {
                        SpokenBy::Role(said) => *role = Some(said),
                        SpokenBy::Voice(label) => (segment.speaker, *role) = (label, None),
                    }
                }
            }
            Heard::Voice(stretches) => {
                let meant = voices(&segments, stretches);
                for &label in &meant {
                    match correction.by {
                        SpokenBy::Role(said) => known.insert(label, said),
                        SpokenBy::Voice(_) => known.remove(&label),
                    };
                }
                let turns = segments.iter_mut().zip(&mut of_turns);
                for (segment, role) in turns.filter(|(one, _)| meant.contains(&one.speaker)) {
                    *role = None;
                    if let SpokenBy::Voice(label) = correction.by {
                        segment.speaker = label;
                    }
                }
            }
        }
    }
    if let Some(by) = clinician
        && !known.values().any(|&role| role == Role::Clinician)
    {
        known.entry(by).or_insert(Role::Clinician);
    }
    let roles = roles(&segments, &known);
    for (segment, of_turn) in segments.iter_mut().zip(of_turns) {
        let of_voice = roles.get(&segment.speaker).copied();
        segment.role = of_turn.or(of_voice).unwrap_or(Role::Unknown);
    }
    segments
}

/// What a person points at in the transcript that they see; `None` if nothing there is like it.
pub fn pointed_at(segments: &[Segment], pointed: Pointed) -> Option<Heard> {
    let stretch = |segment: &Segment| Stretch {
        start: segment.start,
        end: segment.end,
    };
    match pointed {
        Pointed::Turn(start) => {
            let turn = segments.iter().find(|segment| segment.start == start)?;
            Some(Heard::Turn(stretch(turn)))
        }
        Pointed::Voice(label) => {
            let said = segments.iter().filter(|segment| segment.speaker == label);
            let stretches: Vec<Stretch> = said.map(stretch).collect();
            (!stretches.is_empty()).then_some(Heard::Voice(stretches))
        }
    }
}

/// The labels that stand for the voice of these stretches now: those of whose speech up to the last
/// of them more than half lies in them.
fn voices(segments: &[Segment], stretches: &[Stretch]) -> Vec<SpeakerLabel> {
    let until = stretches.iter().map(|stretch| stretch.end).max();
    let mut shares: std::collections::BTreeMap<SpeakerLabel, (u64, u64)> = Default::default();
    for segment in segments.iter().filter(|one| Some(one.start) <= until) {
        // A line that did not come from sound has no length and counts all the same.
        let length = segment.end.0.saturating_sub(segment.start.0) + 1;
        let (inside, all) = shares.entry(segment.speaker).or_default();
        *all += length;
        if stretches.iter().any(|stretch| is_in(segment, stretch)) {
            *inside += length;
        }
    }
    let meant = shares
        .into_iter()
        .filter(|(_, (inside, all))| inside * 2 > *all);
    meant.map(|(label, _)| label).collect()
}

/// Whether the middle of a segment lies in a stretch.
fn is_in(segment: &Segment, stretch: &Stretch) -> bool {
    let middle = Millis(segment.start.0.midpoint(segment.end.0));
    stretch.start <= middle && middle <= stretch.end
}

#[cfg(test)]
mod tests {
    use super::*;
    use Role::{Clinician, Other, Patient, Unknown};

    /// Turns of a second each: label, role and words.
    fn segments(lines: &[(u8, Role, &str)]) -> Vec<Segment> {
        (0..)
            .zip(lines)
            .map(|(index, &(speaker, role, text))| Segment {
                index,
                start: Millis(u64::from(index) * 1000),
                end: Millis(u64::from(index) * 1000 + 900),
                speaker: SpeakerLabel(speaker),
                role,
                text: text.into(),
                confidence: 1.0,
                words: Vec::new(),
            })
            .collect()
    }

    const VISIT: &[(u8, Role, &str)] = &[
        (1, Clinician, "What brings you in today?"),
        (2, Patient, "My knee hurts, doctor."),
        (1, Clinician, "Let me take a look. Does it hurt?"),
        (2, Patient, "Yes, I feel it there."),
        (3, Other, "She fell on Sunday."),
    ];

    fn who(segments: &[Segment]) -> Vec<(u8, Role)> {
        segments
            .iter()
            .map(|one| (one.speaker.0, one.role))
            .collect()
    }

    fn turn(start: u64) -> Pointed {
        Pointed::Turn(Millis(start))
    }

    fn voice(label: u8) -> Pointed {
        Pointed::Voice(SpeakerLabel(label))
    }

    fn to(label: u8) -> SpokenBy {
        SpokenBy::Voice(SpeakerLabel(label))
    }

    /// What a person makes of [`VISIT`], each correction as they see the transcript then.
    fn corrections(said: &[(Pointed, SpokenBy)]) -> Vec<SpeakerCorrection> {
        let mut made = Vec::new();
        for &(pointed, by) in said {
            let seen = corrected(segments(VISIT), &made);
            made.extend(pointed_at(&seen, pointed).map(|heard| SpeakerCorrection { heard, by }));
        }
        assert_eq!(made.len(), said.len());
        made
    }

    fn check(said: &[(Pointed, SpokenBy)], expected: &[(u8, Role)]) {
        assert_eq!(
            who(&corrected(segments(VISIT), &corrections(said))),
            expected
        );
    }

    #[test]
    fn a_turn_goes_to_another_voice_or_role() {
        let mut expected = who(&segments(VISIT));
        check(&[], &expected);
        expected[3] = (1, Clinician);
        check(&[(turn(3000), to(1))], &expected);
        expected[3] = (2, Other);
        check(
            &[
                (turn(3000), to(1)),
                (turn(3000), to(2)),
                (turn(3000), SpokenBy::Role(Other)),
            ],
            &expected,
        );
    }

    #[test]
    fn a_voice_goes_to_another_with_its_role() {
        let merged = [
            (1, Clinician),
            (2, Patient),
            (1, Clinician),
            (2, Patient),
            (2, Patient),
        ];
        check(&[(voice(3), to(2))], &merged);
    }

    #[test]
    fn whom_a_person_names_is_who_they_say_and_the_others_follow() {
        use SpokenBy::Role as Is;
        let swapped = [
            (1, Patient),
            (2, Clinician),
            (1, Patient),
            (2, Clinician),
            (3, Other),
        ];
        check(
            &[(voice(2), Is(Clinician)), (voice(1), Is(Patient))],
            &swapped,
        );
        check(
            &[(voice(2), Is(Clinician)), (voice(3), Is(Other))],
            &swapped,
        );
        let no_companion = [
            (1, Clinician),
            (2, Patient),
            (1, Clinician),
            (2, Patient),
            (3, Unknown),
        ];
        check(&[(voice(3), Is(Unknown))], &no_companion);
        let child = [
            (1, Clinician),
            (2, Other),
            (1, Clinician),
            (2, Other),
            (3, Patient),
        ];
        check(&[(voice(3), Is(Patient))], &child);
    }

    #[test]
    fn the_later_word_about_everything_covers_the_earlier_one_about_a_turn() {
        let said = [
            (turn(1000), SpokenBy::Role(Other)),
            (voice(2), SpokenBy::Role(Patient)),
        ];
        check(&said, &who(&segments(VISIT)));
    }

    /// The program has given other labels, split a turn and heard a new one since.
    #[test]
    fn a_correction_outlives_other_labels_and_splits() {
        let said = [(voice(2), SpokenBy::Role(Other)), (turn(4000), to(1))];
        let made = corrections(&said);
        let mut later = segments(VISIT);
        for segment in &mut later {
            segment.speaker.0 = segment.speaker.0 % 3 + 1;
        }
        let mut rest = later[4].clone();
        later[4].end = Millis(4_400);
        (rest.index, rest.start, rest.speaker) = (5, Millis(4_400), SpeakerLabel(2));
        later.push(rest);
        let mut new = later[1].clone();
        (new.index, new.start, new.end) = (6, Millis(60_000), Millis(61_000));
        later.push(new);
        let corrected = corrected(later, &made);
        let found = who(&corrected);
        for (segment, role) in [(1, Other), (3, Other), (6, Other)] {
            assert_eq!(found[segment], (3, role), "{segment}");
        }
        assert_eq!((found[4].0, found[5].0), (1, 1));
    }

    #[test]
    fn a_person_points_at_what_is_there() {
        let segments = segments(VISIT);
        assert_eq!(pointed_at(&segments, turn(500)), None);
        assert_eq!(pointed_at(&segments, voice(4)), None);
    }
}
