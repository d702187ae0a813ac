//! The assessment as a page: it loads nothing, runs nothing, prints on A4 and Letter, and says with
//! words what it also says with colours.

use std::fmt::{Display, Write as _};

use super::assessment::{AssessedRisk, AssessedSafeguard, Assessment, Finding, State, Verdict};
use super::framework::Function;
use super::register::Risk;
use super::rule::RISK_ANALYSIS;
use super::self_check::SelfCheck;
use crate::Moment;

const STYLE: &str = include_str!("page.css");

/// An assessment as HTML, in UTF-8 and well-formed as XML.
pub fn page(assessment: &Assessment) -> String {
    let mut html = String::from(
        "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n\
         <meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <title>Risk assessment of this computer</title>\n<style>\n",
    );
    html += STYLE;
    html += "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#risks\">To the risks</a>\n";
    head(&mut html, assessment);
    html += "<main id=\"risks\">\n";
    to_do(&mut html, assessment);
    for state in State::ALL {
        risks(&mut html, assessment, state);
    }
    checks(&mut html, assessment);
    safeguards(&mut html, assessment);
    framework(&mut html, assessment);
    html += "</main>\n";
    foot(&mut html);
    html += "</body>\n</html>\n";
    html
}

/// What is written between tags or in an attribute.
fn escaped(text: impl Display) -> String {
    let mut written = String::new();
    for character in text.to_string().chars() {
        match character {
            '&' => written += "&amp;",
            '<' => written += "&lt;",
            '>' => written += "&gt;",
            '"' => written += "&quot;",
            // What XML 1.0 has no place for.
            control if control.is_control() => written.push(' '),
            other => written.push(other),
        }
    }
    written
}

/// A text whose commands stand between backquotes.
fn with_commands(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(place, part)| {
        if place % 2 == 1 {
            format!("<code>{}</code>", escaped(part))
        } else {
            escaped(part)
        }
    });
    parts.collect()
}

const fn class(state: State) -> &'static str {
    match state {
        State::Open => "open",
        State::CannotTell => "cannot-tell",
        State::Unchecked => "unchecked",
        State::Controlled => "controlled",
    }
}

const fn verdict_class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
        Verdict::CannotTell => "untold",
    }
}

const fn heading(state: State) -> (&'static str, &'static str) {
    match state {
        State::Open => (
            "Open risks",
            "A self-check of each of these failed on this computer: the control is not whole here, and the risk \
             counts as it would without it. What to do stands beside the check.",
        ),
        State::CannotTell => (
            "Risks of which something cannot be told",
            "No self-check of these failed, and one could not look. It counts as neither good nor bad.",
        ),
        State::Unchecked => (
            "Risks without a self-check",
            "No program can look at these on a computer; why stands with each. Tests hold their controls.",
        ),
        State::Controlled => (
            "Risks under control",
            "Every self-check of these passed. What is left of them stands with each.",
        ),
    }
}

fn head(html: &mut String, assessment: &Assessment) {
    let of = &assessment.circumstances;
    *html += "<header>\n<h1>Risk assessment of this computer</h1>\n";
    let _ = writeln!(
        html,
        "<p>Risk analysis by 45 CFR {RISK_ANALYSIS}, made from self-checks that looked at this computer on {}, \
         by Inroom {} on {}. {} {}</p>",
        escaped(Moment(of.made_at)),
        escaped(&of.program),
        escaped(&of.system),
        match &of.organisation {
            Some(name) => format!("The computer is enrolled with {}.", escaped(name)),
            None => "The computer is not enrolled with an organisation.".to_owned(),
        },
        if of.vault_open {
            "The store was open; no word of any visit was looked at."
        } else {
            "The store was not opened, so its own checks cannot be told."
        },
    );
    *html += "<ul class=\"counts\">\n";
    for state in State::ALL {
        let _ = writeln!(
            html,
            "<li class=\"{}\"><b>{}</b>{}</li>",
            class(state),
            assessment.count(state),
            match state {
                State::Open => "open",
                State::CannotTell => "cannot be told",
                State::Unchecked => "without a self-check",
                State::Controlled => "under control",
            }
        );
    }
    *html += "</ul>\n<nav aria-label=\"Parts of this page\"><p>";
    let mut parts: Vec<(&str, &str)> = State::ALL
        .into_iter()
        .filter(|state| assessment.count(*state) > 0)
        .map(|state| (class(state), heading(state).0))
        .collect();
    parts.extend([
        ("checks", "Self-checks"),
        ("rule", "45 CFR 164.312"),
        ("framework", "NIST AI RMF"),
    ]);
    let links: Vec<String> = parts
        .iter()
        .map(|(id, name)| format!("<a href=\"#{id}\">{name}</a>"))
        .collect();
    *html += &links.join(" · ");
    *html += "</p></nav>\n</header>\n";
}

