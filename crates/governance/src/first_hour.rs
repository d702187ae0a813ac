//! What is done in the first hour after a suspicion (45 CFR 164.308(a)(6)(ii): identify and respond,
//! mitigate, document).

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourStep {
    /// Minutes after the report by which it is begun.
    pub minute: u32,
    /// Whose it is.
    pub who: &'static str,
    /// What is done.
    pub what: &'static str,
    /// The command that does it, where one does.
    pub command: Option<&'static str>,
}

/// The steps, in order.
pub const FIRST_HOUR: &[HourStep] = &[
    HourStep {
        minute: 0,
        who: "whoever notices",
        what: "Report the suspicion: exports, new visits, erasures and changes of people stop. A recording \
               under way goes on.",
        command: Some("inroomctl incident report"),
    },
    HourStep {
        minute: 2,
        who: "whoever notices",
        what: "Tell the security official and the privacy official by telephone, not by mail. Leave the \
               computer switched on; pull the network cable if malicious software is suspected.",
        command: None,
    },
    HourStep {
        minute: 5,
        who: "physician",
        what: "End the recording under way, and go on by hand: no visit needs the program.",
        command: None,
    },
    HourStep {
        minute: 10,
        who: "administrator, oversight or auditor",
        what: "Make the incident pack, encrypted, onto a medium that leaves this computer.",
        command: Some("inroomctl incident pack"),
    },
    HourStep {
        minute: 15,
        who: "administrator",
        what: "Keep the evidence: back the vault up to an empty medium and lock that away.",
        command: Some("inroomctl vault backup"),
    },
    HourStep {
        minute: 20,
        who: "oversight or auditor",
        what: "Check the audit log, with an export that was kept before the incident if there is one.",
        command: Some("inroom-verify"),
    },
    HourStep {
        minute: 30,
        who: "privacy official",
        what: "Fill in the breach worksheet: whose data, which kinds, from when to when; write down when \
               it was discovered, for that starts the clock.",
        command: Some("inroomctl incident worksheet"),
    },
    HourStep {
        minute: 40,
        who: "whoever keeps the organisation's key",
        what: "Take whoever is suspected, and models that are, off the organisation's document, sign it, \
               and put it onto the workstations.",
        command: Some("inroomctl org sign"),
    },
    HourStep {
        minute: 50,
        who: "administrator",
        what: "If a passphrase or a key may be known to somebody: exchange the vault key.",
        command: Some("inroomctl vault rotate"),
    },
    HourStep {
        minute: 60,
        who: "security official",
        what: "Decide: lift the lockdown with the organisation's key, or keep it. Document what was done \
               (45 CFR 164.308(a)(6)(ii)).",
        command: Some("inroomctl incident lift"),
    },
];
