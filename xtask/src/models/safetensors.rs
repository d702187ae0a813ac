//! The safetensors format: length of the header, the header as JSON, the data.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use super::bytes::Bytes;
use super::tensor::{Kind, Tensor};

#[derive(Deserialize, Serialize)]
struct Entry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: [usize; 2],
}

/// The single-precision tensors of a file by name.
///
/// # Errors
/// If the file is damaged or holds other number types.
pub fn read(all: &[u8]) -> Result<BTreeMap<String, Tensor<'_>>> {
    let mut bytes = Bytes::new(all);
    let header = bytes.u64()?;
    let header = bytes.take(usize::try_from(header)?)?;
    let data = &all[8 + header.len()..];
    let mut entries: BTreeMap<String, serde_json::Value> =
        serde_json::from_slice(header).context("the header is not JSON")?;
    entries.remove("__metadata__");
    entries
        .into_iter()
        .map(|(name, entry)| {
            let entry: Entry =
                serde_json::from_value(entry).with_context(|| format!("tensor {name}"))?;
            ensure!(
                entry.dtype == "F32",
                "tensor {name} has the number type {}",
                entry.dtype
            );
            let [from, to] = entry.data_offsets;
            let numbers = data
                .get(from..to)
                .with_context(|| format!("tensor {name} lies outside the file"))?;
            let tensor = Tensor::new(entry.shape, Kind::F32, numbers)
                .with_context(|| format!("tensor {name}"))?;
            Ok((name, tensor))
        })
        .collect()
}

/// A file of single-precision tensors, in the order of their names.
///
/// # Errors
/// If the header cannot be written as JSON, which cannot happen.
pub fn write(tensors: &BTreeMap<&str, Tensor<'_>>) -> Result<Vec<u8>> {
    let mut at = 0;
    let entries: BTreeMap<&str, Entry> = tensors
        .iter()
        .map(|(name, tensor)| {
            let from = at;
            at += tensor.to_kind(Kind::F32).bytes.len();
            (
                *name,
                Entry {
                    dtype: "F32".into(),
                    shape: tensor.shape.clone(),
                    data_offsets: [from, at],
                },
            )
        })
        .collect();
    let mut header = serde_json::to_vec(&entries)?;
    // The data start at a multiple of eight, so that a mapped file is aligned.
    header.resize(header.len().next_multiple_of(8), b' ');
    let mut out = (header.len() as u64).to_le_bytes().to_vec();
    out.extend(header);
    for tensor in tensors.values() {
        out.extend(&*tensor.to_kind(Kind::F32).bytes);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let numbers: Vec<u8> = (0..6)
            .flat_map(|number| (number as f32).to_le_bytes())
            .collect();
        let tensors = BTreeMap::from([
            (
                "b",
                Tensor::new(vec![2, 3], Kind::F32, &numbers[..]).unwrap(),
            ),
            (
                "a",
                Tensor::new(vec![1], Kind::F32, &numbers[4..8]).unwrap(),
            ),
        ]);
        let file = write(&tensors).unwrap();
        assert_eq!(u64::from_le_bytes(file[..8].try_into().unwrap()) % 8, 0);
        let read = read(&file).unwrap();
        assert_eq!(read["a"], tensors["a"]);
        assert_eq!(read["b"], tensors["b"]);
        for length in 0..file.len() {
            assert!(super::read(&file[..length]).is_err(), "{length} bytes");
        }
    }
}
