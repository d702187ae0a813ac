use serde::{Deserialize, Serialize};

/// What a self-check looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LooksAt {
    /// The computer and the programs on it.
    Computer,
    /// The vault's folder, which needs no passphrase.
    Folder,
    /// The vault itself, which has to be open.
    Vault,
}

macro_rules! self_checks {
    ($($(#[$doc:meta])* $name:ident $looks_at:ident, $word:literal, $holds:literal, $advice:literal;)+) => {
        /// A question that the program answers by looking at the computer that it runs on.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum SelfCheck {
            $($(#[$doc])* $name,)+
        }

        impl SelfCheck {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// Its identifier.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            /// What holds where it passes.
            pub const fn holds(self) -> &'static str {
                match self {
                    $(Self::$name => $holds,)+
                }
            }

            /// What to do where it fails.
            pub const fn advice(self) -> &'static str {
                match self {
                    $(Self::$name => $advice,)+
                }
            }

            /// What it looks at.
            pub const fn looks_at(self) -> LooksAt {
                match self {
                    $(Self::$name => LooksAt::$looks_at,)+
                }
            }
        }
    };
}

self_checks! {
    /// The kernel's answer for this process: no core limit, not dumpable.
    CoreDumpsOff Computer, "core-dumps-off",
        "This program's memory is not written to disk when it crashes",
        "Start the program from an account in which limits can be lowered, and report this to its makers.";
    /// Swap areas of `/proc/swaps`, and whether an encrypted device lies under each.
    SwapEncrypted Computer, "swap-encrypted",
        "Memory that the system swaps out is encrypted, or stays in memory",
        "Encrypt the swap area (dm-crypt with a random key) or switch it off (`swapoff`).";
    /// The block devices under the data folder.
    DiskEncrypted Computer, "disk-encrypted",
        "The data folder lies on an encrypted disk",
        "Install the system with full-disk encryption (LUKS): the store is encrypted by itself, but what other \
         programs write is not.";
    /// A socket for the internet that this process asks for.
    NetworkRefused Computer, "network-refused",
        "The operating system refuses this program every connection to the internet",
        "Until the program refuses itself such sockets, keep its account from the network (firewall, or a \
         namespace without interfaces).";
    /// The worker program for this processor, started.
    WorkersPresent Computer, "workers-present",
        "The program that hosts the models starts on this computer and fits this version",
        "Install the program again; on Linux the worker needs libgomp1.";
    /// What the kernel says of a worker that runs.
    WorkersConfined Computer, "workers-confined",
        "A worker leaves no core dump, has a limit on memory, and a filter on its system calls",
        "Install the newest version of the program. A worker reads no vault, but it hears the visit.";
    /// Permissions of the programs' files and their folder.
    ProgramsProtected Computer, "programs-protected",
        "Nobody but the computer's administrators can exchange the program's files",
        "Take the right to write away from group and others (`chmod go-w`) on the program's folder and files.";
    /// Free bytes of the disk with the data folder.
    FreeDisk Computer, "free-disk",
        "The disk has room for more than a day of visits",
        "Make room on the disk: recordings stop being kept when it is full.";
    /// Free memory against what the usual models need.
    FreeMemory Computer, "free-memory",
        "The models fit into the memory that is free",
        "Close other programs or use smaller models: a model that does not fit is not loaded, the recording goes on.";
    /// The clock against the program's files and, with an open vault, its newest entry.
    ClockPlausible Computer, "clock-plausible",
        "The clock is not behind the program's own files nor behind the newest entry of the audit log",
        "Set the clock and have it kept by the network's time (NTP): deadlines and validity go by it.";
    /// Digests of the model files against the catalogue and the organisation's document.
    ModelsGenuine Computer, "models-genuine",
        "Every model file on this computer has the digest that it is known by, and none is recalled",
        "Remove the file that is named and copy the model anew from where IT keeps it.";
    /// Whether every step has a model.
    ModelsComplete Computer, "models-complete",
        "Every step of a visit has a model on this computer: voice, speech, speakers, note",
        "Copy the missing model into the folder of models. Recording works without it.";
    /// The organisation's list, for the models that would be loaded.
    ModelsApproved Computer, "models-approved",
        "The models that would be loaded are on the organisation's list, neither expired nor recalled",
        "Have oversight approve them in the organisation's document, or copy approved ones here.";
    /// Permissions and owner of the vault's folder and files.
    FolderPrivate Folder, "folder-private",
        "The store's folder and files can be read by their account alone",
        "Take the rights away from group and others: `chmod -R go-rwx` on the store's folder.";
    /// First bytes of each file of the vault.
    NothingReadable Folder, "nothing-readable",
        "No file of the store starts like a readable database or recording",
        "Lock the vault down (`inroomctl incident report`) and find out who put that file there.";
    /// The keyring or the file with this computer's secret.
    ComputerBound Folder, "computer-bound",
        "The store opens only together with this computer's secret, and that secret is there",
        "Unlock the account's keyring; tie a store without a secret to this computer with `inroomctl vault bind`.";
    /// Whether the vault key is entrusted to a recovery key.
    RecoveryKey Folder, "recovery-key",
        "Visits are not lost with a passphrase: the store is entrusted to a recovery key",
        "Make one (`inroomctl vault recovery-key`), lock it away and entrust the store to it (`inroomctl vault bind`).";
    /// Key and document of an organisation on this computer.
    ComputerEnrolled Folder, "computer-enrolled",
        "The computer is enrolled with an organisation, so people sign in with accounts and roles",
        "Enrol it (`inroomctl workstation enrol`): without it whoever has the passphrase can do everything.";
    /// The document's signature, serial and validity, today.
    DocumentInForce Folder, "document-in-force",
        "The organisation's document is signed, in force, and holds for another two weeks at least",
        "Have oversight sign a document with a later end, and take it in (`inroomctl workstation update`).";
    /// Minutes until the screen locks.
    IdleLock Folder, "idle-lock",
        "The screen locks by itself after 15 minutes at the most",
        "Set `idle_lock_minutes` of the organisation's document to 15 or less.";
    /// Reports that wait, and the lockdown of an open vault.
    NotLockedDown Folder, "not-locked-down",
        "No suspicion waits to be cleared up",
        "Follow `inroomctl incident steps`; the organisation's key lifts the lockdown.";
    /// The chain of the audit log, from its first entry to its last.
    LogVerifies Vault, "log-verifies",
        "The audit log is whole: every entry and head fits to the one before",
        "Keep the store's folder as it is, compare with an export of before, and report an incident.";
    /// The newest export of the log.
    LogExported Vault, "log-exported",
        "An export of the audit log of the last 35 days is kept elsewhere, by which rewriting it would show",
        "Export the log (`inroomctl audit export`) and keep it where nobody of this computer can change it.";
    /// The newest backup in the log.
    BackupRecent Vault, "backup-recent",
        "The newest backup is no older than a week",
        "Back the store up (`inroomctl vault backup`) to a medium that is not always connected.";
    /// Policy of retention, and what is overdue.
    RetentionEnforced Vault, "retention-enforced",
        "Recordings have a time after which they are erased, no longer than the organisation's, and nothing is overdue",
        "Set the times (`inroomctl vault retention set`) and have them enforced (`inroomctl vault retention run`).";
    /// The newest drill in the log.
    DrillRecent Vault, "drill-recent",
        "The plan for an attack was tried within a year, and everything held",
        "Run a drill: `inroomctl incident drill`.";
    /// Recordings that were begun and never finished.
    VisitsFinished Vault, "visits-finished",
        "No recording of more than three days ago waits unfinished",
        "Open the program: what waits is listed first and can be finished or erased.";
    /// Recordings against consents in the log.
    ConsentEntered Vault, "consent-entered",
        "Every recording in the audit log has a consent before it",
        "Find out how the recordings that are counted were made, and report an incident.";
    /// Times from draft to signature in the log.
    ReadBeforeSigned Vault, "read-before-signed",
        "Of the notes of the last 90 days at most one in five was signed within 30 seconds of its draft",
        "Talk with those who sign: a draft has to be read against the conversation.";
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::SelfCheck;

    #[test]
    fn a_check_has_one_identifier_which_reads_back() {
        let words: BTreeSet<_> = SelfCheck::ALL.iter().map(|check| check.word()).collect();
        assert_eq!(words.len(), SelfCheck::ALL.len());
        for check in SelfCheck::ALL {
            #[derive(serde::Deserialize)]
            struct One {
                check: SelfCheck,
            }
            let text = format!("check = \"{}\"", check.word());
            assert_eq!(toml::from_str::<One>(&text).unwrap().check, *check);
            assert!(check.holds().len() > 20 && check.advice().ends_with('.'));
        }
    }
}
