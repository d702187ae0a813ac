//! Where everything stands on the pages. Lengths are points, 1/72 inch, from the upper left corner.

use super::face::{Faces, Weight, printable};
use crate::document::Document;

/// A4.
pub(super) const WIDTH: f32 = 595.28;
pub(super) const HEIGHT: f32 = 841.89;
const MARGIN: f32 = 56.7;
const INNER: f32 = WIDTH - 2.0 * MARGIN;
/// Baseline of the first line of the header, and of the last line of the footer.
const HEAD: f32 = 40.0;
const FOOT: f32 = HEIGHT - 34.0;
/// Most lines of a header and of a footer: the end of the document has all that they say.
const MOST_LINES: usize = 3;
const SMALL: f32 = 8.0;
/// Baseline to baseline, in sizes.
const LEADING: f32 = 1.4;
/// Where a list's lines begin, after the bullet.
const INDENT: f32 = 13.0;

/// What stands on a page.
#[derive(Default)]
pub(super) struct Page {
    pub(super) texts: Vec<Text>,
    pub(super) rules: Vec<Rule>,
}

/// Words on one baseline.
pub(super) struct Text {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) size: f32,
    pub(super) weight: Weight,
    pub(super) words: String,
}

/// A thin line across the page.
pub(super) struct Rule {
    pub(super) y: f32,
    pub(super) left: f32,
    pub(super) right: f32,
}

/// A paragraph before it is broken into lines.
struct Block {
    text: String,
    size: f32,
    weight: Weight,
    bullet: bool,
    /// Space above, left out at the top of a page.
    above: f32,
    /// A rule in the middle of that space.
    ruled: bool,
    /// Room for so many points more has to be on the page, for what belongs below it.
    with: f32,
}

const TEXT: f32 = 10.0;

impl Block {
    fn new(text: &str, size: f32, weight: Weight, above: f32) -> Self {
        Self {
            text: printable(text),
            size,
            weight,
            bullet: false,
            above,
            ruled: false,
            with: 0.0,
        }
    }

    fn leading(&self) -> f32 {
        self.size * LEADING
    }
}

/// The pages of a document; there is at least one.
pub(super) fn pages(document: &Document, faces: &Faces) -> Vec<Page> {
    let header = at_most(lines(
        &document.header(),
        SMALL,
        Weight::Regular,
        INNER,
        faces,
    ));
    let status = at_most(lines(
        &document.status(),
        SMALL,
        Weight::Regular,
        INNER,
        faces,
    ));
    let leading = SMALL * LEADING;
    let top = HEAD + leading * header.len() as f32 + 22.0;
    let bottom = FOOT - leading * (status.len() + 1) as f32 - 14.0;
    let mut pages = flow(&blocks(document), top, bottom, faces);
    let count = pages.len();
    for (number, page) in (1..).zip(&mut pages) {
        let mut small = |x: f32, y: f32, words: String| {
            page.texts.push(Text {
                x,
                y,
                size: SMALL,
                weight: Weight::Regular,
                words,
            });
        };
        for (line, words) in header.iter().enumerate() {
            small(MARGIN, HEAD + leading * line as f32, words.clone());
        }
        let of_pages = format!("Page {number} of {count}");
        let width = faces.width(Weight::Regular, SMALL, &of_pages);
        small(WIDTH - MARGIN - width, FOOT, of_pages);
        let digest = format!("SHA-256 of the note: {}", document.note_sha256.as_str());
        small(MARGIN, FOOT, digest);
        for (line, words) in status.iter().rev().enumerate() {
            small(MARGIN, FOOT - leading * (line + 1) as f32, words.clone());
        }
        for y in [
            HEAD + leading * header.len() as f32 - 5.0,
            FOOT - leading * status.len() as f32 - SMALL - 6.0,
        ] {
            page.rules.push(rule(y));
        }
    }
    pages
}

