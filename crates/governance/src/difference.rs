//! A document in words, and what changed between two of them.

use std::collections::BTreeMap;
use std::fmt;

use visit::{Days, Retained, Template};

use crate::approval::{Approval, Figure, Recall, Scorecard};
use crate::emergency::Emergency;
use crate::enrolment::Enrolment;
use crate::moment::Moment;
use crate::organisation::{HeadsPolicy, Identity, Organisation, Policy, Terms};
use crate::pilot::Pilot;
use crate::roster::Person;

/// Something that is different in a newer document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What: `person ada@clinic.example, role`.
    pub what: String,
    /// What it was; `None` if it was not there.
    pub before: Option<String>,
    /// What it is; `None` if it is not there any more.
    pub after: Option<String>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what,
            before,
            after,
        } = self;
        match (before, after) {
            (None, Some(after)) => write!(f, "added    {what}: {after}"),
            (Some(before), None) => write!(f, "removed  {what}: {before}"),
            (Some(before), Some(after)) => write!(f, "changed  {what}: {before} -> {after}"),
            (None, None) => Ok(()),
        }
    }
}

/// What a document says, each thing with its name. Every field of every part is there, so what is
/// the same here is the same in force.
pub fn facts(organisation: &Organisation) -> BTreeMap<String, String> {
    let mut facts = Facts(BTreeMap::new());
    let Organisation {
        format,
        serial,
        from,
        until,
        identity:
            Identity {
                name,
                domains,
                recovery_key,
            },
        policy:
            Policy {
                idle_lock_minutes,
                per_person_figures,
                retention,
                audit:
                    HeadsPolicy {
                        heads_folder,
                        syslog,
                    },
            },
        people,
        emergency,
        pilot,
        models,
        recalls,
        terms,
        templates,
    } = organisation;
    facts.say("document", "format", format);
    facts.say("document", "serial", serial);
    facts.say("document", "holds", span(*from, Some(*until)));
    facts.say("organisation", "name", name);
    facts.say("organisation", "domains", list(domains));
    facts.say("organisation", "recovery key", recovery_key);
    facts.say(
        "policy",
        "locks after",
        format!("{idle_lock_minutes} minutes"),
    );
    let figures = if *per_person_figures { "yes" } else { "no" };
    facts.say("policy", "figures for each person", figures);
    for kind in Retained::ALL {
        let days = retention
            .of(kind)
            .map(|days: Days| format!("{} days", u32::from(days)));
        let kept = days.unwrap_or_else(|| "until a person erases it".to_owned());
        facts.say("policy", &format!("keeps {}", kind.as_str()), kept);
    }
    if let Some(folder) = heads_folder {
        facts.say("policy", "heads of the audit log go to", folder);
    }
    if *syslog {
        facts.say(
            "policy",
            "heads of the audit log go to the system log",
            "yes",
        );
    }
    if let Some(Emergency { recipient, minutes }) = emergency {
        facts.say("emergency", "sheet", recipient);
        facts.say("emergency", "lasts", format!("{minutes} minutes"));
    }
    people.iter().for_each(|person| facts.person(person));
    if let Some(pilot) = pilot {
        facts.pilot(pilot);
    }
    models.iter().for_each(|model| facts.model(model));
    for Recall {
        sha256,
        from,
        reason,
    } in recalls
    {
        facts.say("recall", sha256.as_str(), format!("from {from}: {reason}"));
    }
    for Terms { name, words } in terms {
        facts.say("terms", name, list(words));
    }
    templates
        .iter()
        .for_each(|template| facts.template(template));
    facts.0
}

/// What changed from one document to another.
pub fn changes(before: &Organisation, after: &Organisation) -> Vec<Change> {
    let (mut before, after) = (facts(before), facts(after));
    let mut changes = Vec::new();
    for (what, after) in after {
        let before = before.remove(&what);
        if before.as_ref() != Some(&after) {
            changes.push(Change {
                what,
                before,
                after: Some(after),
            });
        }
    }
    changes.extend(before.into_iter().map(|(what, before)| Change {
        what,
        before: Some(before),
        after: None,
    }));
    changes.sort_by(|one, other| one.what.cmp(&other.what));
    changes
}

