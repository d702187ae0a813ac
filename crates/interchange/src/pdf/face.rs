use krilla::text::Font;
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};

use crate::body::one_line;

/// Inter, SIL Open Font License 1.1, from the npm package `@expo-google-fonts/inter` 0.4.2: the
/// typeface of the window, with the signs that medicine uses.
const REGULAR: &[u8] = include_bytes!("../../fonts/Inter-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../fonts/Inter-Bold.ttf");

/// How heavy a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// The fonts, to measure with and to embed.
pub(super) struct Faces {
    regular: Face,
    bold: Face,
}

struct Face {
    font: Font,
    read: FontRef<'static>,
}

impl Face {
    fn load(bytes: &'static [u8]) -> Option<Self> {
        Some(Self {
            font: Font::new(bytes.into(), 0)?,
            read: FontRef::new(bytes).ok()?,
        })
    }
}

impl Faces {
    /// Both; `None` if one does not read.
    pub(super) fn load() -> Option<Self> {
        Some(Self {
            regular: Face::load(REGULAR)?,
            bold: Face::load(BOLD)?,
        })
    }

    fn face(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    pub(super) fn font(&self, weight: Weight) -> Font {
        self.face(weight).font.clone()
    }

    /// How many characters of a text the font lacks.
    pub(super) fn lacking(&self, weight: Weight, text: &str) -> usize {
        let charmap = self.face(weight).read.charmap();
        text.chars().filter(|&c| charmap.map(c).is_none()).count()
    }

    /// Width of a text in points. Kerning is not counted: it draws letters together.
    pub(super) fn width(&self, weight: Weight, size: f32, text: &str) -> f32 {
        let read = &self.face(weight).read;
        let (charmap, metrics) = (
            read.charmap(),
            read.glyph_metrics(Size::new(size), LocationRef::default()),
        );
        text.chars()
            .filter_map(|c| metrics.advance_width(charmap.map(c)?))
            .sum()
    }
}

/// A text as one line without the characters that nobody sees: hyphenation, joining, direction and
/// variation (Unicode's default ignorable code points that occur in text). Pages are set from left
/// to right without them.
pub(super) fn printable(text: &str) -> String {
    let hidden = |c: char| {
        matches!(c, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
    };
    one_line(text).chars().filter(|&c| !hidden(c)).collect()
}
