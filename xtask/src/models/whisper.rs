//! Whisper: from CTranslate2's fused variables to a ggml file with OpenAI's names, in the order of OpenAI's checkpoints.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};

use super::ggml::Ggml;
use super::quantise::Weights;
use super::tensor::{Kind, Tensor};
use super::{ctranslate2, mel, tokens};

/// Positions of the encoder and of the decoder.
const AUDIO_POSITIONS: usize = 1_500;
const TEXT_POSITIONS: usize = 448;
/// Every published Whisper model has heads of this width.
const HEAD: usize = 64;
/// From this vocabulary size on a model is multilingual.
const MULTILINGUAL: usize = 51_865;

type Variables<'a> = BTreeMap<&'a str, Tensor<'a>>;

/// The ggml file of a CTranslate2 model and its `tokenizer.json`, its matrices with these weights.
///
/// # Errors
/// If either is damaged or not what it should be.
pub fn convert(model: &[u8], tokenizer: &[u8], weights: Weights) -> Result<Vec<u8>> {
    let variables = ctranslate2::read(model)?;
    let mut tokens = tokens::read(tokenizer)?;
    let embedding = get(&variables, "decoder/embeddings/weight")?;
    let [vocabulary, width] = embedding.shape[..] else {
        anyhow::bail!("the token embedding has the shape {:?}", embedding.shape)
    };
    ensure!(
        width > 0 && width.is_multiple_of(HEAD),
        "the model is {width} wide"
    );
    let layers = layers(&variables);
    ensure!(layers > 0, "the model has no layers");
    // English-only checkpoints name the end of text in their token list, the others among the special tokens.
    if vocabulary < MULTILINGUAL {
        tokens.push(b"<|endoftext|>".to_vec());
    }

    let mut file = Ggml::new();
    let heads = width / HEAD;
    file.numbers([
        vocabulary,
        AUDIO_POSITIONS,
        width,
        heads,
        layers,
        TEXT_POSITIONS,
        width,
        heads,
        layers,
        mel::BANDS,
    ]);
    file.numbers([weights.in_header()]);
    file.numbers([mel::BANDS, mel::BINS]);
    file.floats(&mel::filters());
    file.numbers([tokens.len()]);
    for token in &tokens {
        file.counted(token);
    }

    let mut out = Renamed {
        variables: &variables,
        weights,
        file,
    };
    out.whole(
        "decoder.positional_embedding",
        "decoder/position_encodings/encodings",
    )?;
    out.whole(
        "encoder.positional_embedding",
        "encoder/position_encodings/encodings",
    )?;
    out.put("decoder.token_embedding.weight", embedding)?;
    for layer in 0..layers {
        out.block("decoder", layer, width)?;
    }
    out.norm("decoder.ln", "decoder/layer_norm")?;
    for convolution in ["conv1", "conv2"] {
        out.put(
            &format!("encoder.{convolution}.weight"),
            get(&variables, &format!("encoder/{convolution}/weight"))?,
        )?;
        let bias = get(&variables, &format!("encoder/{convolution}/bias"))?;
        let column = bias.reshaped(vec![bias.shape.iter().product(), 1])?;
        out.file
            .tensor(&format!("encoder.{convolution}.bias"), &column, Kind::F32);
    }
    for layer in 0..layers {
        out.block("encoder", layer, width)?;
    }
    out.norm("encoder.ln_post", "encoder/layer_norm")?;
    Ok(out.file.finish())
}

fn get<'v>(variables: &'v Variables<'v>, name: &str) -> Result<&'v Tensor<'v>> {
    variables
        .get(name)
        .with_context(|| format!("the model has no {name}"))
}

fn layers(variables: &Variables<'_>) -> usize {
    let numbers = variables.keys().filter_map(|name| {
        name.strip_prefix("decoder/layer_")?
            .split('/')
            .next()?
            .parse::<usize>()
            .ok()
    });
    numbers.max().map_or(0, |last| last + 1)
}

struct Renamed<'v> {
    variables: &'v Variables<'v>,
    weights: Weights,
    file: Ggml,
}

