//! Text to Whisper's tokens, as in its training: byte pairs are joined in the order of their rank
//! (Sennrich 2016), which in Whisper's vocabularies is the token's number.
//!
//! whisper.cpp's own function takes the longest token each time. It tears words into other pieces
//! than those the model knows, and so they come out: "li sinopril".

use std::collections::HashMap;

/// The text tokens of a model.
pub(crate) struct Tokens(HashMap<Vec<u8>, i32>);

/// What never stands in one token with another kind, but for a space before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letters,
    Digits,
    Space,
    Other,
}

impl Kind {
    fn of(c: char) -> Self {
        match c {
            _ if c.is_alphabetic() => Self::Letters,
            _ if c.is_numeric() => Self::Digits,
            _ if c.is_whitespace() => Self::Space,
            _ => Self::Other,
        }
    }
}

impl Tokens {
    /// From the tokens' bytes and numbers.
    pub(crate) fn new(tokens: impl Iterator<Item = (Vec<u8>, i32)>) -> Self {
        Self(tokens.collect())
    }

    /// The text's tokens. English contractions, which are tokens of their own, are not looked for.
    pub(crate) fn of(&self, text: &str) -> Vec<i32> {
        let mut tokens = Vec::new();
        let mut start = 0;
        let mut before = None;
        for (at, c) in text.char_indices() {
            let kind = Kind::of(c);
            // One space belongs to what follows it.
            let goes_on = before.is_none_or(|before: Kind| {
                kind != Kind::Space && (before == kind || before == Kind::Space)
            });
            if !goes_on {
                tokens.extend(self.piece(&text.as_bytes()[start..at]));
                start = at;
            }
            before = Some(kind);
        }
        tokens.extend(self.piece(&text.as_bytes()[start..]));
        tokens
    }

    /// The tokens of a piece that is joined in itself alone.
    fn piece(&self, piece: &[u8]) -> Vec<i32> {
        let mut edges: Vec<usize> = (0..=piece.len()).collect();
        let number = |from: usize, to: usize| self.0.get(&piece[from..to]).copied();
        let joined = |edges: &[usize]| {
            let pairs = edges.windows(3).enumerate();
            pairs
                .filter_map(|(at, edge)| Some((number(edge[0], edge[2])?, at + 1)))
                .min()
        };
        while let Some((_, edge)) = joined(&edges) {
            edges.remove(edge);
        }
        let parts = edges.windows(2);
        parts.filter_map(|edge| number(edge[0], edge[1])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Single letters, then what is joined, in this order.
    fn tokens(joined: &[&str]) -> Tokens {
        let letters = " abcdefghijklmnopqrstuvwxyz0123456789.,-";
        let single = letters.chars().map(|c| c.to_string());
        let all = single.chain(joined.iter().map(|&s| s.to_owned()));
        Tokens::new(all.map(String::into_bytes).zip(0..))
    }

    fn pieces(tokens: &Tokens, text: &str) -> Vec<String> {
        let bytes = |number: &i32| {
            let found = tokens.0.iter().find(|(_, n)| *n == number);
            found.map(|(bytes, _)| String::from_utf8_lossy(bytes).into_owned())
        };
        tokens.of(text).iter().filter_map(bytes).collect()
    }

    #[test]
    fn pairs_are_joined_by_rank_and_not_by_length() {
        let tokens = tokens(&["in", "is", " l", "op", " lis", "ril", " li", "il"]);
        assert_eq!(pieces(&tokens, " lisinopril"), [" lis", "in", "op", "ril"]);
        let other = super::tests::tokens(&[" l", "is", " li"]);
        assert_eq!(pieces(&other, " lis"), [" l", "is"]);
    }

    #[test]
    fn letters_digits_and_marks_are_never_joined() {
        let tokens = tokens(&["a1", "1c", ".a", " a", "aa", ", ", " 2"]);
        assert_eq!(
            pieces(&tokens, " a1c, aa.a 2"),
            [" a", "1", "c", ",", " a", "a", ".", "a", " 2"]
        );
        assert_eq!(pieces(&tokens, "  a"), [" ", " a"]);
        assert_eq!(pieces(&tokens, ""), [""; 0]);
        assert_eq!(
            pieces(&tokens, "aßa"),
            ["a", "a"],
            "unknown bytes are left out"
        );
    }
}
