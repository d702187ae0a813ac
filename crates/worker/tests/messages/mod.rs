//! Any message that one side can send the other.

use confinement::{Attempt, Report, Wall};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::subsequence;
use visit::{
    Coverage, DraftSpeed, DraftingParameters, Haste, Millis, ModelIdentity, PatientText, Role,
    Samples, Segment, Sha256Hex, SpeakerLabel, SpeakerTurn, SpokenVoice, StatementKind, StopReason,
    Template, TemplateSection, VoicePrint, Word,
};
use worker::protocol::{DraftEnd, DraftRequest, Failure, FromWorker, ModelFile, ToWorker};

fn text() -> impl Strategy<Value = String> {
    vec(any::<char>(), 0..12).prop_map(String::from_iter)
}

fn patient_text() -> impl Strategy<Value = PatientText> {
    text().prop_map(PatientText::from)
}

fn confined() -> impl Strategy<Value = FromWorker> {
    let walls = [Wall::Calls, Wall::Network, Wall::Files, Wall::Signals];
    let attempts = [
        Attempt::Internet4,
        Attempt::Internet6,
        Attempt::Local,
        Attempt::File,
    ];
    let missing = subsequence(walls.to_vec(), 0..=walls.len());
    let open = subsequence(attempts.to_vec(), 0..=attempts.len());
    (missing, open).prop_map(|(missing, open)| FromWorker::Confined(Report { missing, open }))
}

fn digest() -> impl Strategy<Value = Sha256Hex> {
    any::<[u8; 32]>().prop_map(Sha256Hex::from_bytes)
}

fn number() -> impl Strategy<Value = f32> {
    -1e6_f32..1e6
}

fn identity() -> impl Strategy<Value = ModelIdentity> {
    (text(), digest()).prop_map(|(id, sha256)| ModelIdentity { id, sha256 })
}

fn file() -> impl Strategy<Value = ModelFile> {
    (text(), text(), digest()).prop_map(|(id, path, sha256)| ModelFile {
        id,
        path: path.into(),
        sha256,
    })
}

fn word() -> impl Strategy<Value = Word> {
    let spoken = option::of(patient_text());
    (any::<(u64, u64)>(), patient_text(), spoken, number()).prop_map(
        |((start, end), text, spoken, probability)| Word {
            start: Millis(start),
            end: Millis(end),
            text,
            spoken,
            probability,
        },
    )
}

fn segment() -> impl Strategy<Value = Segment> {
    let role = prop_oneof![
        Just(Role::Clinician),
        Just(Role::Patient),
        Just(Role::Other),
        Just(Role::Unknown)
    ];
    (
        any::<(u32, u64, u64, u8)>(),
        role,
        patient_text(),
        number(),
        vec(word(), 0..4),
    )
        .prop_map(
            |((index, start, end, speaker), role, text, confidence, words)| Segment {
                index,
                start: Millis(start),
                end: Millis(end),
                speaker: SpeakerLabel(speaker),
                role,
                text,
                confidence,
                words,
            },
        )
}

fn voice() -> impl Strategy<Value = SpokenVoice> {
    let bytes = vec(1..u8::MAX, VoicePrint::BYTES);
    (any::<(u8, u64)>(), bytes).prop_map(|((speaker, spoken), bytes)| SpokenVoice {
        speaker: SpeakerLabel(speaker),
        spoken: Millis(spoken),
        print: VoicePrint::try_from(bytes).expect("no byte is zero"),
    })
}

fn template() -> impl Strategy<Value = Template> {
    let kinds = vec(proptest::sample::select(&StatementKind::ALL[..]), 0..3);
    let section = (text(), text(), text(), text(), any::<u32>(), kinds).prop_map(
        |(id, title, instruction, empty, most_statements, kinds)| TemplateSection {
            id,
            title,
            instruction,
            empty,
            most_statements,
            kinds,
        },
    );
    (text(), text(), text(), vec(section, 0..3)).prop_map(|(id, title, purpose, sections)| {
        Template {
            id,
            title,
            purpose,
            sections,
        }
    })
}

fn request() -> impl Strategy<Value = DraftRequest> {
    let parameters = (any::<u32>(), any::<u32>(), number()).prop_map(
        |(context_tokens, section_tokens, repeat_penalty)| DraftingParameters {
            context_tokens,
            section_tokens,
            repeat_penalty,
        },
    );
    (
        template(),
        vec(segment(), 0..3),
        parameters,
        vec(any::<u32>(), 0..3),
    )
        .prop_map(
            |(template, segments, parameters, skip_sections)| DraftRequest {
                template,
                segments,
                parameters,
                skip_sections,
            },
        )
}

