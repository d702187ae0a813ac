use crate::body::Body;
use crate::document::Document;
use crate::markup;

/// A note as a piece of HTML for the clipboard: headings and lists, no style, no script, no link.
/// It is well-formed XML too.
pub fn html_fragment(body: &Body) -> String {
    format!("<div>\n{}</div>\n", markup::sections(body))
}

/// A document as a page that loads nothing, in UTF-8 and well-formed as XML.
pub fn html_document(document: &Document) -> String {
    let title = markup::escaped(&document.shown_title());
    format!(
        "<!DOCTYPE html>\n\
         <html xmlns=\"http://www.w3.org/1999/xhtml\">\n\
         <head>\n\
         <meta charset=\"utf-8\"/>\n\
         <meta name=\"generator\" content=\"Inroom {program}\"/>\n\
         <title>{title}</title>\n\
         <style>{STYLE}</style>\n\
         </head>\n\
         <body>\n\
         <h1>{title}</h1>\n\
         {sections}\
         <footer>\n{facts}</footer>\n\
         </body>\n\
         </html>\n",
        program = markup::escaped(&document.program),
        sections = markup::sections(&document.body),
        facts = markup::facts(&document.facts()),
    )
}

const STYLE: &str = "body { font-family: sans-serif; line-height: 1.4; margin: 2em auto; max-width: 45em; } \
     h1 { font-size: 1.4em; } h2 { font-size: 1em; margin: 1.2em 0 0.3em; } \
     ul { margin: 0; } footer { border-top: 1px solid; font-size: 0.8em; margin-top: 2em; } \
     dt { font-weight: bold; } dd { margin: 0 0 0.3em; overflow-wrap: anywhere; }";
