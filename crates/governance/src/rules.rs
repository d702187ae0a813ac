//! What a document must keep to beyond its form.

use std::collections::BTreeSet;

use visit::{Sha256Hex, template};

use crate::account::{self, Account};
use crate::approval::Approval;
use crate::emergency::Emergency;
use crate::mistake::Wrong;
use crate::moment::Moment;
use crate::organisation::{Organisation, Terms};
use crate::pilot::Pilot;
use crate::roster::Person;

/// Most characters of a name, and of a reason.
const NAME: usize = 200;
const REASON: usize = 1000;
/// Most characters of a term in a file of terms, and most terms. Recognition has room for some
/// fifty of them; those that belong to the visit's reason come first.
const TERM: usize = 60;
const MOST_TERMS: usize = 500;
/// Longest time until the window locks, in minutes.
const LONGEST_IDLE: u32 = 60;

/// The rules that the lists of a file of terms break, each with the field.
pub(crate) fn broken_terms(terms: &[Terms]) -> Vec<(String, Wrong)> {
    let mut found = Broken(Vec::new());
    found.unless(!terms.is_empty(), "terms", || Wrong::Empty);
    let mut seen = BTreeSet::new();
    for (number, list) in (1..).zip(terms) {
        for (place, word) in (1..).zip(&list.words) {
            let field = format!("terms[{number}].words[{place}]");
            found.text(&field, word, TERM);
            found.unless(word.chars().any(char::is_alphanumeric), &field, || {
                Wrong::NoLetter
            });
            let fresh = seen.insert(word.to_lowercase());
            found.unless(fresh, &field, || Wrong::Twice(word.clone()));
            found.unless(seen.len() <= MOST_TERMS, &field, || {
                Wrong::ManyTerms(MOST_TERMS)
            });
        }
    }
    found.terms(terms);
    found.0
}

/// The rules that a document breaks, each with the field.
pub(crate) fn broken(organisation: &Organisation) -> Vec<(String, Wrong)> {
    let mut found = Broken(Vec::new());
    let Organisation {
        format,
        serial,
        from,
        until,
        identity,
        policy,
        people,
        emergency,
        pilot,
        models,
        recalls,
        terms,
        templates,
    } = organisation;
    found.unless(*format == 1, "format", || Wrong::Format(*format));
    found.unless(*serial > 0, "serial", || Wrong::Serial);
    found.order("until", *from, Some(*until));
    found.text("organisation.name", &identity.name, NAME);
    found.domains(&identity.domains);
    found.unless(
        is_recipient(&identity.recovery_key),
        "organisation.recovery_key",
        || Wrong::RecoveryKey,
    );
    let idle = policy.idle_lock_minutes;
    found.unless(
        (1..=LONGEST_IDLE).contains(&idle),
        "policy.idle_lock_minutes",
        || Wrong::IdleLock(LONGEST_IDLE),
    );
    if let Some(folder) = &policy.audit.heads_folder {
        found.text("policy.audit.heads_folder", folder, REASON);
        found.unless(is_whole_path(folder), "policy.audit.heads_folder", || {
            Wrong::WholePath
        });
    }
    if let Some(emergency) = emergency {
        found.emergency(emergency, &identity.recovery_key);
    }
    found.people(people, &identity.domains);
    let mut known: BTreeSet<String> = templates.iter().map(|own| own.id.clone()).collect();
    // The program's own are read in a test of their crate.
    known.extend(template::built_in().into_iter().flatten().map(|own| own.id));
    if let Some(pilot) = pilot {
        found.pilot(pilot, people, &known);
    }
    found.models(models, &known);
    for (number, recall) in (1..).zip(recalls) {
        found.text(&format!("recall[{number}].reason"), &recall.reason, REASON);
    }
    found.once(
        "recall",
        "sha256",
        recalls.iter().map(|recall| recall.sha256.as_str()),
    );
    found.terms(terms);
    for (number, own) in (1..).zip(templates) {
        if let Err(error) = own.check() {
            found.add(&format!("template[{number}]"), Wrong::Template(error));
        }
    }
    found.once(
        "template",
        "id",
        templates.iter().map(|own| own.id.as_str()),
    );
    found.0
}

