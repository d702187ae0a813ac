//! The risk analysis of 45 CFR 164.308(a)(1)(ii)(A): a register of what can go wrong, which control
//! meets it, which self-checks look at that control on a computer, and which tests hold it; mapped to
//! 45 CFR 164.312 line by line and to the NIST AI RMF 1.0.
//!
//! The register is data (`risk/register.toml`, `risk/safeguards.toml`), compiled in. What the
//! self-checks have found is handed in; [`assess`] says which risks stand open here. Levels are those
//! of NIST SP 800-30 Rev. 1.

mod assessment;
mod framework;
mod level;
mod page;
mod register;
mod rule;
mod safeguard;
mod self_check;
#[cfg(test)]
mod tests;

pub use assessment::{
    AssessedRisk, AssessedSafeguard, Assessment, Circumstances, Finding, State, Verdict, assess,
};
pub use framework::{Function, NotASubcategory, Subcategory};
pub use level::Level;
pub use page::page;
pub use register::{Register, Risk, register};
pub use rule::{Citation, Designation, NotACitation, TECHNICAL_SAFEGUARDS, TechnicalLine};
pub use safeguard::{Met, Safeguard};
pub use self_check::{LooksAt, SelfCheck};
