//! The chat template that a model file carries, rendered under limits: a template is data from a
//! file, not code that is trusted.

use serde::Deserialize;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Rest};
use minijinja::{Environment, Error, ErrorKind, Value, context};

use crate::gguf::File;
use crate::vocabulary::Vocabulary;

/// Bytes of a template; the longest in use are about 20 kB.
const LONGEST_TEMPLATE: usize = 256 << 10;
/// Steps that rendering may take.
const FUEL: u64 = 2_000_000;
/// Bytes that may come out, our own text included.
const LONGEST_FRAME: usize = 256 << 10;

/// Stands for the conversation's content while the template is rendered; nothing that a person
/// said passes through the template.
const CONTENT: &str = "[[inroom:content]]";

/// What stands around the content of the one message to the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// System message and everything else before the content.
    pub(crate) before: String,
    /// What makes the model answer.
    pub(crate) after: String,
}

/// What somebody might say and what the model should make of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Example {
    /// The user's message.
    pub(crate) said: String,
    /// The model's answer.
    pub(crate) lines: String,
}

/// How to talk to a model.
pub(crate) struct Chat {
    template: Option<String>,
    names: Vec<(&'static str, String)>,
    marked: bool,
}

impl Chat {
    /// Takes the template of a file, if it has one of reasonable size.
    pub(crate) fn from_file(file: &File, vocabulary: &Vocabulary) -> Self {
        let template = file
            .metadata()
            .text("tokenizer.chat_template")
            .filter(|text| text.len() <= LONGEST_TEMPLATE)
            .map(ToOwned::to_owned);
        let names = vocabulary
            .names()
            .iter()
            .map(|(&k, v)| (k, v.clone()))
            .collect();
        let marked = vocabulary.has_control("<|im_start|>") && vocabulary.has_control("<|im_end|>");
        Self {
            template,
            names,
            marked,
        }
    }

    /// The template of whoever wrote these bytes.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn of(template: &str) -> Self {
        Self {
            template: Some(template.to_owned()).filter(|text| text.len() <= LONGEST_TEMPLATE),
            names: vec![("bos_token", "<s>".to_owned())],
            marked: true,
        }
    }

    /// The frame for a system message and examples of what is said and answered.
    ///
    /// A template that is missing, fails, takes too long or loses the content is replaced: by
    /// ChatML where the vocabulary has its marks, else by plain headings.
    pub(crate) fn frame(&self, system: &str, examples: &[Example]) -> Frame {
        let whole = |frame: &Frame| {
            let shown = |example: &Example| {
                frame.before.contains(&example.said) && frame.before.contains(&example.lines)
            };
            frame.before.contains(system) && examples.iter().all(shown)
        };
        let own = self.template.as_deref().and_then(|template| {
            self.render(template, Some(system), examples, CONTENT)
                // Some models know no system role and say so by raising an exception.
                .or_else(|_| {
                    let mut examples = examples.to_vec();
                    let mut content = CONTENT.to_owned();
                    let first = examples
                        .first_mut()
                        .map_or(&mut content, |first| &mut first.said);
                    first.insert_str(0, &format!("{system}\n\n"));
                    self.render(template, None, &examples, &content)
                })
                .ok()
                .filter(whole)
        });
        own.unwrap_or_else(|| {
            let (first, user, answer, end) = if self.marked {
                (
                    format!("<|im_start|>system\n{system}<|im_end|>\n"),
                    "<|im_start|>user\n",
                    "<|im_end|>\n<|im_start|>assistant\n",
                    "<|im_end|>\n",
                )
            } else {
                (
                    format!("{system}\n\n"),
                    "### Input:\n",
                    "\n\n### Response:\n",
                    "\n\n",
                )
            };
            let mut before = first;
            for Example { said, lines } in examples {
                before.extend([user, said, answer, lines, end]);
            }
            before.push_str(user);
            Frame {
                before,
                after: answer.to_owned(),
            }
        })
    }

    fn render(
        &self,
        template: &str,
        system: Option<&str>,
        examples: &[Example],
        user: &str,
    ) -> Result<Frame, Error> {
        let mut environment = Environment::new();
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(64);
        environment.set_syntax(
            SyntaxConfig::builder()
                .trim_blocks(true)
                .lstrip_blocks(true)
                .build()?,
        );
        environment
            .set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function(
            "raise_exception",
            |message: String| -> Result<Value, Error> {
                Err(Error::new(ErrorKind::InvalidOperation, message))
            },
        );
        // The same input must give the same prompt on every day, so no clock is asked: templates
        // that show a date get the one that Llama 3's own template falls back to.
        environment.add_function(
            "strftime_now",
            |format: String, _: Rest<Value>, _: Kwargs| date(&format),
        );
        let mut messages = Vec::new();
        if let Some(system) = system {
            messages.push(context! { role => "system", content => system });
        }
        for Example { said, lines } in examples {
            messages.push(context! { role => "user", content => said });
            messages.push(context! { role => "assistant", content => lines });
        }
        messages.push(context! { role => "user", content => user });
        let mut values = std::collections::BTreeMap::from([
            ("messages", Value::from(messages)),
            ("add_generation_prompt", Value::from(true)),
            // Models that can think aloud are asked not to: the note is wanted, not the way there.
            ("enable_thinking", Value::from(false)),
        ]);
        for (name, text) in &self.names {
            values.insert(name, Value::from(text.as_str()));
        }
        let mut rendered = Bounded(Vec::new());
        environment
            .template_from_str(template)?
            .render_captured_to(Value::from(values), &mut rendered)?;
        let lost = || {
            Error::new(
                ErrorKind::InvalidOperation,
                "the template loses the content",
            )
        };
        let rendered = String::from_utf8(rendered.0).map_err(|_| lost())?;
        let (before, after) = rendered.split_once(CONTENT).ok_or_else(lost)?;
        if after.contains(CONTENT) {
            return Err(lost());
        }
        Ok(Frame {
            before: before.to_owned(),
            after: after.to_owned(),
        })
    }
}

/// 26 July 2024 in the parts of `strftime` that templates use; others stay as they are.
fn date(format: &str) -> String {
    [
        ("%d", "26"),
        ("%b", "Jul"),
        ("%B", "July"),
        ("%m", "07"),
        ("%Y", "2024"),
        ("%y", "24"),
    ]
    .iter()
    .fold(format.to_owned(), |text, (code, value)| {
        text.replace(code, value)
    })
}

/// Takes no more than [`LONGEST_FRAME`] bytes.
struct Bounded(Vec<u8>);

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST_FRAME {
            return Err(std::io::Error::other("the template writes too much"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[path = "chat_tests.rs"]
mod tests;
