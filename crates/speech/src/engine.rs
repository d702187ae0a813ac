//! Whisper, one utterance at a time.

use visit::PatientText;
use whisper_rs::{
    DtwMode, DtwModelPreset, DtwParameters, FullParams, SamplingStrategy, WhisperContext,
    WhisperContextParameters, WhisperState,
};

use crate::SpeechError;
use crate::prompt::Prompt;
use crate::tokens::Tokens;
use crate::whisper_file::{self, Shape};

/// Encoder frames per second of sound.
const ENCODER_RATE: usize = 50;
/// Encoder frames of silence beyond the utterance's own: with half as many the decoder stops
/// early or repeats itself now and then, which costs more than it saves.
const ENCODER_MARGIN: usize = 256;
/// Most tokens per second of sound, and for the beginning: nobody speaks faster, but a loop does.
const TOKENS_PER_SECOND: usize = 10;
const TOKENS_AT_LEAST: usize = 16;
/// The encoder takes no more: 30 s.
const ENCODER_LIMIT: usize = 1500;
/// whisper.cpp takes nothing shorter than 0.1 s; the model is at ease from one second on.
const SHORTEST: usize = 16_000;

/// How to look for the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Search {
    /// The likeliest token each time.
    Greedy,
    /// Five hypotheses side by side: slower, and rarely caught in a loop.
    Beam,
}

/// What to go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heed {
    /// The sound, with the prompt's words in mind.
    Prompt,
    /// The sound alone.
    SoundAlone,
}

/// A text token.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    /// Part of the text; not always whole characters.
    pub bytes: Vec<u8>,
    pub probability: f32,
    /// Natural logarithm of the probability.
    pub log_probability: f32,
    /// Milliseconds from the utterance's start, from the alignment of the decoder's attention.
    pub start: u64,
    pub end: u64,
}

/// What came out of one utterance.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Decoded {
    pub tokens: Vec<Token>,
    /// Whisper's own probability that there is no speech.
    pub no_speech: f32,
}

impl Decoded {
    /// Mean of the tokens' log probabilities; 0 without tokens.
    pub(crate) fn mean_log_probability(&self) -> f32 {
        let sum: f32 = self.tokens.iter().map(|token| token.log_probability).sum();
        sum / self.tokens.len().max(1) as f32
    }
}

/// A loaded model with its one working state.
pub(crate) struct Engine {
    state: WhisperState,
    greedy: FullParams<'static, 'static>,
    beam: FullParams<'static, 'static>,
    prompt: Prompt,
    first_special: i32,
    multilingual: bool,
    threads: usize,
}

impl Engine {
    /// Checks and loads a model in ggml form. The bytes are not needed afterwards. Of the phrases,
    /// the most specific first, as many go into the prompt as fit.
    pub(crate) fn load(
        model: &[u8],
        threads: usize,
        phrases: &[PatientText],
    ) -> Result<Self, SpeechError> {
        let shape = whisper_file::check(model).map_err(SpeechError::WhisperModel)?;
        let mut parameters = WhisperContextParameters::default();
        parameters.dtw_parameters(alignment(shape));
        let context = WhisperContext::new_from_buffer_with_params(model, parameters)
            .map_err(SpeechError::Load)?;
        let state = context.create_state().map_err(SpeechError::Load)?;
        let prompt = if phrases.is_empty() {
            Prompt::default()
        } else {
            let tokens = text_tokens(&context);
            Prompt::fitted(phrases, |text| tokens.of(text))
        };
        let threads = threads.max(1);
        Ok(Self {
            state,
            greedy: parameters_for(SamplingStrategy::Greedy { best_of: 1 }, threads),
            beam: parameters_for(
                SamplingStrategy::BeamSearch {
                    beam_size: 5,
                    patience: -1.0,
                },
                threads,
            ),
            prompt,
            first_special: context.token_eot(),
            multilingual: context.is_multilingual(),
            threads,
        })
    }

    pub(crate) fn is_multilingual(&self) -> bool {
        self.multilingual
    }

    /// Sets the language of everything that follows. The code must be one of Whisper's.
    pub(crate) fn set_language(&mut self, code: &'static str) {
        self.greedy.set_language(Some(code));
        self.beam.set_language(Some(code));
    }

    /// How likely each of Whisper's languages is for a stretch of sound, by language number.
    pub(crate) fn languages(&mut self, sound: &[f32]) -> Result<Vec<f32>, SpeechError> {
        self.state
            .pcm_to_mel(sound, self.threads)
            .map_err(SpeechError::Engine)?;
        let (_, likely) = self
            .state
            .lang_detect(0, self.threads)
            .map_err(SpeechError::Engine)?;
        Ok(likely)
    }

    pub(crate) fn prompt(&self) -> &Prompt {
        &self.prompt
    }

