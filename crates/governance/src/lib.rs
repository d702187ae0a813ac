//! What an organisation has decided, as one signed document, and what follows from it: who may do
//! what, with which models, within which pilot.
//!
//! The document is TOML (`organisation.toml`) with a minisign signature beside it
//! (`organisation.toml.minisig`), so that the public `minisign` tool verifies it too. [`accept()`]
//! says whether a workstation takes it; [`Organisation`] answers the questions.
//!
//! A clinic's own terms can also stand in a file by themselves: [`Vocabulary`].
//!
//! This crate is pure: no input or output, no clock, no randomness. Instants, seeds and texts are
//! handed in. It keeps no key: [`minisign::SecretKey`] lives as long as its caller holds it.
#![forbid(unsafe_code)]

mod accept;
mod account;
mod approval;
mod clock;
mod commands;
mod difference;
pub mod edit;
mod emergency;
mod enrolment;
mod first_hour;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod lift;
mod lockdown;
pub mod minisign;
mod mistake;
mod moment;
mod organisation;
mod pilot;
mod place;
pub mod risk;
mod role;
mod roster;
mod rules;
mod successor;
mod throttle;
mod vocabulary;

pub use accept::{Accepted, MOST_BYTES, Pinned, Refused, accept, check_code};
pub use account::{Account, NotAnAccount};
pub use approval::{Approval, Figure, ModelRole, NotApproved, Recall, Scorecard};
pub use clock::{Concerned, Deadline, deadlines};
pub use commands::{Command, NotForRole, allowed};
pub use difference::{Change, changes, facts};
pub use emergency::{Emergency, NotInEmergency, in_emergency};
pub use enrolment::{Code, Enrolment, EnrolmentRefused, NotACode};
pub use first_hour::{FIRST_HOUR, HourStep};
pub use lift::{LiftStatement, NotAStatement};
pub use lockdown::{LockedDown, in_lockdown};
pub use mistake::{Mistake, Wrong};
pub use moment::{Moment, NotAMoment};
pub use organisation::{HeadsPolicy, IDLE_LOCK_MINUTES, Identity, Organisation, Policy, Terms};
pub use pilot::{OutOfScope, Pilot, VisitAsked};
pub use role::Role;
pub use roster::{NotAdmitted, Person};
pub use successor::{NotASuccessor, SuccessorStatement, successor_of};
pub use throttle::{TryLater, may_try};
pub use vocabulary::Vocabulary;

#[cfg(test)]
mod tests;