fn rule(y: f32) -> Rule {
    Rule {
        y,
        left: MARGIN,
        right: WIDTH - MARGIN,
    }
}

fn blocks(document: &Document) -> Vec<Block> {
    let mut blocks = vec![Block::new(&document.shown_title(), 17.0, Weight::Bold, 0.0)];
    for section in document.body.sections() {
        let mut heading = Block::new(section.title(), 11.0, Weight::Bold, 15.0);
        heading.with = 2.0 * TEXT * LEADING;
        blocks.push(heading);
        for line in section.lines() {
            let text = match line.mark() {
                Some(mark) => format!("{} {mark}", line.text()),
                None => line.text().to_owned(),
            };
            let mut item = Block::new(&text, TEXT, Weight::Regular, 3.0);
            item.bullet = true;
            blocks.push(item);
        }
        if section.lines().is_empty() {
            blocks.push(Block::new(section.empty(), TEXT, Weight::Regular, 3.0));
        }
    }
    if let Some(withheld) = document.body.withheld() {
        blocks.push(Block::new(&withheld, TEXT, Weight::Regular, 15.0));
    }
    for (number, (name, value)) in document.facts().into_iter().enumerate() {
        let above = if number == 0 { 28.0 } else { 2.0 };
        let text = format!("{name}: {value}");
        let mut fact = Block::new(&text, SMALL, Weight::Regular, above);
        fact.ruled = number == 0;
        blocks.push(fact);
    }
    blocks
}

/// Fills pages between two heights with paragraphs.
fn flow(blocks: &[Block], top: f32, bottom: f32, faces: &Faces) -> Vec<Page> {
    let mut pages = vec![Page::default()];
    let mut y = top;
    let mut fresh = true;
    for block in blocks {
        let indent = if block.bullet { INDENT } else { 0.0 };
        let lines = lines(&block.text, block.size, block.weight, INNER - indent, faces);
        for (number, words) in lines.into_iter().enumerate() {
            let first = number == 0;
            let above = if first && !fresh { block.above } else { 0.0 };
            let with = if first { block.with } else { 0.0 };
            if !fresh && y + above + block.leading() + with > bottom {
                pages.push(Page::default());
                (y, fresh) = (top, true);
            }
            let above = if fresh { 0.0 } else { above };
            let Some(page) = pages.last_mut() else {
                continue;
            };
            if block.ruled && first && !fresh {
                page.rules.push(rule(y + above / 2.0));
            }
            y += above + block.leading();
            let mut put = |x: f32, words: String| {
                page.texts.push(Text {
                    x,
                    // The rest of the leading hangs below the baseline.
                    y: y - (block.leading() - block.size) / 2.0 - block.size * 0.2,
                    size: block.size,
                    weight: block.weight,
                    words,
                });
            };
            if block.bullet && first {
                put(MARGIN, "•".to_owned());
            }
            put(MARGIN + indent, words);
            fresh = false;
        }
    }
    pages
}

/// A paragraph as lines that are no wider than `width`, broken at spaces and, where a word is wider
/// than a line, within it.
fn lines(text: &str, size: f32, weight: Weight, width: f32, faces: &Faces) -> Vec<String> {
    let text = printable(text);
    let fits = |line: &str| faces.width(weight, size, line) <= width;
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let longer = match line.is_empty() {
            true => word.to_owned(),
            false => format!("{line} {word}"),
        };
        if fits(&longer) {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for c in word.chars() {
            line.push(c);
            if !fits(&line) && line.chars().nth(1).is_some() {
                line.pop();
                lines.push(std::mem::replace(&mut line, c.to_string()));
            }
        }
    }
    lines.push(line);
    lines
}

/// The first lines, and a sign that there would be more.
fn at_most(mut lines: Vec<String>) -> Vec<String> {
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        if let Some(last) = lines.last_mut() {
            last.pop();
            last.push('…');
        }
    }
    lines
}