/// What IT does first: each self-check that failed, once.
fn to_do(html: &mut String, assessment: &Assessment) {
    let failed: Vec<&Finding> = assessment
        .findings
        .iter()
        .filter(|found| found.verdict == Verdict::Failed)
        .collect();
    if failed.is_empty() {
        return;
    }
    *html +=
        "<section aria-labelledby=\"to-do\">\n<h2 id=\"to-do\">What to do on this computer</h2>\n";
    table(
        html,
        "to-do",
        "Each self-check that failed, and how many risks stand open by it",
        &["Self-check", "What was seen", "What to do", "Risks"],
    );
    for found in failed {
        let word = found.check.word();
        let named = assessment
            .risks
            .iter()
            .filter(|risk| risk.risk.checks.contains(&found.check));
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\"><a href=\"#check-{word}\">{word}</a></th><td>{}</td><td>{}</td><td>{}</td></tr>",
            with_commands(&found.reason),
            with_commands(found.check.advice()),
            named.count(),
        );
    }
    *html += "</tbody>\n</table>\n</section>\n";
}

fn risks(html: &mut String, assessment: &Assessment, state: State) {
    let (title, explained) = heading(state);
    let count = assessment.count(state);
    if count == 0 {
        if state == State::Open {
            let _ = writeln!(
                html,
                "<section>\n<h2>{title}</h2>\n<p>None: no self-check failed.</p>\n</section>"
            );
        }
        return;
    }
    let id = class(state);
    let _ = writeln!(
        html,
        "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{title} ({count})</h2>\n<p>{explained}</p>"
    );
    for risk in assessment.risks.iter().filter(|risk| risk.state == state) {
        one(html, assessment, risk);
    }
    *html += "</section>\n";
}

fn one(html: &mut String, assessment: &Assessment, assessed: &AssessedRisk) {
    let AssessedRisk {
        risk,
        state,
        level,
        level_here,
    } = assessed;
    let Risk {
        id,
        title,
        threat,
        likelihood,
        impact,
        control,
        checks,
        why_no_check,
        tests,
        owner,
        residual,
        remains,
        hipaa,
        ai_rmf,
    } = risk;
    let _ = writeln!(
        html,
        "<article class=\"risk {}\" id=\"risk-{}\">\n<span class=\"state\">{}, {level_here}</span>\n<h3>{}</h3>\n<dl>",
        class(*state),
        escaped(id),
        state.word(),
        escaped(title)
    );
    let mut row = |name: &str, value: String| {
        let _ = writeln!(html, "<dt>{name}</dt><dd>{value}</dd>");
    };
    row("Threat", escaped(threat));
    row("Control", escaped(control));
    let found: Vec<&Finding> = checks
        .iter()
        .filter_map(|check| assessment.finding(*check))
        .collect();
    let items: String = found.iter().map(|found| item(found)).collect();
    row(
        "Self-checks",
        match why_no_check {
            Some(why) => escaped(why),
            None => format!("<ul class=\"checks\">{items}</ul>"),
        },
    );
    row(
        "Level",
        format!(
            "likelihood {likelihood}, impact {impact}: {level} without the control, {residual} with it"
        ),
    );
    row("What remains", escaped(remains));
    row("Owner", escaped(owner));
    let citations: Vec<&str> = std::iter::once(RISK_ANALYSIS)
        .chain(hipaa.iter().map(super::Citation::as_str))
        .collect();
    row("45 CFR", escaped(citations.join(", ")));
    row("NIST AI RMF", escaped(listed(ai_rmf)));
    row("Tests", code(tests));
    *html += "</dl>\n</article>\n";
}

fn item(found: &Finding) -> String {
    let advice = match found.verdict {
        Verdict::Failed => format!(" <em>{}</em>", with_commands(found.check.advice())),
        Verdict::Passed | Verdict::CannotTell => String::new(),
    };
    format!(
        "<li>{} <a href=\"#check-{}\">{}</a>: {}.{advice}</li>",
        verdict(found),
        found.check.word(),
        found.check.word(),
        with_commands(&found.reason)
    )
}

fn verdict(found: &Finding) -> String {
    format!(
        "<span class=\"verdict {}\">{}</span>",
        verdict_class(found.verdict),
        found.verdict.word()
    )
}

fn listed(all: &[impl Display]) -> String {
    let words: Vec<String> = all.iter().map(ToString::to_string).collect();
    words.join(", ")
}

fn code(paths: &[String]) -> String {
    let each: Vec<String> = paths
        .iter()
        .map(|path| format!("<code>{}</code>", escaped(path)))
        .collect();
    each.join(", ")
}