    /// Decodes an utterance of at most 30 s (full scale ±1).
    pub(crate) fn decode(
        &mut self,
        sound: &[f32],
        search: Search,
        heed: Heed,
    ) -> Result<Decoded, SpeechError> {
        let mut parameters: FullParams<'_, '_> = match search {
            Search::Greedy => self.greedy.clone(),
            Search::Beam => self.beam.clone(),
        };
        parameters.set_audio_ctx(encoder_frames(sound.len()));
        parameters.set_max_tokens(most_tokens(sound.len()));
        if heed == Heed::Prompt {
            parameters.set_tokens(self.prompt.tokens());
        }
        if sound.len() < SHORTEST {
            let mut padded = sound.to_vec();
            padded.resize(SHORTEST, 0.0);
            self.state
                .full(parameters, &padded)
                .map_err(SpeechError::Engine)?;
        } else {
            self.state
                .full(parameters, sound)
                .map_err(SpeechError::Engine)?;
        }
        self.decoded()
    }

    fn decoded(&self) -> Result<Decoded, SpeechError> {
        let mut decoded = Decoded::default();
        for segment in self.state.as_iter() {
            decoded.no_speech = segment.no_speech_probability();
            for number in 0..segment.n_tokens() {
                let Some(token) = segment.get_token(number) else {
                    continue;
                };
                if token.token_id() >= self.first_special {
                    continue;
                }
                let about = token.token_data();
                // whisper.cpp gives the time at which the alignment's path leaves the token.
                let start = decoded.tokens.last().map_or(0, |before: &Token| before.end);
                decoded.tokens.push(Token {
                    bytes: token.to_bytes().map_err(SpeechError::Engine)?.to_vec(),
                    probability: about.p,
                    log_probability: about.plog,
                    start,
                    end: start.max(u64::try_from(about.t_dtw).unwrap_or(0) * 10),
                });
            }
        }
        Ok(decoded)
    }
}

/// The model's text tokens.
fn text_tokens(context: &WhisperContext) -> Tokens {
    let bytes = |number| Some((context.token_to_bytes(number).ok()?.to_vec(), number));
    Tokens::new((0..context.token_eot()).filter_map(bytes))
}

fn parameters_for(strategy: SamplingStrategy, threads: usize) -> FullParams<'static, 'static> {
    let mut parameters = FullParams::new(strategy);
    parameters.set_n_threads(i32::try_from(threads).unwrap_or(i32::MAX));
    parameters.set_language(Some("en"));
    // Each utterance stands alone: nothing is carried over a pause.
    parameters.set_no_context(true);
    // One pass over the whole utterance, whatever its timestamp tokens say; with them the decoder
    // stops too early less often than without. Word times come from the alignment.
    parameters.set_single_segment(true);
    parameters.set_token_timestamps(false);
    parameters.set_suppress_blank(true);
    parameters.set_suppress_nst(true);
    // Whether a result is good enough is judged in `doubt`; whisper.cpp's own retries sample at
    // random.
    parameters.set_temperature_inc(0.0);
    parameters.set_no_speech_thold(1.0);
    parameters.set_print_special(false);
    parameters.set_print_progress(false);
    parameters.set_print_realtime(false);
    parameters.set_print_timestamps(false);
    parameters
}

/// The encoder's cost grows with its context: no more than the utterance needs.
fn encoder_frames(samples: usize) -> i32 {
    let own = samples
        .max(SHORTEST)
        .div_ceil(visit::SAMPLE_RATE as usize / ENCODER_RATE);
    // A multiple of 64 keeps the matrix kernels on their fast paths.
    let frames = (own + ENCODER_MARGIN)
        .next_multiple_of(64)
        .min(ENCODER_LIMIT);
    frames as i32
}

fn most_tokens(samples: usize) -> i32 {
    (TOKENS_AT_LEAST + samples * TOKENS_PER_SECOND / visit::SAMPLE_RATE as usize) as i32
}

/// Which attention heads follow the sound: those that OpenAI found for each model, for others all
/// of the last layer.
fn alignment(shape: Shape) -> DtwParameters<'static> {
    use DtwModelPreset as Model;
    let model_preset = match (
        shape.audio_layers,
        shape.text_layers,
        shape.is_multilingual(),
    ) {
        (4, 4, false) => Model::TinyEn,
        (4, 4, true) => Model::Tiny,
        (6, 6, false) => Model::BaseEn,
        (6, 6, true) => Model::Base,
        (12, 12, false) => Model::SmallEn,
        (12, 12, true) => Model::Small,
        (24, 24, false) => Model::MediumEn,
        (24, 24, true) => Model::Medium,
        (32, 32, true) if shape.has_cantonese() => Model::LargeV3,
        (32, 32, true) => Model::LargeV2,
        (32, 4, true) if shape.has_cantonese() => Model::LargeV3Turbo,
        _ => {
            return DtwParameters {
                mode: DtwMode::TopMost { n_top: 1 },
                ..Default::default()
            };
        }
    };
    DtwParameters {
        mode: DtwMode::ModelPreset { model_preset },
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::{encoder_frames, most_tokens};

    #[test]
    fn the_encoder_covers_the_utterance_and_no_more_than_it_can() {
        assert_eq!(encoder_frames(1), 320);
        assert_eq!(encoder_frames(11 * 16_000), 832);
        assert_eq!(encoder_frames(25 * 16_000), 1500);
        assert_eq!(encoder_frames(30 * 16_000), 1500);
    }

    #[test]
    fn a_loop_ends_soon() {
        assert_eq!(most_tokens(8_000), 21);
        assert_eq!(most_tokens(10 * 16_000), 116);
    }
}
