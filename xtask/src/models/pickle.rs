//! As much of Python's pickle format (protocol 2) as torch's old checkpoint files use, read into plain values.
//!
//! Nothing is executed: a call of a named Python function is kept as [`Value::Call`] with its arguments.

use anyhow::{Context as _, Result, bail};

use super::bytes::Bytes;

/// Where a value lies in its [`Pickle`].
pub type Place = usize;

/// A pickled value; containers point to their elements.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// None, a truth value, a float or a long integer, whose content nobody needs.
    Other,
    /// An integer.
    Integer(i64),
    /// A string.
    Text(String),
    /// A tuple or list.
    List(Vec<Place>),
    /// A dictionary, in order.
    Dictionary(Vec<(Place, Place)>),
    /// `module.name` of a Python class or function.
    Name(String),
    /// A function and its arguments.
    Call(Place, Place),
    /// A reference to something outside the stream, described by a value.
    Outside(Place),
}

/// One read stream.
#[derive(Debug)]
pub struct Pickle {
    values: Vec<Value>,
    top: Place,
}

impl Pickle {
    /// Reads one stream up to its stop mark.
    ///
    /// # Errors
    /// If it is damaged or uses an instruction that torch does not.
    pub fn read(bytes: &mut Bytes<'_>) -> Result<Self> {
        let mut machine = Machine::default();
        loop {
            let instruction = bytes.u8()?;
            if instruction == b'.' {
                let top = machine.pop()?;
                return Ok(Self {
                    values: machine.values,
                    top,
                });
            }
            machine.step(instruction, bytes)?;
        }
    }

    /// The value that the stream stands for.
    pub fn top(&self) -> &Value {
        &self.values[self.top]
    }

    /// The value at a place.
    pub fn at(&self, place: Place) -> &Value {
        &self.values[place]
    }

    /// The entries of a dictionary with text keys; a call without meaning of its own (`OrderedDict()`) counts as one.
    ///
    /// # Errors
    /// If it is something else.
    pub fn entries<'a>(&'a self, value: &'a Value) -> Result<Vec<(&'a str, &'a Value)>> {
        let Value::Dictionary(pairs) = value else {
            bail!("a dictionary was expected")
        };
        pairs
            .iter()
            .map(|(key, value)| Ok((self.text(self.at(*key))?, self.at(*value))))
            .collect()
    }

    /// The elements of a list or tuple.
    ///
    /// # Errors
    /// If it is something else.
    pub fn list<'a>(&'a self, value: &'a Value) -> Result<Vec<&'a Value>> {
        let Value::List(places) = value else {
            bail!("a list was expected")
        };
        Ok(places.iter().map(|place| self.at(*place)).collect())
    }

    /// A string.
    ///
    /// # Errors
    /// If it is something else.
    pub fn text<'a>(&self, value: &'a Value) -> Result<&'a str> {
        let Value::Text(text) = value else {
            bail!("a string was expected")
        };
        Ok(text)
    }

    /// An integer that counts something.
    ///
    /// # Errors
    /// If it is something else or negative.
    pub fn count(&self, value: &Value) -> Result<usize> {
        let Value::Integer(number) = value else {
            bail!("an integer was expected")
        };
        Ok(usize::try_from(*number)?)
    }
}

#[derive(Default)]
struct Machine {
    values: Vec<Value>,
    stack: Vec<Place>,
    marks: Vec<usize>,
    memo: std::collections::BTreeMap<u32, Place>,
}

impl Machine {
    fn pop(&mut self) -> Result<Place> {
        self.stack
            .pop()
            .context("the pickle takes more than it has put")
    }

    fn top(&self) -> Result<Place> {
        self.stack
            .last()
            .copied()
            .context("the pickle takes more than it has put")
    }

    fn push(&mut self, value: Value) {
        self.stack.push(self.values.len());
        self.values.push(value);
    }

    fn since_mark(&mut self) -> Result<Vec<Place>> {
        let mark = self.marks.pop().context("the pickle lacks a mark")?;
        if mark > self.stack.len() {
            bail!("the pickle's marks are mixed up");
        }
        Ok(self.stack.split_off(mark))
    }

    fn append(&mut self, new: Vec<Place>) -> Result<()> {
        let place = self.top()?;
        let Value::List(list) = &mut self.values[place] else {
            bail!("the pickle appends to what is no list")
        };
        list.extend(new);
        Ok(())
    }

    fn set(&mut self, new: &[Place]) -> Result<()> {
        let place = self.top()?;
        let Value::Dictionary(pairs) = &mut self.values[place] else {
            bail!("the pickle sets items of what is no dictionary")
        };
        pairs.extend(new.as_chunks().0.iter().map(|[key, value]| (*key, *value)));
        Ok(())
    }

    fn tuple(&mut self, size: usize) -> Result<()> {
        let from = self
            .stack
            .len()
            .checked_sub(size)
            .context("the pickle takes more than it has put")?;
        let elements = self.stack.split_off(from);
        self.push(Value::List(elements));
        Ok(())
    }

