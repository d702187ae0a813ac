//! A note as an HL7 v2.5.1 message MDM^T02, "original document notification and content"
//! (HL7 v2.5.1, chapter 9.6.2), in UTF-8, as MSH-18 declares.

mod segment;

use crate::body::one_line;
use crate::document::{Document, known};
use crate::instant::Instant;
use crate::{identity, loinc};
use segment::{Segment, components, escaped, text};

/// The line break of formatted text (data type FT).
const BREAK: &str = "\\.br\\";
/// Most bytes of one value of formatted text; the standard's limit is 65,536 characters.
const MOST_TEXT: usize = 60_000;

/// A document as a message, segments ended by carriage returns.
///
/// Each section is one observation of formatted text under its LOINC code, or under its identifier
/// in the local system `99INROOM`; one that is longer than a value may be goes on in further ones,
/// numbered in OBX-4. A note that nobody has signed is "in progress" (TXA-17 `IP`) and its
/// observations are preliminary; a signed one is authenticated (`AU`) and they are final.
pub fn hl7_message(document: &Document) -> Vec<u8> {
    let mut segments = vec![
        msh(document),
        sft(document),
        evn(document),
        pid(document),
        pv1(document),
        txa(document),
    ];
    segments.extend(observations(document));
    if let Some(withheld) = document.body.withheld() {
        segments.push(Segment::new("NTE").with(1, "1").with(3, text(&withheld)));
    }
    segments.iter().flat_map(Segment::bytes).collect()
}

fn msh(document: &Document) -> Segment {
    let made = Instant::of(document.made_at).digits();
    let name = format!("message {} {made}", document.revision.0);
    let mut control = identity::named(document.visit, &name).simple().to_string();
    // MSH-10 has 20 characters.
    control.truncate(20);
    Segment::header()
        .with(3, text("Inroom"))
        .with(7, made)
        .with(9, components(&["MDM", "T02", "MDM_T02"]))
        .with(10, control)
        .with(11, "P")
        .with(12, "2.5.1")
        .with(18, "UNICODE UTF-8")
}

fn sft(document: &Document) -> Segment {
    let version = text(&document.program);
    Segment::new("SFT")
        .with(1, text("Inroom"))
        .with(2, version.clone())
        .with(3, text("Inroom"))
        .with(4, version)
}

fn evn(document: &Document) -> Segment {
    Segment::new("EVN").with(2, Instant::of(document.made_at).digits())
}

fn pid(document: &Document) -> Segment {
    let patient = &document.patient;
    // PID-3 is required: where no record number is known, the visit stands for its patient.
    let identifier = match known(&patient.record_number) {
        Some(number) => components(&[&number, "", "", "", "MR"]),
        None => components(&[&document.visit.to_string(), "", "", "", "VN"]),
    };
    let shown = patient.shown();
    // So is PID-5. Its component 7 says what kind of name it is: a legal one, or a label that may
    // be no name.
    let name = match (known(&patient.family), known(&patient.given)) {
        (None, None) if shown.is_empty() => components(&["Unknown", "", "", "", "", "", "U"]),
        (None, None) => components(&[&shown, "", "", "", "", "", "U"]),
        (family, given) => {
            let (family, given) = (family.unwrap_or_default(), given.unwrap_or_default());
            components(&[&family, &given, "", "", "", "", "L"])
        }
    };
    let birth = patient.birth_date.map(|date| date.digits());
    Segment::new("PID")
        .with(1, "1")
        .with(3, identifier)
        .with(5, name)
        .with(7, birth.unwrap_or_default())
}

fn pv1(document: &Document) -> Segment {
    Segment::new("PV1")
        .with(1, "1")
        .with(2, "O")
        .with(19, components(&[&document.visit.to_string()]))
        .with(44, Instant::of(document.begun_at).digits())
}

fn txa(document: &Document) -> Segment {
    let revised = Instant::of(document.revised_at).digits();
    let id = identity::named(
        document.visit,
        &format!("composition {}", document.revision.0),
    );
    let segment = Segment::new("TXA")
        .with(1, "1")
        .with(2, "PN")
        .with(3, "FT")
        .with(4, Instant::of(document.begun_at).digits())
        .with(6, revised)
        .with(12, components(&[&id.to_string(), "INROOM"]));
    match &document.signature {
        None => segment.with(17, "IP"),
        Some(signed) => {
            let signer = one_line(signed.signer.expose());
            let at = Instant::of(signed.at).digits();
            // Component 15 of the data type PPN is when it was done.
            let mut authenticated = [""; 15];
            (authenticated[1], authenticated[14]) = (&signer, &at);
            segment
                .with(9, components(&["", &signer]))
                .with(17, "AU")
                .with(22, components(&authenticated))
        }
    }
}

fn observations(document: &Document) -> Vec<Segment> {
    let mut values: Vec<(String, String, &str, String)> = Vec::new();
    for section in document.body.sections() {
        let code = match loinc::of_section(section.id()) {
            Some(loinc) => components(&[loinc.code, loinc.display, "LN"]),
            None => components(&[section.id(), section.title(), "99INROOM"]),
        };
        let lines = section.lines().iter().map(|line| match line.mark() {
            Some(mark) => format!("{} {mark}", line.text()),
            None => line.text().to_owned(),
        });
        let mut text = vec![section.title().to_owned()];
        text.extend(lines);
        if section.lines().is_empty() {
            text.push(section.empty().to_owned());
        }
        let pieces = pieces(&text);
        let many = pieces.len() > 1;
        for (number, piece) in (1..).zip(pieces) {
            let sub_id = if many {
                format!("{number}")
            } else {
                String::new()
            };
            values.push((code.clone(), sub_id, "FT", piece));
        }
    }
    let local = |id, name| components(&[id, name, "99INROOM"]);
    for (name, value) in document.facts() {
        let code = match name {
            "Drafted by" => local("drafted-by", name),
            "SHA-256 of the note" => local("note-sha256", name),
            _ => continue,
        };
        values.push((code, String::new(), "TX", text(&value)));
    }
    let status = match document.signature {
        Some(_) => "F",
        None => "P",
    };
    (1..)
        .zip(values)
        .map(|(number, (code, sub_id, kind, value)): (u32, _)| {
            Segment::new("OBX")
                .with(1, number.to_string())
                .with(2, kind)
                .with(3, code)
                .with(4, sub_id)
                .with(5, value)
                .with(11, status)
        })
        .collect()
}

/// Lines as values of formatted text, each no longer than it may be and none with a part of an
/// escape sequence.
fn pieces(lines: &[String]) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut push = |part: &str| {
        if pieces
            .last()
            .is_some_and(|last| last.len() + part.len() > MOST_TEXT)
        {
            pieces.push(String::new());
        }
        if let Some(last) = pieces.last_mut() {
            last.push_str(part);
        }
    };
    for (number, line) in lines.iter().enumerate() {
        if number > 0 {
            push(BREAK);
        }
        for c in line.chars() {
            push(&escaped(c));
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_section_goes_on_in_further_values() {
        let line = "a|".repeat(40_000);
        let pieces = pieces(&["TITLE".to_owned(), line.clone()]);
        assert!(pieces.len() == 3, "{}", pieces.len());
        assert!(pieces.iter().all(|piece| piece.len() <= MOST_TEXT));
        // Nothing is lost and no sequence is cut.
        let whole = pieces.concat();
        assert_eq!(whole.replace("\\F\\", "|"), format!("TITLE{BREAK}{line}"));
        assert!(
            pieces
                .iter()
                .all(|piece| piece.matches('\\').count() % 2 == 0)
        );
    }
}
