//! Typed values of a header.

use candle_core::quantized::gguf_file::{Content, Value};

/// Reads values by key and converts between the integer widths that writers use.
#[derive(Clone, Copy)]
pub(crate) struct Metadata<'c> {
    content: &'c Content,
}

impl<'c> Metadata<'c> {
    pub(super) fn new(content: &'c Content) -> Self {
        Self { content }
    }

    fn get(self, key: &str) -> Option<&'c Value> {
        self.content.metadata.get(key)
    }

    /// A text.
    pub(crate) fn text(self, key: &str) -> Option<&'c str> {
        match self.get(key)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number that is not negative.
    pub(crate) fn whole(self, key: &str) -> Option<u64> {
        whole(self.get(key)?)
    }

    /// A real number.
    pub(crate) fn real(self, key: &str) -> Option<f64> {
        match *self.get(key)? {
            Value::F32(v) => Some(f64::from(v)),
            Value::F64(v) => Some(v),
            _ => None,
        }
    }

    /// A truth value.
    pub(crate) fn truth(self, key: &str) -> Option<bool> {
        match *self.get(key)? {
            Value::Bool(v) => Some(v),
            _ => None,
        }
    }

    /// An array.
    pub(crate) fn array(self, key: &str) -> Option<&'c [Value]> {
        match self.get(key)? {
            Value::Array(values) => Some(values),
            _ => None,
        }
    }

    /// An array of texts; `None` if any element is something else.
    pub(crate) fn texts(self, key: &str) -> Option<Vec<&'c str>> {
        self.array(key)?
            .iter()
            .map(|value| match value {
                Value::String(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    /// An array of real numbers; `None` if any element is something else.
    pub(crate) fn reals(self, key: &str) -> Option<Vec<f32>> {
        self.array(key)?
            .iter()
            .map(|value| match value {
                Value::F32(v) => Some(*v),
                _ => None,
            })
            .collect()
    }
}

/// A value as a whole number, whatever its width.
pub(crate) fn whole(value: &Value) -> Option<u64> {
    match *value {
        Value::U8(v) => Some(u64::from(v)),
        Value::U16(v) => Some(u64::from(v)),
        Value::U32(v) => Some(u64::from(v)),
        Value::U64(v) => Some(v),
        Value::I8(v) => u64::try_from(v).ok(),
        Value::I16(v) => u64::try_from(v).ok(),
        Value::I32(v) => u64::try_from(v).ok(),
        Value::I64(v) => u64::try_from(v).ok(),
        _ => None,
    }
}