fn table(html: &mut String, class: &str, caption: &str, columns: &[&str]) {
    let _ = writeln!(
        html,
        "<table class=\"{class}\">\n<caption>{caption}</caption>\n<thead><tr>"
    );
    for column in columns {
        let _ = writeln!(html, "<th scope=\"col\">{column}</th>");
    }
    *html += "</tr></thead>\n<tbody>\n";
}

fn checks(html: &mut String, assessment: &Assessment) {
    *html += "<section aria-labelledby=\"checks\">\n<h2 id=\"checks\">Self-checks</h2>\n";
    let caption = format!(
        "{} passed, {} failed, {} cannot be told",
        assessment.ended(Verdict::Passed),
        assessment.ended(Verdict::Failed),
        assessment.ended(Verdict::CannotTell)
    );
    table(
        html,
        "checks",
        &caption,
        &[
            "Check",
            "What holds where it passes",
            "Result",
            "What was seen",
        ],
    );
    for found in &assessment.findings {
        let check: SelfCheck = found.check;
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\" id=\"check-{word}\">{word}</th><td>{}</td><td>{}</td><td>{}</td></tr>",
            escaped(check.holds()),
            verdict(found),
            with_commands(&found.reason),
            word = check.word(),
        );
    }
    *html += "</tbody>\n</table>\n</section>\n";
}

fn safeguards(html: &mut String, assessment: &Assessment) {
    *html += "<section aria-labelledby=\"rule\">\n<h2 id=\"rule\">45 CFR 164.312, line by line</h2>\n\
              <p>Whether the product meets each technical safeguard, here. What it does not meet is the \
              organisation's to decide on (164.306(d)); an addressable line that is not met needs the reason \
              in writing.</p>\n";
    table(
        html,
        "lines",
        "Technical safeguards",
        &[
            "Line",
            "Name and designation",
            "Met",
            "By what, and what is missing",
            "Self-checks",
        ],
    );
    for AssessedSafeguard {
        line,
        safeguard,
        state,
        met_here,
    } in &assessment.safeguards
    {
        let words: Vec<String> = safeguard
            .checks
            .iter()
            .filter_map(|check| assessment.finding(*check))
            .map(|found| format!("{} {}", found.check.word(), verdict(found)))
            .collect();
        let because = match state {
            State::Open => " (a self-check failed)",
            State::CannotTell | State::Unchecked | State::Controlled => "",
        };
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\">{}</th><td>{}<br/>{}</td><td><b>{}</b>{because}</td><td>{}<br/>{}</td><td>{}</td></tr>",
            line.citation,
            escaped(line.name),
            line.designation.word(),
            met_here.word(),
            escaped(&safeguard.how),
            code(&safeguard.tests),
            if words.is_empty() {
                "none".to_owned()
            } else {
                words.join("<br/>")
            },
        );
    }
    *html += "</tbody>\n</table>\n</section>\n";
}

fn framework(html: &mut String, assessment: &Assessment) {
    *html += "<section aria-labelledby=\"framework\">\n\
              <h2 id=\"framework\">NIST AI Risk Management Framework 1.0</h2>\n\
              <p>Which risks speak to which subcategory (NIST AI 100-1). Subcategories that are not listed are \
              the organisation's, outside of any program.</p>\n";
    table(
        html,
        "functions",
        "Functions and subcategories",
        &["Function", "Subcategory", "Risks"],
    );
    for function in Function::ALL {
        let all = assessment.risks.iter().flat_map(|risk| &risk.risk.ai_rmf);
        let mut subcategories: Vec<_> = all.filter(|one| one.function == function).collect();
        subcategories.sort();
        subcategories.dedup();
        for subcategory in subcategories {
            let of = assessment
                .risks
                .iter()
                .filter(|risk| risk.risk.ai_rmf.contains(subcategory));
            let links: Vec<String> = of
                .map(|risk| {
                    let open = if risk.state == State::Open {
                        " (OPEN)"
                    } else {
                        ""
                    };
                    let id = escaped(&risk.risk.id);
                    format!(
                        "<a href=\"#risk-{id}\">{}</a>{open}",
                        escaped(&risk.risk.title)
                    )
                })
                .collect();
            let _ = writeln!(
                html,
                "<tr><td>{}</td><th scope=\"row\">{}</th><td>{}</td></tr>",
                function.word(),
                escaped(subcategory),
                links.join("<br/>")
            );
        }
    }
    *html += "</tbody>\n</table>\n</section>\n";
}

fn foot(html: &mut String) {
    *html += "<footer>\n<p>Levels of likelihood, impact and risk: NIST SP 800-30 Rev. 1, table I-2. A self-check \
              looks at one computer at one moment; training, contracts, buildings and the people's own rules \
              are not among what it sees, and this page does not replace the organisation's own analysis. Keep \
              it for six years (45 CFR 164.316(b)(2)(i)).</p>\n\
              <p>Reviewed by (name, role, date):</p>\n</footer>\n";
}