impl Renamed<'_> {
    /// Matrices with the weights that were asked for, what the convolutions hold in half precision, vectors in single.
    fn put(&mut self, to: &str, tensor: &Tensor<'_>) -> Result<()> {
        match tensor.shape.len() {
            0 | 1 => self.file.tensor(to, tensor, Kind::F32),
            2 => {
                let blocks = self.weights.of(tensor);
                let blocks = blocks.with_context(|| {
                    format!("{to}: rows of {:?} are no whole blocks", tensor.shape)
                })?;
                let code = self.weights.in_tensor();
                self.file.raw(to, &tensor.shape, code, &blocks);
            }
            _ => self.file.tensor(to, tensor, Kind::F16),
        }
        Ok(())
    }

    /// In single precision whatever the rank.
    fn whole(&mut self, to: &str, from: &str) -> Result<()> {
        self.file.tensor(to, get(self.variables, from)?, Kind::F32);
        Ok(())
    }

    fn pair(&mut self, to: &str, from: [&str; 2]) -> Result<()> {
        self.put(&format!("{to}.weight"), get(self.variables, from[0])?)?;
        self.put(&format!("{to}.bias"), get(self.variables, from[1])?)
    }

    fn norm(&mut self, to: &str, from: &str) -> Result<()> {
        self.pair(to, [&format!("{from}/gamma"), &format!("{from}/beta")])
    }

    fn linear(&mut self, to: &str, from: &str) -> Result<()> {
        self.pair(to, [&format!("{from}/weight"), &format!("{from}/bias")])
    }

    fn block(&mut self, side: &str, layer: usize, width: usize) -> Result<()> {
        let to = format!("{side}.blocks.{layer}");
        let from = format!("{side}/layer_{layer}");
        self.norm(&format!("{to}.mlp_ln"), &format!("{from}/ffn/layer_norm"))?;
        self.linear(&format!("{to}.mlp.0"), &format!("{from}/ffn/linear_0"))?;
        self.linear(&format!("{to}.mlp.2"), &format!("{from}/ffn/linear_1"))?;
        self.norm(
            &format!("{to}.attn_ln"),
            &format!("{from}/self_attention/layer_norm"),
        )?;
        self.self_attention(
            &format!("{to}.attn"),
            &format!("{from}/self_attention"),
            width,
        )?;
        if side == "decoder" {
            self.norm(
                &format!("{to}.cross_attn_ln"),
                &format!("{from}/attention/layer_norm"),
            )?;
            self.cross_attention(
                &format!("{to}.cross_attn"),
                &format!("{from}/attention"),
                width,
            )?;
        }
        Ok(())
    }

    /// Query, key and value lie one below the other in the first linear layer; keys have no bias (it is zero there).
    fn self_attention(&mut self, to: &str, from: &str, width: usize) -> Result<()> {
        let weight = get(self.variables, &format!("{from}/linear_0/weight"))?;
        let bias = get(self.variables, &format!("{from}/linear_0/bias"))?;
        self.put(&format!("{to}.query.weight"), &weight.rows(0, width)?)?;
        self.put(&format!("{to}.query.bias"), &bias.rows(0, width)?)?;
        self.put(&format!("{to}.key.weight"), &weight.rows(width, 2 * width)?)?;
        self.put(
            &format!("{to}.value.weight"),
            &weight.rows(2 * width, 3 * width)?,
        )?;
        self.put(
            &format!("{to}.value.bias"),
            &bias.rows(2 * width, 3 * width)?,
        )?;
        self.linear(&format!("{to}.out"), &format!("{from}/linear_1"))
    }

    /// The query has a layer of its own, key and value share the second.
    fn cross_attention(&mut self, to: &str, from: &str, width: usize) -> Result<()> {
        let both = get(self.variables, &format!("{from}/linear_1/weight"))?;
        let bias = get(self.variables, &format!("{from}/linear_1/bias"))?;
        self.linear(&format!("{to}.query"), &format!("{from}/linear_0"))?;
        self.put(&format!("{to}.key.weight"), &both.rows(0, width)?)?;
        self.put(&format!("{to}.value.weight"), &both.rows(width, 2 * width)?)?;
        self.put(&format!("{to}.value.bias"), &bias.rows(width, 2 * width)?)?;
        self.linear(&format!("{to}.out"), &format!("{from}/linear_2"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// A Whisper of one layer, 64 wide, whose fused attention rows carry their row number.
    fn tiny() -> Vec<u8> {
        let w = 64_u32;
        let halves = |rows: u32, columns: u32| -> Vec<u8> {
            (0..rows)
                .flat_map(|row| {
                    (0..columns)
                        .flat_map(move |_| crate::models::half::from_f32(row as f32).to_le_bytes())
                })
                .collect()
        };
        let mut variables: Vec<(String, Vec<u32>, Vec<u8>)> = Vec::new();
        let mut add = |name: String, shape: &[u32]| {
            let rows = shape[0];
            variables.push((
                name,
                shape.to_vec(),
                halves(rows, shape[1..].iter().product()),
            ));
        };
        add("decoder/embeddings/weight".into(), &[3, w]);
        for side in ["encoder", "decoder"] {
            add(format!("{side}/position_encodings/encodings"), &[4, w]);
            let mut parts = vec![
                ("self_attention", vec![("linear_0", 3), ("linear_1", 1)]),
                ("ffn", vec![("linear_0", 4), ("linear_1", 1)]),
            ];
            if side == "decoder" {
                parts.push((
                    "attention",
                    vec![("linear_0", 1), ("linear_1", 2), ("linear_2", 1)],
                ));
            }
            for (part, linears) in parts {
                for (linear, times) in linears {
                    add(
                        format!("{side}/layer_0/{part}/{linear}/weight"),
                        &[times * w, w],
                    );
                    add(format!("{side}/layer_0/{part}/{linear}/bias"), &[times * w]);
                }
                for norm in ["gamma", "beta"] {
                    add(format!("{side}/layer_0/{part}/layer_norm/{norm}"), &[w]);
                }
            }
            for norm in ["gamma", "beta"] {
                add(format!("{side}/layer_norm/{norm}"), &[w]);
            }
        }
        for convolution in ["conv1", "conv2"] {
            add(format!("encoder/{convolution}/weight"), &[w, 2, 3]);
            add(format!("encoder/{convolution}/bias"), &[w]);
        }
        let borrowed: Vec<(&str, &[u32], u8, &[u8])> = variables
            .iter()
            .map(|(name, shape, data)| (name.as_str(), &shape[..], 4, &data[..]))
            .collect();
        ctranslate2::tests::write(&borrowed)
    }

    /// Where the data of a tensor starts in a ggml file, found by its name.
    fn data_of<'a>(file: &'a [u8], name: &str) -> &'a [u8] {
        let at = file
            .windows(name.len())
            .position(|window| window == name.as_bytes())
            .unwrap();
        &file[at + name.len()..]
    }

    #[test]
    fn fused_attention_is_taken_apart() {
        let file = convert(
            &tiny(),
            br#"{"model": {"vocab": {"a": 0, "b": 1}}}"#,
            Weights::F16,
        )
        .unwrap();
        let header: Vec<u32> = file[..48]
            .as_chunks()
            .0
            .iter()
            .map(|four| u32::from_le_bytes(*four))
            .collect();
        assert_eq!(
            header,
            [0x6767_6d6c, 3, 1500, 64, 1, 1, 448, 64, 1, 1, 80, 1]
        );
        // Rows 64.. of the fused matrix are the keys, 128.. the values; of the crossed one 0.. and 64...
        for (name, row) in [
            ("decoder.blocks.0.attn.query.weight", 0.0),
            ("decoder.blocks.0.attn.key.weight", 64.0),
            ("decoder.blocks.0.attn.value.weight", 128.0),
            ("decoder.blocks.0.cross_attn.key.weight", 0.0),
            ("decoder.blocks.0.cross_attn.value.weight", 64.0),
        ] {
            let first = u16::from_le_bytes(data_of(&file, name)[..2].try_into().unwrap());
            assert_eq!(crate::models::half::to_f32(first), row, "{name}");
        }
        let bias = f32::from_le_bytes(
            data_of(&file, "encoder.blocks.0.attn.value.bias")[..4]
                .try_into()
                .unwrap(),
        );
        assert_eq!(bias, 128.0);
        assert!(!file.windows(8).any(|window| window == b"key.bias"));
        assert!(file.windows(13).any(|window| window == b"<|endoftext|>"));
    }

    #[test]
    fn matrices_alone_are_quantised() {
        let tokenizer = br#"{"model": {"vocab": {"a": 0, "b": 1}}}"#;
        let file = convert(&tiny(), tokenizer, Weights::Q8_0).unwrap();
        assert_eq!(file[44..48], 2007_u32.to_le_bytes());
        // The code stands before the sizes and the name.
        let code = |name: &str, rank: usize| {
            let at = data_of(&file, name).as_ptr() as usize - file.as_ptr() as usize;
            file[at - name.len() - 4 * rank - 4]
        };
        assert_eq!(code("decoder.blocks.0.mlp.0.weight", 2), 8);
        assert_eq!(code("decoder.token_embedding.weight", 2), 8);
        assert_eq!(code("encoder.conv1.weight", 3), 1);
        assert_eq!(code("encoder.blocks.0.mlp_ln.weight", 1), 0);
        // Row 64 of the fused matrix: a scale of 64 / 127, and 127 times that.
        let block = &data_of(&file, "decoder.blocks.0.attn.key.weight")[..34];
        let scale = crate::models::half::to_f32(u16::from_le_bytes([block[0], block[1]]));
        assert!((scale * 127.0 - 64.0).abs() < 0.05, "{scale}");
        assert_eq!(block[2..], [127; 32]);
    }

    #[test]
    fn a_missing_variable_is_named() {
        let file = ctranslate2::tests::write(&[
            ("decoder/embeddings/weight", &[1, 64], 4, &[0; 128]),
            ("decoder/layer_0/x", &[1], 4, &[0; 2]),
        ]);
        let error = convert(&file, br#"{"model": {"vocab": {}}}"#, Weights::F16).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("decoder/position_encodings/encodings"),
            "{error}"
        );
    }
}
