//! Reader of torch's checkpoint format from before version 1.6: five pickles (magic number, version, machine, the object,
//! the keys of its storages) and then each storage, its number of elements as 64 bits and its elements.
//! `torch/serialization.py`, `_legacy_load`.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};

use super::bytes::Bytes;
use super::pickle::{Pickle, Value};
use super::safetensors;
use super::tensor::{Kind, Tensor};

/// The part of a checkpoint's top dictionary that holds the weights.
const WEIGHTS: &str = "model_state";
/// Weights of the training loss alone.
const TRAINING_ONLY: [&str; 2] = ["similarity_weight", "similarity_bias"];

/// A safetensors file of the weights of the GE2E voice encoder.
///
/// # Errors
/// If the checkpoint is damaged or of another shape.
pub fn convert(checkpoint: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = Bytes::new(checkpoint);
    for what in ["magic number", "version", "machine description"] {
        Pickle::read(&mut bytes).with_context(|| format!("the checkpoint's {what}"))?;
    }
    let object = Pickle::read(&mut bytes).context("the checkpoint's object")?;
    let keys = Pickle::read(&mut bytes).context("the checkpoint's storage keys")?;
    let mut storages = BTreeMap::new();
    for key in keys.list(keys.top())? {
        let key = keys.text(key)?;
        let elements = usize::try_from(bytes.u64()?)?;
        let size = elements
            .checked_mul(Kind::F32.width())
            .context("a storage larger than memory")?;
        storages.insert(
            key,
            bytes.take(size).with_context(|| format!("storage {key}"))?,
        );
    }
    let entries = object.entries(object.top())?;
    let (_, weights) = entries
        .iter()
        .find(|(name, _)| *name == WEIGHTS)
        .with_context(|| format!("the checkpoint has no {WEIGHTS}"))?;
    let mut tensors = BTreeMap::new();
    for (name, value) in object.entries(weights)? {
        if !TRAINING_ONLY.contains(&name) {
            tensors.insert(
                name,
                tensor(&object, value, &storages).with_context(|| format!("weight {name}"))?,
            );
        }
    }
    ensure!(!tensors.is_empty(), "the checkpoint has no weights");
    safetensors::write(&tensors)
}

/// `torch._utils._rebuild_tensor_v2(storage, offset, size, stride, …)`, contiguous, of single precision.
fn tensor<'a>(
    object: &Pickle,
    value: &Value,
    storages: &BTreeMap<&str, &'a [u8]>,
) -> Result<Tensor<'a>> {
    let Value::Call(function, arguments) = value else {
        anyhow::bail!("not a tensor")
    };
    ensure!(
        object.at(*function) == &Value::Name("torch._utils._rebuild_tensor_v2".into()),
        "not a tensor"
    );
    let arguments = object.list(object.at(*arguments))?;
    let [storage, offset, size, stride, ..] = arguments[..] else {
        anyhow::bail!("a tensor with too few fields")
    };
    let Value::Outside(storage) = storage else {
        anyhow::bail!("a tensor without a storage")
    };
    let storage = object.list(object.at(*storage))?;
    let [_, class, key, ..] = storage[..] else {
        anyhow::bail!("a storage with too few fields")
    };
    ensure!(
        class == &Value::Name("torch.FloatStorage".into()),
        "only single precision is read"
    );
    let counts = |list| {
        object
            .list(list)?
            .into_iter()
            .map(|number| object.count(number))
            .collect::<Result<Vec<_>>>()
    };
    let (shape, strides) = (counts(size)?, counts(stride)?);
    let mut step = 1_usize;
    for (size, stride) in shape.iter().zip(&strides).rev() {
        ensure!(*stride == step, "only contiguous tensors are read");
        step = step
            .checked_mul(*size)
            .context("a tensor larger than memory")?;
    }
    let from = object
        .count(offset)?
        .checked_mul(4)
        .context("an offset outside the storage")?;
    let to = step
        .checked_mul(4)
        .and_then(|size| size.checked_add(from))
        .context("a tensor larger than memory")?;
    let storage = storages
        .get(object.text(key)?)
        .context("its storage is missing")?;
    let numbers = storage
        .get(from..to)
        .context("it lies outside its storage")?;
    Tensor::new(shape, Kind::F32, numbers)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// `{"model_state": {"w": tensor of `shape` at element 1 of storage "s"}}` with a storage of three floats.
    fn checkpoint(shape: [u8; 2]) -> Vec<u8> {
        let text = |text: &str| {
            [
                b"X".as_slice(),
                &(text.len() as u32).to_le_bytes(),
                text.as_bytes(),
            ]
            .concat()
        };
        let mut out = b"\x80\x02N.\x80\x02N.\x80\x02N.".to_vec();
        out.extend(b"}");
        out.extend(text("model_state"));
        out.extend(b"ccollections\nOrderedDict\n)R");
        out.extend(text("w"));
        out.extend(b"ctorch._utils\n_rebuild_tensor_v2\n(");
        out.extend(b"(");
        out.extend(text("storage"));
        out.extend(b"ctorch\nFloatStorage\n");
        out.extend(text("s"));
        out.extend(text("cpu"));
        out.extend(b"K\x03NtQ");
        out.extend([
            b'K', 1, b'K', shape[0], b'K', shape[1], 0x86, b'K', shape[1], b'K', 1, 0x86,
        ]);
        out.extend(b"tRss.");
        out.extend(b"](");
        out.extend(text("s"));
        out.extend(b"e.");
        out.extend(3_u64.to_le_bytes());
        out.extend(
            [1.0_f32, 2.0, 3.0]
                .iter()
                .flat_map(|number| number.to_le_bytes()),
        );
        out
    }

    #[test]
    fn weights_are_cut_out_of_their_storage() {
        let file = convert(&checkpoint([2, 1])).unwrap();
        let tensors = safetensors::read(&file).unwrap();
        assert_eq!(tensors["w"].shape, [2, 1]);
        assert_eq!(
            tensors["w"].bytes[..],
            [2.0_f32.to_le_bytes(), 3.0_f32.to_le_bytes()].concat()
        );
    }

    #[test]
    fn what_lies_outside_or_ends_early_is_an_error() {
        assert!(convert(&checkpoint([3, 1])).is_err());
        let whole = checkpoint([2, 1]);
        for length in 0..whole.len() {
            assert!(convert(&whole[..length]).is_err(), "{length} bytes");
        }
    }
}
