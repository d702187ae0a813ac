//! Notes as HTML: whatever a note holds, it is text between the tags of this program.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Characters, any_documents, draft, holds_nothing_else, read_by, signed};
use interchange::{html_document, html_fragment};

#[test]
fn a_note_for_the_clipboard_has_headings_and_lists() {
    let html = html_fragment(&draft().body);
    assert!(html.starts_with(
        "<div>\n<h2>CHIEF COMPLAINT</h2>\n<ul>\n<li>Knee pain for three weeks.</li>\n</ul>"
    ));
    assert!(html.contains("<h2>Results</h2>\n<p>No results were stated.</p>"));
    assert!(html.contains(
        "<li>Ibuprofen 400 mg three times a day. <em>[partly supported]</em></li>\n<li>Work note given.</li>"
    ));
    assert!(html.contains("2 lines of the draft were left out"));
    holds_nothing_else(&html);
}

#[test]
fn a_page_says_what_it_is() {
    let page = html_document(&signed());
    let [read] = read_by("read_xml.py", &[page.clone().into_bytes()])
        .try_into()
        .unwrap();
    let text = read["text"].as_str().unwrap();
    for words in [
        "Full visit",
        "Anna Example",
        "signed by Dr. Élodie Example",
        "a1a1",
    ] {
        assert!(text.contains(words), "{words} is not in {text}");
    }
    holds_nothing_else(&page);
}

#[test]
fn any_text_stays_text() {
    let documents = any_documents(Characters::All, 200);
    let mut pages: Vec<Vec<u8>> = Vec::new();
    for document in &documents {
        pages.push(html_document(document).into_bytes());
        pages.push(html_fragment(&document.body).into_bytes());
    }
    let ours = [
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "em", "ul", "li", "div",
        "footer", "dl", "dt", "dd",
    ];
    for read in read_by("read_xml.py", &pages) {
        for name in read["elements"].as_array().unwrap() {
            assert!(ours.contains(&name.as_str().unwrap()), "{name}");
        }
    }
}
