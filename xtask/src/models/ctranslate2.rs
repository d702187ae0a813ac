//! Reader of CTranslate2's binary model format, version 6 (`ctranslate2/specs/model_spec.py`, `_serialize`):
//! little-endian; version, name of the specification, its revision, then the variables, each a name, a shape,
//! a number type and bytes. Aliases that follow are not read.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};

use super::bytes::Bytes;
use super::tensor::{Kind, Tensor};

/// The floating-point variables of a model file by name; integer ones are left out.
///
/// # Errors
/// If the bytes are not such a file.
pub fn read(all: &[u8]) -> Result<BTreeMap<&str, Tensor<'_>>> {
    let mut bytes = Bytes::new(all);
    let version = bytes.u32()?;
    ensure!(
        version == 6,
        "CTranslate2 format version {version}, and only 6 is known here"
    );
    let specification = text(&mut bytes)?;
    ensure!(
        specification == "WhisperSpec",
        "a {specification:?}, not a Whisper model"
    );
    bytes.u32()?;
    let mut variables = BTreeMap::new();
    for _ in 0..bytes.u32()? {
        let name = text(&mut bytes)?;
        let rank = bytes.u8()?;
        let shape = (0..rank)
            .map(|_| Ok(bytes.u32()? as usize))
            .collect::<Result<Vec<_>>>()?;
        let kind = bytes.u8()?;
        let size = bytes.u32()? as usize;
        let data = bytes
            .take(size)
            .with_context(|| format!("variable {name}"))?;
        let kind = match kind {
            0 => Kind::F32,
            4 => Kind::F16,
            1..=3 => continue,
            other => bail!("variable {name} has the unknown number type {other}"),
        };
        let tensor = Tensor::new(shape, kind, data).with_context(|| format!("variable {name}"))?;
        variables.insert(name, tensor);
    }
    Ok(variables)
}

/// Length with the terminating zero, then the characters and the zero.
fn text<'a>(bytes: &mut Bytes<'a>) -> Result<&'a str> {
    let length = usize::from(bytes.u16()?);
    let (zero, characters) = bytes
        .take(length)?
        .split_last()
        .context("a name without its end")?;
    ensure!(*zero == 0, "a name without its end");
    Ok(std::str::from_utf8(characters)?)
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// Writes a file of this format.
    pub fn write(variables: &[(&str, &[u32], u8, &[u8])]) -> Vec<u8> {
        fn name(out: &mut Vec<u8>, text: &str) {
            out.extend((text.len() as u16 + 1).to_le_bytes());
            out.extend(text.as_bytes());
            out.push(0);
        }
        let mut out = 6_u32.to_le_bytes().to_vec();
        name(&mut out, "WhisperSpec");
        out.extend(3_u32.to_le_bytes());
        out.extend((variables.len() as u32).to_le_bytes());
        for (label, shape, kind, data) in variables {
            name(&mut out, label);
            out.push(shape.len() as u8);
            out.extend(shape.iter().flat_map(|size| size.to_le_bytes()));
            out.push(*kind);
            out.extend((data.len() as u32).to_le_bytes());
            out.extend(*data);
        }
        out
    }

    #[test]
    fn variables_are_read_by_name() {
        let file = write(&[
            ("a/weight", &[2, 1], 4, &[0, 0x3c, 0, 0xc0]),
            ("a/scale", &[], 0, &1.5_f32.to_le_bytes()),
            ("decoder/count", &[], 2, &[7, 0]),
        ]);
        let variables = read(&file).unwrap();
        assert_eq!(
            variables.keys().copied().collect::<Vec<_>>(),
            ["a/scale", "a/weight"]
        );
        assert_eq!(variables["a/weight"].shape, [2, 1]);
        assert_eq!(
            variables["a/weight"].to_kind(Kind::F32).bytes[..],
            [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]
        );
        assert_eq!(variables["a/scale"].kind, Kind::F32);
    }

    #[test]
    fn damage_is_an_error_wherever_the_file_ends() {
        let file = write(&[("a/weight", &[2], 4, &[0, 0x3c, 0, 0xc0])]);
        for length in 0..file.len() {
            assert!(
                read(&file[..length]).is_err(),
                "{length} of {} bytes",
                file.len()
            );
        }
        assert!(
            read(&write(&[("a", &[3], 4, &[0, 0])])).is_err(),
            "bytes that do not fill the shape"
        );
        assert!(
            read(&write(&[("a", &[1], 9, &[0])])).is_err(),
            "unknown number type"
        );
    }
}