fn span(from: Moment, until: Option<Moment>) -> String {
    match until {
        Some(until) => format!("from {from} until {until}"),
        None => format!("from {from} on"),
    }
}

/// In quotes, so that a comma within an entry is none between two.
fn list(entries: &[impl fmt::Debug]) -> String {
    let quoted: Vec<String> = entries.iter().map(|entry| format!("{entry:?}")).collect();
    quoted.join(", ")
}

struct Facts(BTreeMap<String, String>);

impl Facts {
    fn say(&mut self, of: &str, what: &str, is: impl fmt::Display) {
        self.0.insert(format!("{of}, {what}"), is.to_string());
    }

    fn person(&mut self, person: &Person) {
        let Person {
            name,
            account,
            role,
            os_account,
            from,
            until,
            enrolment,
        } = person;
        let of = format!("person {account}");
        self.say(&of, "name", name);
        self.say(&of, "role", role);
        self.say(&of, "admitted", span(*from, *until));
        if let Some(os_account) = os_account {
            self.say(&of, "account of the computer", os_account);
        }
        if let Some(Enrolment { sha256, until }) = enrolment {
            let code = format!("{} until {until}", sha256.as_str());
            self.say(&of, "enrolment code", code);
        }
    }

    fn pilot(&mut self, pilot: &Pilot) {
        let Pilot {
            people,
            kinds,
            templates,
            from,
            until,
            visits,
        } = pilot;
        self.say("pilot", "lasts", span(*from, Some(*until)));
        if let Some(people) = people {
            let names: Vec<&str> = people.iter().map(crate::Account::as_str).collect();
            self.say("pilot", "people", list(&names));
        }
        if let Some(kinds) = kinds {
            self.say("pilot", "kinds of visit", list(kinds));
        }
        if let Some(templates) = templates {
            self.say("pilot", "templates", list(templates));
        }
        if let Some(visits) = visits {
            self.say("pilot", "visits", visits);
        }
    }

    fn model(&mut self, model: &Approval) {
        let Approval {
            id,
            role,
            sha256,
            from,
            until,
            templates,
            card,
            scorecard:
                Scorecard {
                    measured,
                    hardware,
                    figures,
                },
        } = model;
        let of = format!("model {} for {role}", sha256.as_str());
        self.say(&of, "name", id);
        self.say(&of, "approved", span(*from, Some(*until)));
        if let Some(templates) = templates {
            self.say(&of, "templates", list(templates));
        }
        self.say(&of, "card", card.as_str());
        self.say(&of, "measured", format!("{measured} on {hardware}"));
        for (number, each) in (1..).zip(figures) {
            self.say(&of, &format!("figure {number}"), figure(each));
        }
    }

    fn template(&mut self, template: &Template) {
        let Template {
            id,
            title,
            purpose,
            sections,
        } = template;
        let of = format!("template {id}");
        // Of several lines, perhaps.
        self.say(&of, "title", format!("{title:?}"));
        self.say(&of, "purpose", format!("{purpose:?}"));
        let ids: Vec<&str> = sections.iter().map(|section| section.id.as_str()).collect();
        self.say(&of, "sections", list(&ids));
        for visit::TemplateSection {
            id,
            title,
            instruction,
            empty,
            most_statements,
            kinds,
        } in sections
        {
            let kinds: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
            let says = format!(
                "{title:?}, {instruction:?}, empty {empty:?}, at most {most_statements} statements, kinds [{}]",
                kinds.join(", ")
            );
            self.say(&of, &format!("section {id}"), says);
        }
    }
}

fn figure(figure: &Figure) -> String {
    let Figure {
        name,
        value,
        most,
        least,
    } = figure;
    let limit = |word: &str, limit: &Option<f64>| {
        limit.map_or_else(String::new, |limit| format!(", {word} {limit}"))
    };
    format!(
        "{name:?} {value}{}{}",
        limit("at most", most),
        limit("at least", least)
    )
}
