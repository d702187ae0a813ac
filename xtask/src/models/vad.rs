//! Silero VAD: its published weights as the voice-activity file that whisper.cpp reads
//! (`whisper_vad_init_with_params` in whisper.cpp 1.8).

use anyhow::{Context as _, Result, ensure};

use super::ggml::Ggml;
use super::safetensors;
use super::tensor::Kind;

/// Release of the weights, as the file records it.
const RELEASE: [usize; 3] = [6, 2, 3];
/// Samples of a window at 16 kHz, and of the context before it.
const WINDOW: usize = 512;
const CONTEXT: usize = 64;
/// Channels in and out of the four encoder convolutions, and their kernel.
const ENCODER: [(usize, usize, usize); 4] =
    [(129, 128, 3), (128, 64, 3), (64, 64, 3), (64, 128, 3)];
/// Width of the recurrent layer.
const HIDDEN: usize = 128;

/// The 15 tensors: Silero's name, whisper.cpp's name, shape, number type.
fn layout() -> Vec<(String, String, Vec<usize>, Kind)> {
    let tensor = |from: &str, to: &str, shape: &[usize], kind| {
        (
            from.to_owned(),
            format!("_model.{to}"),
            shape.to_vec(),
            kind,
        )
    };
    let mut all = vec![tensor(
        "stft_conv.weight",
        "stft.forward_basis_buffer",
        &[258, 1, 256],
        Kind::F16,
    )];
    for (number, (inward, outward, kernel)) in ENCODER.into_iter().enumerate() {
        let from = format!("conv{}", number + 1);
        let to = format!("encoder.{number}.reparam_conv");
        all.push(tensor(
            &format!("{from}.weight"),
            &format!("{to}.weight"),
            &[outward, inward, kernel],
            Kind::F16,
        ));
        all.push(tensor(
            &format!("{from}.bias"),
            &format!("{to}.bias"),
            &[outward],
            Kind::F32,
        ));
    }
    for (name, shape) in [
        ("weight_ih", &[4 * HIDDEN, HIDDEN][..]),
        ("weight_hh", &[4 * HIDDEN, HIDDEN]),
        ("bias_ih", &[4 * HIDDEN]),
        ("bias_hh", &[4 * HIDDEN]),
    ] {
        all.push(tensor(
            &format!("lstm_cell.{name}"),
            &format!("decoder.rnn.{name}"),
            shape,
            Kind::F32,
        ));
    }
    all.push(tensor(
        "final_conv.weight",
        "decoder.decoder.2.weight",
        &[1, HIDDEN],
        Kind::F16,
    ));
    all.push(tensor(
        "final_conv.bias",
        "decoder.decoder.2.bias",
        &[1],
        Kind::F32,
    ));
    all
}

/// whisper.cpp's file from `silero_vad_16k.safetensors`.
///
/// # Errors
/// If a tensor is missing or has another size.
pub fn convert(weights: &[u8]) -> Result<Vec<u8>> {
    let tensors = safetensors::read(weights)?;
    let layout = layout();
    ensure!(
        tensors.len() == layout.len(),
        "{} tensors where {} were expected",
        tensors.len(),
        layout.len()
    );
    let mut file = Ggml::new();
    file.counted(b"silero-16k");
    file.numbers(RELEASE);
    file.numbers([WINDOW, CONTEXT, ENCODER.len()]);
    file.numbers(
        ENCODER
            .into_iter()
            .flat_map(|(inward, outward, kernel)| [inward, outward, kernel]),
    );
    file.numbers([HIDDEN, HIDDEN, HIDDEN, 1]);
    for (from, to, shape, kind) in layout {
        let tensor = tensors
            .get(&from)
            .with_context(|| format!("the weights have no {from}"))?;
        let tensor = tensor
            .reshaped(shape)
            .with_context(|| format!("tensor {from}"))?;
        file.tensor(&to, &tensor, kind);
    }
    Ok(file.finish())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use std::collections::BTreeMap;

    use super::*;
    use crate::models::tensor::Tensor;

    fn weights(change: impl FnOnce(&mut BTreeMap<&str, Tensor<'_>>)) -> Vec<u8> {
        let layout = layout();
        let mut tensors: BTreeMap<&str, Tensor<'_>> = layout
            .iter()
            .map(|(from, _, shape, _)| {
                (
                    from.as_str(),
                    Tensor::new(
                        shape.clone(),
                        Kind::F32,
                        vec![0; 4 * shape.iter().product::<usize>()],
                    )
                    .unwrap(),
                )
            })
            .collect();
        change(&mut tensors);
        safetensors::write(&tensors).unwrap()
    }

    #[test]
    fn the_file_has_the_size_that_the_loader_expects() {
        assert_eq!(convert(&weights(|_| {})).unwrap().len(), 885_106);
    }

    #[test]
    fn missing_or_misshapen_tensors_are_named() {
        let error = convert(&weights(|tensors| {
            let bias = tensors["conv1.bias"].clone();
            tensors.insert("conv2.bias", bias);
        }));
        assert!(format!("{:#}", error.unwrap_err()).contains("conv2.bias"));
        assert!(convert(&weights(|tensors| drop(tensors.remove("conv1.bias")))).is_err());
    }
}
