//! The one number that a row of number words can mean, if there is one.

use crate::atom::Atom;
use crate::number::Number;

/// How a number was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The recogniser has written digits.
    Figures,
    /// In full: "one hundred and thirty", "seven point two".
    Full,
    /// In hundreds from eleven on: "twelve hundred". Years and times of day are said so too.
    Hundreds,
    /// Without its "hundred": "one thirty", "one oh five". Times of day and rows of two numbers sound the same.
    Short,
    /// Without anything before the point: "point five".
    Point,
}

/// A number as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub number: Number,
    pub form: Form,
    /// Whether it was said with a decimal point.
    pub has_point: bool,
}

/// Reads all of `atoms` as one number.
pub(crate) fn read(atoms: &[Atom]) -> Option<Reading> {
    if let [Atom::Figures(number)] = *atoms {
        let (form, has_point) = (Form::Figures, !number.is_whole());
        return Some(Reading {
            number,
            form,
            has_point,
        });
    }
    match atoms.iter().position(|atom| *atom == Atom::Point) {
        Some(at) => with_point(&atoms[..at], &atoms[at + 1..]),
        None => {
            let (whole, form) = whole(atoms)?;
            let (number, has_point) = (Number::whole(whole), false);
            Some(Reading {
                number,
                form,
                has_point,
            })
        }
    }
}

fn with_point(before: &[Atom], behind: &[Atom]) -> Option<Reading> {
    let (whole, form) = match before {
        [] => (0, Form::Point),
        [Atom::Figures(number)] if number.is_whole() => (number.whole, Form::Full),
        // The point says that "one oh one point two" is no time of day.
        _ => match whole(before)? {
            (value, Form::Short) if before.contains(&Atom::Oh) => (value, Form::Full),
            (value, Form::Full) => (value, Form::Full),
            _ => return None,
        },
    };
    let number = Number::with_decimals(whole, &decimals(behind)?)?;
    let has_point = true;
    Some(Reading {
        number,
        form,
        has_point,
    })
}

/// The digits behind the point: said one by one, or as one number below a hundred.
fn decimals(atoms: &[Atom]) -> Option<String> {
    if let [Atom::Figures(number)] = *atoms {
        return number
            .is_whole()
            .then(|| number.whole.to_string())
            .filter(|digits| digits.len() <= 3);
    }
    let digit = |atom: &Atom| match atom {
        Atom::Digit(value) => Some(value.to_string()),
        Atom::Oh => Some("0".to_owned()),
        _ => None,
    };
    if let Some(digits) = atoms.iter().map(digit).collect::<Option<String>>() {
        return Some(digits);
    }
    below_hundred(atoms)
        .filter(|value| *value >= 10)
        .map(|value| value.to_string())
}

/// A whole number in words.
fn whole(atoms: &[Atom]) -> Option<(u64, Form)> {
    if let Some(value) = in_full(atoms) {
        return Some((value, Form::Full));
    }
    match *atoms {
        [
            Atom::Digit(hundreds @ 1..),
            Atom::Oh,
            Atom::Digit(ones @ 1..),
        ] => Some((100 * hundreds + ones, Form::Short)),
        [Atom::Digit(hundreds @ 1..), ref rest @ ..] => below_hundred(rest)
            .filter(|rest| *rest >= 10)
            .map(|rest| (100 * hundreds + rest, Form::Short)),
        _ => in_hundreds(atoms).map(|value| (value, Form::Hundreds)),
    }
}

/// "Twelve hundred", "fifteen hundred and fifty".
fn in_hundreds(atoms: &[Atom]) -> Option<u64> {
    let at = atoms.iter().position(|atom| *atom == Atom::Hundred)?;
    let hundreds = below_hundred(&atoms[..at]).filter(|n| *n > 10 && n % 10 != 0)?;
    Some(100 * hundreds + after_magnitude(&atoms[at + 1..], below_hundred)?)
}

/// A whole number below a thousand million, said in full.
fn in_full(atoms: &[Atom]) -> Option<u64> {
    let thousands = |atoms: &[Atom]| part(atoms, Atom::Thousand, 1_000, below_thousand);
    part(atoms, Atom::Million, 1_000_000, thousands)
}