/// An age recipient's form (bech32); whether it is one, the vault finds that is entrusted to it.
fn is_recipient(text: &str) -> bool {
    text.strip_prefix("age1").is_some_and(|rest| {
        (20..=4000).contains(&rest.len())
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

/// A path that means the same wherever the program was started: of Unix, of a drive, or of a share.
fn is_whole_path(path: &str) -> bool {
    let drive = |path: &str| {
        let mut chars = path.chars();
        chars
            .next()
            .is_some_and(|letter| letter.is_ascii_alphabetic())
            && chars.next() == Some(':')
            && matches!(chars.next(), Some('\\' | '/'))
    };
    path.starts_with('/') || path.starts_with("\\\\") || drive(path)
}

struct Broken(Vec<(String, Wrong)>);

impl Broken {
    fn add(&mut self, field: &str, wrong: Wrong) {
        self.0.push((field.to_owned(), wrong));
    }

    fn unless(&mut self, kept: bool, field: &str, wrong: impl FnOnce() -> Wrong) {
        if !kept {
            self.add(field, wrong());
        }
    }

    fn order(&mut self, field: &str, from: Moment, until: Option<Moment>) {
        let kept = until.is_none_or(|until| from < until);
        self.unless(kept, field, || Wrong::Order(from));
    }

    fn text(&mut self, field: &str, text: &str, most: usize) {
        let printed = text.trim() == text && !text.chars().any(char::is_control);
        let kept = printed && (1..=most).contains(&text.chars().count());
        self.unless(kept, field, || Wrong::Text(most));
    }

    fn texts(&mut self, field: &str, texts: &[String]) {
        self.unless(!texts.is_empty(), field, || Wrong::Empty);
        for (number, text) in (1..).zip(texts) {
            self.text(&format!("{field}[{number}]"), text, NAME);
        }
    }

    /// Each entry of a list of tables has another value in a field.
    fn once<'v>(&mut self, list: &str, field: &str, values: impl Iterator<Item = &'v str>) {
        let mut seen = BTreeSet::new();
        for (number, value) in (1..).zip(values) {
            self.unless(
                seen.insert(value),
                &format!("{list}[{number}].{field}"),
                || Wrong::Twice(value.to_owned()),
            );
        }
    }

    fn domains(&mut self, domains: &[String]) {
        self.unless(!domains.is_empty(), "organisation.domains", || Wrong::Empty);
        for (number, domain) in (1..).zip(domains) {
            let field = format!("organisation.domains[{number}]");
            self.unless(account::is_domain(domain), &field, || {
                Wrong::Domain(domain.clone())
            });
            self.unless(!account::is_personal(domain), &field, || {
                Wrong::Personal(domain.clone())
            });
        }
    }

    fn emergency(&mut self, emergency: &Emergency, recovery_key: &str) {
        let Emergency { recipient, minutes } = emergency;
        self.unless(is_recipient(recipient), "emergency.recipient", || {
            Wrong::RecoveryKey
        });
        self.unless(recipient != recovery_key, "emergency.recipient", || {
            Wrong::SameAsRecoveryKey
        });
        let most = Emergency::MOST_MINUTES;
        self.unless((1..=most).contains(minutes), "emergency.minutes", || {
            Wrong::EmergencyMinutes(most)
        });
    }

    fn people(&mut self, people: &[Person], domains: &[String]) {
        for (number, person) in (1..).zip(people) {
            let field = |name: &str| format!("person[{number}].{name}");
            self.text(&field("name"), &person.name, NAME);
            if let Some(os_account) = &person.os_account {
                self.text(&field("os_account"), os_account, NAME);
            }
            let domain = person.account.domain();
            self.unless(
                domains.iter().any(|own| own == domain),
                &field("account"),
                || Wrong::ForeignDomain(domain.to_owned()),
            );
            self.order(&field("until"), person.from, person.until);
        }
        self.once(
            "person",
            "account",
            people.iter().map(|person| person.account.as_str()),
        );
    }

    fn pilot(&mut self, pilot: &Pilot, people: &[Person], templates: &BTreeSet<String>) {
        self.order("pilot.until", pilot.from, Some(pilot.until));
        self.unless(pilot.visits != Some(0), "pilot.visits", || Wrong::NoVisits);
        if let Some(kinds) = &pilot.kinds {
            self.texts("pilot.kinds", kinds);
        }
        if let Some(listed) = &pilot.templates {
            self.templates("pilot.templates", listed, templates);
        }
        let Some(listed) = &pilot.people else {
            return;
        };
        self.unless(!listed.is_empty(), "pilot.people", || Wrong::Empty);
        let known = |account: &Account| people.iter().any(|person| person.account == *account);
        for (number, account) in (1..).zip(listed) {
            self.unless(known(account), &format!("pilot.people[{number}]"), || {
                Wrong::Stranger(account.to_string())
            });
        }
    }

    fn templates(&mut self, field: &str, listed: &[String], known: &BTreeSet<String>) {
        self.unless(!listed.is_empty(), field, || Wrong::Empty);
        for (number, id) in (1..).zip(listed) {
            self.unless(known.contains(id), &format!("{field}[{number}]"), || {
                Wrong::UnknownTemplate(id.clone())
            });
        }
    }

    fn models(&mut self, models: &[Approval], templates: &BTreeSet<String>) {
        let mut seen: Vec<(&Sha256Hex, _)> = Vec::new();
        for (number, model) in (1..).zip(models) {
            let field = |name: &str| format!("model[{number}].{name}");
            self.text(&field("id"), &model.id, NAME);
            self.order(&field("until"), model.from, Some(model.until));
            if let Some(listed) = &model.templates {
                self.templates(&field("templates"), listed, templates);
            }
            let this = (&model.sha256, model.role);
            self.unless(!seen.contains(&this), &field("sha256"), || {
                Wrong::Twice(model.sha256.as_str().to_owned())
            });
            seen.push(this);
            self.text(
                &field("scorecard.hardware"),
                &model.scorecard.hardware,
                NAME,
            );
            let figures = &model.scorecard.figures;
            self.unless(!figures.is_empty(), &field("scorecard.figures"), || {
                Wrong::Empty
            });
            for (number, figure) in (1..).zip(figures) {
                let field = field(&format!("scorecard.figures[{number}]"));
                self.text(&format!("{field}.name"), &figure.name, NAME);
                self.unless(figure.holds(), &format!("{field}.value"), || {
                    Wrong::Figure(figure.name.clone())
                });
            }
        }
    }

    fn terms(&mut self, terms: &[Terms]) {
        for (number, list) in (1..).zip(terms) {
            self.text(&format!("terms[{number}].name"), &list.name, NAME);
            self.texts(&format!("terms[{number}].words"), &list.words);
        }
        self.once("terms", "name", terms.iter().map(|list| list.name.as_str()));
    }
}