pub fn to_worker() -> impl Strategy<Value = ToWorker> {
    prop_oneof![
        (
            file(),
            file(),
            option::of(file().prop_map(Box::new)),
            option::of(text()),
            any::<u32>(),
            prop_oneof![Just(Haste::Live), Just(Haste::Afterwards)],
            (any::<u64>(), any::<u64>()),
            vec(text().prop_map(PatientText::from), 0..4)
        )
            .prop_map(
                |(
                    whisper,
                    voice_activity,
                    voice_encoder,
                    language,
                    threads,
                    haste,
                    (from, known),
                    phrases,
                )| {
                    ToWorker::OpenSpeech {
                        whisper,
                        voice_activity,
                        voice_encoder,
                        language,
                        haste,
                        threads,
                        from: Samples(from),
                        known: Samples(known),
                        phrases,
                    }
                }
            ),
        (file(), any::<u32>(), any::<u32>()).prop_map(|(model, threads, context_tokens)| {
            ToWorker::OpenDrafting {
                model,
                threads,
                context_tokens,
            }
        }),
        (any::<u64>(), vec(any::<i16>(), 0..200)).prop_map(|(from, pcm)| ToWorker::Audio {
            from: Samples(from),
            pcm
        }),
        Just(ToWorker::EndOfAudio),
        request().prop_map(|request| ToWorker::Draft(Box::new(request))),
        request().prop_map(|request| ToWorker::DraftAhead(Box::new(request))),
        Just(ToWorker::CancelDraft),
        Just(ToWorker::ShowConfinement),
        Just(ToWorker::Quit),
    ]
}

fn failure() -> impl Strategy<Value = Failure> {
    prop_oneof![
        (text(), text()).prop_map(|(file, cause)| Failure::ModelUnreadable { file, cause }),
        text().prop_map(|file| Failure::ModelDigest { file }),
        (text(), text()).prop_map(|(file, cause)| Failure::ModelFormat { file, cause }),
        any::<(u32, u32)>().prop_map(|(needed, room)| Failure::ContextTooSmall { needed, room }),
        text().prop_map(Failure::Protocol),
        text().prop_map(Failure::Engine),
    ]
}

fn end() -> impl Strategy<Value = DraftEnd> {
    (
        any::<(u32, u32)>(),
        digest(),
        any::<(u32, u32, u32, u32, u32)>(),
    )
        .prop_map(|((read, of), prompt_sha256, (a, b, c, d, e))| DraftEnd {
            coverage: Coverage { read, of },
            prompt_sha256,
            speed: DraftSpeed {
                prompt_tokens: a,
                prefill_ms: b,
                generated_tokens: c,
                decode_ms: d,
                total_ms: e,
            },
        })
}

pub fn from_worker() -> impl Strategy<Value = FromWorker> {
    let stop = prop_oneof![
        Just(StopReason::Complete),
        Just(StopReason::Repetition),
        Just(StopReason::Length)
    ];
    prop_oneof![
        (any::<u16>(), text()).prop_map(|(protocol, level)| FromWorker::Hello { protocol, level }),
        Just(FromWorker::Heartbeat),
        (any::<u32>(), identity(), any::<u32>()).prop_map(|(load_ms, model, phrases)| {
            FromWorker::Ready {
                load_ms,
                model,
                phrases,
            }
        }),
        segment().prop_map(FromWorker::Segment),
        segment().prop_map(FromWorker::Provisional),
        any::<u64>().prop_map(|at| FromWorker::Heard(Samples(at))),
        any::<u64>().prop_map(|at| FromWorker::Settled(Samples(at))),
        vec(any::<(u64, u64, u8)>(), 0..20).prop_map(|turns| {
            let turn = |(start, end, speaker)| SpeakerTurn {
                start: Millis(start),
                end: Millis(end),
                speaker: SpeakerLabel(speaker),
            };
            FromWorker::Turns(turns.into_iter().map(turn).collect())
        }),
        vec(voice(), 0..4).prop_map(FromWorker::Voices),
        Just(FromWorker::SpeechEnded),
        any::<(u32, u32)>().prop_map(|(tokens, of)| FromWorker::Reading { tokens, of }),
        (any::<u32>(), patient_text())
            .prop_map(|(section, text)| FromWorker::Writing { section, text }),
        (any::<u32>(), patient_text())
            .prop_map(|(section, text)| FromWorker::Statement { section, text }),
        (any::<u32>(), stop).prop_map(|(section, stop)| FromWorker::SectionEnded { section, stop }),
        end().prop_map(|end| FromWorker::DraftEnded(Box::new(end))),
        Just(FromWorker::DraftCancelled),
        confined(),
        failure().prop_map(FromWorker::Failed),
    ]
}
