//! The parts of the package.

use crate::document::Document;
use crate::instant::Instant;
use crate::markup::escaped;

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
/// WordprocessingML and references between parts.
const NAMESPACES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
     xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// Each part's name and text, the table of contents first.
pub(super) fn all(document: &Document) -> [(&'static str, String); 10] {
    [
        ("[Content_Types].xml", content_types()),
        ("_rels/.rels", package_relationships()),
        ("docProps/core.xml", core_properties(document)),
        ("docProps/app.xml", app_properties()),
        ("word/document.xml", body(document)),
        ("word/_rels/document.xml.rels", document_relationships()),
        ("word/header1.xml", header(document)),
        ("word/footer1.xml", footer(document)),
        ("word/styles.xml", format!("{XML}{STYLES}")),
        ("word/numbering.xml", format!("{XML}{NUMBERING}")),
    ]
}

fn content_types() -> String {
    let parts = [
        ("/word/document.xml", format!("{WORD}.document.main+xml")),
        ("/word/header1.xml", format!("{WORD}.header+xml")),
        ("/word/footer1.xml", format!("{WORD}.footer+xml")),
        ("/word/styles.xml", format!("{WORD}.styles+xml")),
        ("/word/numbering.xml", format!("{WORD}.numbering+xml")),
        (
            "/docProps/core.xml",
            "application/vnd.openxmlformats-package.core-properties+xml".to_owned(),
        ),
        (
            "/docProps/app.xml",
            "application/vnd.openxmlformats-officedocument.extended-properties+xml".to_owned(),
        ),
    ];
    let parts = parts
        .iter()
        .map(|(name, kind)| format!("<Override PartName=\"{name}\" ContentType=\"{kind}\"/>"));
    format!(
        "{XML}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>{}</Types>",
        parts.collect::<String>()
    )
}

fn relationships(targets: &[(&str, &str)]) -> String {
    let targets = (1..)
        .zip(targets)
        .map(|(number, (kind, target)): (u32, _)| {
            format!("<Relationship Id=\"rId{number}\" Type=\"{kind}\" Target=\"{target}\"/>")
        });
    format!(
        "{XML}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{}</Relationships>",
        targets.collect::<String>()
    )
}

fn package_relationships() -> String {
    let core =
        "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties";
    relationships(&[
        (
            &format!("{RELATIONSHIPS}/officeDocument"),
            "word/document.xml",
        ),
        (core, "docProps/core.xml"),
        (
            &format!("{RELATIONSHIPS}/extended-properties"),
            "docProps/app.xml",
        ),
    ])
}

/// The document's own: its header is `rId3`, its footer `rId4`.
fn document_relationships() -> String {
    relationships(&[
        (&format!("{RELATIONSHIPS}/styles"), "styles.xml"),
        (&format!("{RELATIONSHIPS}/numbering"), "numbering.xml"),
        (&format!("{RELATIONSHIPS}/header"), "header1.xml"),
        (&format!("{RELATIONSHIPS}/footer"), "footer1.xml"),
    ])
}

fn core_properties(document: &Document) -> String {
    let author = match &document.signature {
        Some(signed) => escaped(signed.signer.expose()),
        None => format!("Inroom {}", escaped(&document.program)),
    };
    format!(
        "{XML}<cp:coreProperties \
         xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
         <dc:title>{title}</dc:title><dc:creator>{author}</dc:creator>\
         <dc:identifier>urn:uuid:{visit}</dc:identifier>\
         <dc:description>SHA-256 of the note: {digest}</dc:description>\
         <cp:contentStatus>{status}</cp:contentStatus>\
         <cp:revision>{revision}</cp:revision><cp:version>Inroom {program}</cp:version>\
         <dcterms:created xsi:type=\"dcterms:W3CDTF\">{created}</dcterms:created>\
         <dcterms:modified xsi:type=\"dcterms:W3CDTF\">{made}</dcterms:modified>\
         </cp:coreProperties>",
        title = escaped(&document.shown_title()),
        visit = document.visit,
        digest = document.note_sha256.as_str(),
        status = match document.signature {
            Some(_) => "Final",
            None => "Draft",
        },
        revision = document.revision.0,
        program = escaped(&document.program),
        created = Instant::of(document.revised_at).iso_seconds(),
        made = Instant::of(document.made_at).iso_seconds(),
    )
}

fn app_properties() -> String {
    format!(
        "{XML}<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\">\
         <Application>Inroom</Application></Properties>"
    )
}

fn body(document: &Document) -> String {
    let mut out = paragraph("Title", &run(&document.shown_title(), ""));
    for section in document.body.sections() {
        out.push_str(&paragraph("Heading1", &run(section.title(), "")));
        for line in section.lines() {
            let mark = line
                .mark()
                .map(|mark| run(&format!(" {mark}"), "<w:i/>"))
                .unwrap_or_default();
            out.push_str(&paragraph("ListBullet", &(run(line.text(), "") + &mark)));
        }
        if section.lines().is_empty() {
            out.push_str(&paragraph("Normal", &run(section.empty(), "")));
        }
    }
    if let Some(withheld) = document.body.withheld() {
        out.push_str(&paragraph("Normal", &run(&withheld, "<w:i/>")));
    }
    for (name, value) in document.facts() {
        let runs = run(&format!("{name}: "), "<w:b/>") + &run(&value, "");
        out.push_str(&paragraph("Facts", &runs));
    }
    // A4 with margins of 2 cm, in twentieths of a point.
    format!(
        "{XML}<w:document {NAMESPACES}><w:body>{out}<w:sectPr>\
         <w:headerReference w:type=\"default\" r:id=\"rId3\"/><w:footerReference w:type=\"default\" r:id=\"rId4\"/>\
         <w:pgSz w:w=\"11906\" w:h=\"16838\"/>\
         <w:pgMar w:top=\"1417\" w:right=\"1134\" w:bottom=\"1417\" w:left=\"1134\" w:header=\"709\" w:footer=\"709\" w:gutter=\"0\"/>\
         </w:sectPr></w:body></w:document>"
    )
}

fn header(document: &Document) -> String {
    let text = run(&document.header(), "");
    format!(
        "{XML}<w:hdr {NAMESPACES}>{}</w:hdr>",
        paragraph("Header", &text)
    )
}

fn footer(document: &Document) -> String {
    let text = run(&format!("{} · page ", document.status()), "")
        + &field("PAGE")
        + &run(" of ", "")
        + &field("NUMPAGES");
    format!(
        "{XML}<w:ftr {NAMESPACES}>{}</w:ftr>",
        paragraph("Footer", &text)
    )
}

fn paragraph(style: &str, runs: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>{runs}</w:p>")
}

/// Text, whose white space at its ends is part of it.
fn run(text: &str, properties: &str) -> String {
    let start = if text.starts_with(' ') { " " } else { "" };
    let end = if text.ends_with(' ') { " " } else { "" };
    format!(
        "<w:r><w:rPr>{properties}</w:rPr><w:t xml:space=\"preserve\">{start}{}{end}</w:t></w:r>",
        escaped(text)
    )
}

/// What the word processor fills in.
fn field(name: &str) -> String {
    format!("<w:fldSimple w:instr=\" {name} \"><w:r><w:t>1</w:t></w:r></w:fldSimple>")
}

const STYLES: &str = r#"<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial" w:eastAsia="Arial"/><w:sz w:val="21"/><w:szCs w:val="21"/></w:rPr></w:rPrDefault>
<w:pPrDefault><w:pPr><w:spacing w:after="60" w:line="276" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>
<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:qFormat/><w:pPr><w:keepNext/><w:spacing w:after="120"/></w:pPr><w:rPr><w:b/><w:sz w:val="32"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:qFormat/><w:pPr><w:keepNext/><w:spacing w:before="240" w:after="60"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="24"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="ListBullet"><w:name w:val="List Bullet"/><w:basedOn w:val="Normal"/><w:qFormat/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr><w:ind w:left="360" w:hanging="360"/></w:pPr></w:style>
<w:style w:type="paragraph" w:customStyle="1" w:styleId="Facts"><w:name w:val="Facts"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:before="60" w:after="0"/></w:pPr><w:rPr><w:sz w:val="16"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Header"><w:name w:val="header"/><w:basedOn w:val="Normal"/><w:rPr><w:sz w:val="16"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Footer"><w:name w:val="footer"/><w:basedOn w:val="Normal"/><w:rPr><w:sz w:val="16"/></w:rPr></w:style>
</w:styles>"#;

const NUMBERING: &str = r#"<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="hybridMultilevel"/><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="360" w:hanging="360"/></w:pPr></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
</w:numbering>"#;
