use std::fmt;

use serde::Deserialize;
use visit::{Sha256Hex, UnixMillis};

use crate::mistake::{Mistake, Wrong};
use crate::moment::Moment;
use crate::organisation::Organisation;
use crate::place::Places;

/// What a model is used for, in the catalogue's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelRole {
    /// Recognises speech.
    Speech,
    /// Tells speech from other sound.
    VoiceActivity,
    /// Drafts notes.
    Drafting,
    /// Tells speakers apart.
    Speaker,
}

impl ModelRole {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Speech,
        Self::VoiceActivity,
        Self::Drafting,
        Self::Speaker,
    ];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Speech => "speech",
            Self::VoiceActivity => "voice-activity",
            Self::Drafting => "drafting",
            Self::Speaker => "speaker",
        }
    }
}

impl fmt::Display for ModelRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// That a model may be loaded.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The catalogue's identifier, or the organisation's own.
    pub id: String,
    /// What it is approved for.
    pub role: ModelRole,
    /// Digest of the model's file.
    pub sha256: Sha256Hex,
    /// From when on.
    pub from: Moment,
    /// From when on no longer: somebody has to look at it again.
    pub until: Moment,
    /// The templates that it may write; all of them if it is not said.
    pub templates: Option<Vec<String>>,
    /// Digest of the model card that was read.
    pub card: Sha256Hex,
    /// What was measured.
    pub scorecard: Scorecard,
}

/// What was measured of a model before it was approved.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scorecard {
    /// When.
    pub measured: Moment,
    /// On which hardware.
    pub hardware: String,
    /// The figures.
    pub figures: Vec<Figure>,
}

/// A figure and the limits that were set for it beforehand.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// What was measured, with its unit.
    pub name: String,
    /// The figure.
    pub value: f64,
    /// It must not be greater.
    pub most: Option<f64>,
    /// It must not be smaller.
    pub least: Option<f64>,
}

impl Figure {
    /// Whether it lies within its limits. What is no number lies in none.
    pub fn holds(&self) -> bool {
        self.value.is_finite()
            && self.most.is_none_or(|most| self.value <= most)
            && self.least.is_none_or(|least| self.value >= least)
    }
}

/// That a model must not be loaded any more, in whatever role.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recall {
    /// Digest of the model's file.
    pub sha256: Sha256Hex,
    /// From when on.
    pub from: Moment,
    /// Why, for the person who is refused.
    pub reason: String,
}

/// Why a model is not loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotApproved {
    /// It is not on the list.
    #[error("the model with the digest {} is not on your organisation's list; it was not loaded", .0.as_str())]
    Unlisted(Sha256Hex),
    /// It is on the list for something else.
    #[error("the model {id:?} is approved, but not for the role {asked}; it was not loaded")]
    OtherRole {
        /// The model.
        id: String,
        /// What it was to be loaded for.
        asked: ModelRole,
    },
    /// It was recalled.
    #[error("the model was recalled on {from}: {reason}; it was not loaded")]
    Recalled {
        /// From when on.
        from: Moment,
        /// Why.
        reason: String,
    },
    /// The approval has not begun.
    #[error("the model {id:?} is approved from {from} on; it was not loaded")]
    NotYet {
        /// The model.
        id: String,
        /// From when on.
        from: Moment,
    },
    /// The approval is over.
    #[error("the approval of the model {id:?} ended on {until}; it was not loaded")]
    Expired {
        /// The model.
        id: String,
        /// From when on no longer.
        until: Moment,
    },
    /// Approved for other templates.
    #[error("the model {id:?} is not approved for the template {template:?}; nothing was drafted")]
    Template {
        /// The model.
        id: String,
        /// What it was to write.
        template: String,
    },
}

impl Organisation {
    /// The approval under which a model with this digest may be loaded for this role now. A recall
    /// goes before every approval; of several approvals one that holds is enough.
    ///
    /// # Errors
    /// [`NotApproved`].
    pub fn approved(
        &self,
        sha256: &Sha256Hex,
        role: ModelRole,
        now: UnixMillis,
    ) -> Result<&Approval, NotApproved> {
        let recalled = |recall: &&Recall| recall.sha256 == *sha256 && now >= recall.from.0;
        if let Some(Recall { from, reason, .. }) = self.recalls.iter().find(recalled) {
            return Err(NotApproved::Recalled {
                from: *from,
                reason: reason.clone(),
            });
        }
        let mut refused = NotApproved::Unlisted(sha256.clone());
        for approval in self.models.iter().filter(|model| model.sha256 == *sha256) {
            let id = || approval.id.clone();
            let next = if approval.role != role {
                // What is said of the right role says more.
                if !matches!(refused, NotApproved::Unlisted(_)) {
                    continue;
                }
                NotApproved::OtherRole {
                    id: id(),
                    asked: role,
                }
            } else if now < approval.from.0 {
                NotApproved::NotYet {
                    id: id(),
                    from: approval.from,
                }
            } else if now >= approval.until.0 {
                NotApproved::Expired {
                    id: id(),
                    until: approval.until,
                }
            } else {
                return Ok(approval);
            };
            refused = next;
        }
        Err(refused)
    }
}

/// A text that holds one approval, as a dossier has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Proposed {
    model: Vec<Approval>,
}

impl Approval {
    /// Reads a text with one `[[model]]`. Whether it makes sense is asked when it gets into a document.
    ///
    /// # Errors
    /// [`Mistake`], with line and field.
    pub fn read(text: &str) -> Result<Self, Mistake> {
        let places = Places::of(text)?;
        let Proposed { mut model } = toml::from_str(text)
            .map_err(|error| places.mistake_at(error.span(), Wrong::form(&error)))?;
        match (model.pop(), model.is_empty()) {
            (Some(approval), true) => Ok(approval),
            _ => {
                let wrong = Wrong::Form("one model is needed here, and no other".to_owned());
                Err(places.mistake_of("model", wrong))
            }
        }
    }

    /// Whether the model may write a note of this template.
    ///
    /// # Errors
    /// [`NotApproved::Template`].
    pub fn writes(&self, template: &str) -> Result<(), NotApproved> {
        match &self.templates {
            Some(listed) if !listed.iter().any(|known| known == template) => {
                Err(NotApproved::Template {
                    id: self.id.clone(),
                    template: template.to_owned(),
                })
            }
            _ => Ok(()),
        }
    }
}