    fn call(&mut self) -> Result<()> {
        let arguments = self.pop()?;
        let function = self.pop()?;
        // The ordered dictionary of a module's weights; its items are set afterwards.
        let ordered = matches!(&self.values[function], Value::Name(name) if name == "collections.OrderedDict");
        let plain = matches!(&self.values[arguments], Value::List(list) if list.is_empty());
        self.push(if ordered && plain {
            Value::Dictionary(Vec::new())
        } else {
            Value::Call(function, arguments)
        });
        Ok(())
    }

    fn get(&mut self, number: u32) -> Result<()> {
        let place = self
            .memo
            .get(&number)
            .copied()
            .context("the pickle remembers what it was not told")?;
        self.stack.push(place);
        Ok(())
    }

    /// One instruction; the letters are those of Python's `pickle.py`.
    fn step(&mut self, instruction: u8, bytes: &mut Bytes<'_>) -> Result<()> {
        match instruction {
            0x80 => drop(bytes.u8()?),
            b'(' => self.marks.push(self.stack.len()),
            b'}' => self.push(Value::Dictionary(Vec::new())),
            b']' | b')' => self.push(Value::List(Vec::new())),
            b'N' | 0x88 | 0x89 => self.push(Value::Other),
            b'K' => {
                let number = bytes.u8()?;
                self.push(Value::Integer(number.into()));
            }
            b'M' => {
                let number = bytes.u16()?;
                self.push(Value::Integer(number.into()));
            }
            b'J' => {
                let number = i32::from_le_bytes(bytes.array()?);
                self.push(Value::Integer(number.into()));
            }
            b'G' => {
                bytes.array::<8>()?;
                self.push(Value::Other);
            }
            0x8a => {
                let length = bytes.u8()?;
                bytes.take(length.into())?;
                self.push(Value::Other);
            }
            b'X' => {
                let length = bytes.u32()?;
                let text = std::str::from_utf8(bytes.take(length as usize)?)?;
                self.push(Value::Text(text.to_owned()));
            }
            b'c' => {
                let module = std::str::from_utf8(bytes.line()?)?;
                let name = std::str::from_utf8(bytes.line()?)?;
                self.push(Value::Name(format!("{module}.{name}")));
            }
            b'q' => {
                let number = bytes.u8()?;
                let place = self.top()?;
                self.memo.insert(number.into(), place);
            }
            b'r' => {
                let number = bytes.u32()?;
                let place = self.top()?;
                self.memo.insert(number, place);
            }
            b'h' => {
                let number = bytes.u8()?;
                self.get(number.into())?;
            }
            b'j' => {
                let number = bytes.u32()?;
                self.get(number)?;
            }
            b't' => {
                let elements = self.since_mark()?;
                self.push(Value::List(elements));
            }
            0x85..=0x87 => self.tuple(usize::from(instruction - 0x84))?,
            b'a' => {
                let element = self.pop()?;
                self.append(vec![element])?;
            }
            b'e' => {
                let elements = self.since_mark()?;
                self.append(elements)?;
            }
            b's' => {
                let value = self.pop()?;
                let key = self.pop()?;
                self.set(&[key, value])?;
            }
            b'u' => {
                let items = self.since_mark()?;
                self.set(&items)?;
            }
            b'R' => self.call()?,
            b'Q' => {
                let description = self.pop()?;
                self.push(Value::Outside(description));
            }
            // State of an object that was built by a call: not needed.
            b'b' => drop(self.pop()?),
            other => bail!(
                "the pickle uses the instruction {other:#04x}, which this reader does not know"
            ),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn containers_calls_and_memory() {
        // {"a": (1, -2), "b": the same tuple, "c": f("x")}, from pickle.dumps(…, 2).
        let stream = b"\x80\x02}q\x00(X\x01\x00\x00\x00aK\x01J\xfe\xff\xff\xff\x86q\x01X\x01\x00\x00\x00bh\x01X\x01\x00\x00\x00cctorch\nf\nX\x01\x00\x00\x00x\x85Ru.";
        let pickle = Pickle::read(&mut Bytes::new(stream)).unwrap();
        let entries = pickle.entries(pickle.top()).unwrap();
        assert_eq!(
            entries.iter().map(|(key, _)| *key).collect::<Vec<_>>(),
            ["a", "b", "c"]
        );
        assert_eq!(entries[0].1, entries[1].1);
        assert_eq!(
            pickle.list(entries[0].1).unwrap(),
            [&Value::Integer(1), &Value::Integer(-2)]
        );
        let Value::Call(function, _) = entries[2].1 else {
            panic!("no call")
        };
        assert_eq!(pickle.at(*function), &Value::Name("torch.f".into()));
    }

    #[test]
    fn damage_is_an_error() {
        for stream in [
            &b""[..],
            b"}",
            b".",
            b"K",
            b"(",
            b"u.",
            b"\x85.",
            b"h\x07.",
            b"K\x01K\x02a.",
            b"N(00e.",
            b"ctorch",
            b"\xff.",
        ] {
            assert!(Pickle::read(&mut Bytes::new(stream)).is_err(), "{stream:?}");
        }
    }
}
