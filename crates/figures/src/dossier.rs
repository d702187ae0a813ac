//! A model's dossier as a page for those who decide whether it may be used.

use std::fmt::Write as _;

use governance::{Approval, Figure, ModelRole, Moment};

use crate::limits::Measure;
use crate::markup::{self, text};

const STYLE: &str = include_str!("dossier.css");
/// What only a model that writes notes has.
const TEMPLATES: &str = "May write";

/// Where a model comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// What people call it, where the catalogue knows it.
    pub name: Option<String>,
    /// Its licence.
    pub licence: String,
    /// Where it officially comes from.
    pub origin: String,
    /// Whether the program's catalogue lists these very bytes; otherwise all of this was said by who
    /// proposes it.
    pub in_catalogue: bool,
}

/// What stands on the page.
#[derive(Clone, Copy, Debug)]
pub struct Dossier<'a> {
    /// The approval that is proposed.
    pub approval: &'a Approval,
    /// Size of the file.
    pub bytes: u64,
    /// Where it comes from.
    pub provenance: &'a Provenance,
    /// The text of its card.
    pub card: &'a str,
    /// When the dossier was made.
    pub made: Moment,
    /// Version of the program that made it.
    pub program: &'a str,
}

impl Dossier<'_> {
    /// As a page of HTML that runs and loads nothing.
    pub fn page(&self) -> String {
        let Self {
            approval,
            bytes,
            provenance,
            card,
            made,
            program,
        } = self;
        let name = provenance.name.as_ref().unwrap_or(&approval.id);
        let title = format!("Dossier: {}", text(name));
        let templates = match &approval.templates {
            Some(listed) => text(&listed.join(", ")),
            None => "every template".to_owned(),
        };
        let vouched = if provenance.in_catalogue {
            "The program's catalogue lists a file with this very digest, licence and origin."
        } else {
            "The program's catalogue does not know this file: licence and origin are what the proposer said."
        };
        let beyond: Vec<&Figure> = beyond(approval).collect();
        let verdict = if beyond.is_empty() {
            "<p class=\"holds\">Every figure lies within its limit.</p>".to_owned()
        } else {
            format!(
                "<p class=\"beyond\">{} of {} figures lie beyond their limit. A document with this approval is not \
                 taken by any workstation.</p>",
                beyond.len(),
                approval.scorecard.figures.len()
            )
        };
        let facts = [
            ("Identifier", text(&approval.id)),
            ("For the role", approval.role.to_string()),
            (TEMPLATES, templates),
            (
                "Approved",
                format!("from {} until {}", approval.from, approval.until),
            ),
            (
                "SHA-256",
                format!("<code>{}</code>", approval.sha256.as_str()),
            ),
            ("Size", format!("{bytes} bytes")),
            ("Licence", text(&provenance.licence)),
            ("Origin", text(&provenance.origin)),
            (
                "SHA-256 of the card",
                format!("<code>{}</code>", approval.card.as_str()),
            ),
        ];
        let mut page = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n{}<title>{title}</title>\n<style>\n{STYLE}</style>\n\
             </head>\n<body>\n<main>\n<h1>{title}</h1>\n<p>Made {made} by Inroom {program}. Nothing is approved by \
             this page: the organisation's document is, once it is signed.</p>\n{verdict}\n<h2>What is proposed\
             </h2>\n<table class=\"facts\">\n",
            markup::HEAD
        );
        let writes = approval.role == ModelRole::Drafting;
        for (what, is) in facts
            .into_iter()
            .filter(|(what, _)| writes || *what != TEMPLATES)
        {
            let _ = writeln!(page, "<tr><th scope=\"row\">{what}</th><td>{is}</td></tr>");
        }
        let _ = writeln!(page, "</table>\n<p>{vouched}</p>\n{}", scorecard(approval));
        let _ = writeln!(
            page,
            "<h2>Its card</h2>\n<pre>{}</pre>\n</main>\n</body>\n</html>",
            text(card)
        );
        page
    }
}

fn beyond(approval: &Approval) -> impl Iterator<Item = &Figure> {
    let figures = approval.scorecard.figures.iter();
    figures.filter(|figure| !figure.holds())
}

fn scorecard(approval: &Approval) -> String {
    let scorecard = &approval.scorecard;
    let mut html = format!(
        "<h2>What was measured</h2>\n<p>On {}, {}.</p>\n<table>\n<thead><tr><th scope=\"col\">figure</th>\
         <th scope=\"col\">found</th><th scope=\"col\">limit</th><th scope=\"col\"></th></tr></thead>\n<tbody>\n",
        text(&scorecard.hardware),
        scorecard.measured
    );
    for figure in &scorecard.figures {
        let limit = [("at most", figure.most), ("at least", figure.least)];
        let limit: Vec<String> = limit
            .into_iter()
            .filter_map(|(word, limit)| Some(format!("{word} {}", limit?)))
            .collect();
        let limit = limit.join(", ");
        let (class, verdict) = match (figure.holds(), limit.is_empty()) {
            (false, _) => ("beyond", "beyond its limit"),
            (true, false) => ("holds", "holds"),
            (true, true) => ("", "no limit"),
        };
        let meaning = Measure::named(&figure.name).map_or("", |measure| measure.meaning);
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\">{}<small>{meaning}</small></th><td>{}</td><td>{limit}</td>\
             <td class=\"{class}\">{verdict}</td></tr>",
            text(&figure.name),
            figure.value
        );
    }
    html.push_str(
        "</tbody>\n</table>\n<p>The built-in samples are easier than visits as people hold them, and in English: a figure \
         within its limit shows that the model works on this computer, not that its notes are right. A person reads \
         every note.</p>\n",
    );
    html
}

#[cfg(test)]
mod tests {
    use governance::Scorecard;
    use visit::{Sha256Hex, UnixMillis};

    use super::*;
    use crate::limits;

    #[test]
    fn the_page_says_what_is_proposed_and_what_lies_beyond_its_limit() {
        let mut approval = Approval {
            id: "a-model".to_owned(),
            role: ModelRole::Drafting,
            sha256: Sha256Hex::from_bytes([7; 32]),
            from: Moment(UnixMillis(0)),
            until: Moment(UnixMillis(86_400_000)),
            templates: Some(vec!["soap".to_owned()]),
            card: Sha256Hex::from_bytes([8; 32]),
            scorecard: Scorecard {
                measured: Moment(UnixMillis(0)),
                hardware: "Two <cores>".to_owned(),
                figures: vec![limits::FACTS_HELD.of(60.0), limits::OMISSIONS.of(3.0)],
            },
        };
        let provenance = Provenance {
            name: None,
            licence: "Apache-2.0".to_owned(),
            origin: "a folder".to_owned(),
            in_catalogue: false,
        };
        let page = |approval: &Approval| {
            Dossier {
                approval,
                bytes: 12,
                provenance: &provenance,
                card: "# <script>alert(1)</script>",
                made: Moment(UnixMillis(0)),
                program: "0.1.0",
            }
            .page()
        };
        let good = page(&approval);
        for part in [
            "Every figure lies within its limit",
            "from 1970-01-01 until 1970-01-02",
            "at least 50",
            "Two &lt;cores&gt;",
            "what the proposer said",
            &"07".repeat(32),
            "Of the facts that a good note",
        ] {
            assert!(good.contains(part), "{part}");
        }
        assert!(!good.contains("<script"));
        approval.scorecard.figures = vec![limits::FACTS_HELD.of(49.0)];
        let bad = page(&approval);
        assert!(
            bad.contains("1 of 1 figures lie beyond their limit"),
            "{bad}"
        );
    }
}