/// "X million Y" or Y alone, where `below` reads Y.
fn part(
    atoms: &[Atom],
    magnitude: Atom,
    factor: u64,
    below: impl Fn(&[Atom]) -> Option<u64>,
) -> Option<u64> {
    let Some(at) = atoms.iter().position(|atom| *atom == magnitude) else {
        return below(atoms);
    };
    let times = match atoms[..at] {
        [Atom::A] => 1,
        ref times => below_thousand(times).filter(|times| *times > 0)?,
    };
    Some(times * factor + after_magnitude(&atoms[at + 1..], below)?)
}

/// What follows a "hundred" or "thousand": nothing, a number, or an "and" with a number below a hundred.
fn after_magnitude(atoms: &[Atom], below: impl Fn(&[Atom]) -> Option<u64>) -> Option<u64> {
    match atoms {
        [] => Some(0),
        [Atom::And, rest @ ..] => below_hundred(rest).filter(|rest| *rest > 0),
        rest => below(rest).filter(|rest| *rest > 0),
    }
}

fn below_thousand(atoms: &[Atom]) -> Option<u64> {
    match atoms {
        [Atom::A, Atom::Hundred, rest @ ..] => Some(100 + after_magnitude(rest, below_hundred)?),
        [Atom::Digit(hundreds @ 1..), Atom::Hundred, rest @ ..] => {
            Some(100 * hundreds + after_magnitude(rest, below_hundred)?)
        }
        _ => below_hundred(atoms),
    }
}

fn below_hundred(atoms: &[Atom]) -> Option<u64> {
    match *atoms {
        [Atom::Digit(value) | Atom::Teen(value) | Atom::Tens(value)] => Some(value),
        [Atom::Tens(tens), Atom::Digit(ones @ 1..)] => Some(tens + ones),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn atoms(text: &str) -> Vec<Atom> {
        text.split(' ')
            .map(|word| match word {
                "a" => Atom::A,
                "and" => Atom::And,
                "point" => Atom::Point,
                "oh" => Atom::Oh,
                other => match other.parse() {
                    Ok(number) => Atom::Figures(Number::whole(number)),
                    Err(_) => Atom::of(other).expect(other),
                },
            })
            .collect()
    }

    #[test]
    fn what_means_one_number_is_read() {
        for (text, written, form) in [
            ("zero", "0", Form::Full),
            ("twenty five", "25", Form::Full),
            ("one hundred and five", "105", Form::Full),
            ("a hundred twenty", "120", Form::Full),
            ("two thousand five hundred", "2,500", Form::Full),
            ("a hundred and one thousand", "101,000", Form::Full),
            (
                "one million two hundred thousand and ten",
                "1,200,010",
                Form::Full,
            ),
            ("fifteen hundred", "1,500", Form::Hundreds),
            ("one thirty", "130", Form::Short),
            ("one oh five", "105", Form::Short),
            ("two point five", "2.5", Form::Full),
            ("zero point one two five", "0.125", Form::Full),
            ("seven point twenty five", "7.25", Form::Full),
            ("one oh one point two", "101.2", Form::Full),
            ("point oh five", "0.05", Form::Point),
            ("2 point 5", "2.5", Form::Full),
            ("5", "5", Form::Figures),
        ] {
            let found = read(&atoms(text)).map(|found| (found.number.written(), found.form));
            assert_eq!(found, Some((written.to_owned(), form)), "{text}");
        }
    }

    #[test]
    fn what_means_several_numbers_or_none_is_not() {
        for text in [
            "twenty nineteen",
            "zero seven seven",
            "nine one one",
            "one twenty five fifty",
            "twenty zero",
            "hundred",
            "two hundred hundred",
            "twenty hundred",
            "one point five twenty",
            "two fifty point five",
            "2 5",
            "2 hundred",
            "one thousand and five hundred",
            "a",
            "and",
            "point",
            "five point",
        ] {
            assert_eq!(read(&atoms(text)), None, "{text}");
        }
    }
}
