//! Text on a page of HTML.

/// The head of a page that loads nothing and runs nothing: it can be opened anywhere.
pub const HEAD: &str = "<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, \
    initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
    style-src 'unsafe-inline'\">\n";

/// Text as HTML shows it, in an element or in an attribute with double quotes.
pub fn text(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            // What a terminal or a browser would take for more than text.
            character if character.is_control() && character != '\n' => written.push('\u{FFFD}'),
            character => written.push(character),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    #[test]
    fn markup_is_text() {
        assert_eq!(
            super::text("<a href=\"x\">&\u{7}\n"),
            "&lt;a href=&quot;x&quot;&gt;&amp;\u{FFFD}\n"
        );
    }
}
