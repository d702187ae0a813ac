//! Causal attention over the cache in blocks, with a running softmax: no matrix of the text's
//! length squared exists at any time (after Dao et al., 2022).

use super::cache::{BLOCK, Extent, Layer, Place};
use super::{kernel, pool};

/// Score of what a row must not see. Finite, so that a block without anything visible stays a
/// number; the running softmax wipes it out as soon as something visible comes.
const HIDDEN: f32 = -1e30;

/// Tokens that share one piece of work.
const TOKENS: usize = 16;

/// What attention must know of a layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heads {
    /// Query heads.
    pub(super) queries: usize,
    /// Key and value heads; each serves `queries / keys` query heads.
    pub(super) keys: usize,
    /// Values per head.
    pub(super) width: usize,
    /// Factor of the scores.
    pub(super) scale: f32,
    /// Tokens back that a row can see, itself included; `None`: all.
    pub(super) window: Option<usize>,
}

/// Tokens of one place that are read together; their keys and values are in the cache already
/// but not yet counted in its extent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub(super) place: Place,
    /// Row of its first token.
    pub(super) row: usize,
    pub(super) length: usize,
}

/// One piece of work: a few tokens of one stretch and the query heads of one key head.
struct Piece {
    place: Place,
    stretch: usize,
    head: usize,
    first_row: usize,
    /// Position of the first token in the text.
    first_position: usize,
    tokens: usize,
}

/// Attends for each row of `queries` (`heads.queries` × `heads.width` values), in place.
pub(super) fn attend(
    heads: Heads,
    layer: &Layer,
    extent: &Extent,
    stretches: &[Stretch],
    queries: &mut [f32],
) {
    let row_width = heads.queries * heads.width;
    let mut pieces = Vec::new();
    for stretch in stretches {
        for start in (0..stretch.length).step_by(TOKENS) {
            for head in 0..heads.keys {
                pieces.push((
                    Piece {
                        place: stretch.place,
                        stretch: stretch.length,
                        head,
                        first_row: stretch.row + start,
                        first_position: extent.length(stretch.place) + start,
                        tokens: TOKENS.min(stretch.length - start),
                    },
                    Vec::new(),
                ));
            }
        }
    }
    let seen: &[f32] = queries;
    pool::over_pieces(&mut pieces, 1, |_, pieces| {
        for (piece, result) in pieces {
            *result = attend_piece(heads, layer, extent, piece, seen, row_width);
        }
    });
    let group = heads.queries / heads.keys * heads.width;
    for (piece, result) in &pieces {
        for (token, values) in result.chunks_exact(group).enumerate() {
            let at = (piece.first_row + token) * row_width + piece.head * group;
            queries[at..at + group].copy_from_slice(values);
        }
    }
}

fn attend_piece(
    heads: Heads,
    layer: &Layer,
    extent: &Extent,
    piece: &Piece,
    queries: &[f32],
    row_width: usize,
) -> Vec<f32> {
    let width = heads.width;
    let group = heads.queries / heads.keys;
    let rows = piece.tokens * group;
    // Token by token, the query heads of this key head.
    let mut query = Vec::with_capacity(rows * width);
    for token in 0..piece.tokens {
        let at = (piece.first_row + token) * row_width + piece.head * group * width;
        query.extend_from_slice(&queries[at..at + group * width]);
    }
    kernel::scale(&mut query, heads.scale);

    let mut result = vec![0.0; rows * width];
    let mut scores = vec![0.0; rows * BLOCK];
    let mut maxima = vec![HIDDEN; rows];
    let mut sums = vec![0.0; rows];
    let last_position = piece.first_position + piece.tokens - 1;
    for run in extent.runs(piece.place, piece.stretch) {
        for offset in (0..run.length).step_by(BLOCK) {
            let position = run.position + offset;
            if position > last_position {
                break;
            }
            let filled = BLOCK.min(run.length - offset);
            let oldest_seen = heads
                .window
                .map_or(0, |w| (piece.first_position + 1).saturating_sub(w));
            if position + filled <= oldest_seen {
                continue;
            }
            scores.fill(0.0);
            let keys = layer.keys(piece.head, run.slot + offset);
            kernel::add_product(&query, width, width, keys, BLOCK, &mut scores);
            for (row, scores) in scores.chunks_exact_mut(BLOCK).enumerate() {
                let own = piece.first_position + row / group;
                // Visible: up to the row's own position, filled, and within the window.
                let end = (own + 1).saturating_sub(position).min(filled);
                let start = heads
                    .window
                    .map_or(0, |w| (own + 1).saturating_sub(w + position))
                    .min(end);
                scores[..start].fill(HIDDEN);
                scores[end..].fill(HIDDEN);
                let mut shrink = 1.0;
                kernel::soften(scores, &mut maxima[row], &mut sums[row], &mut shrink);
                scores[end..].fill(0.0);
                if shrink < 1.0 {
                    kernel::scale(&mut result[row * width..(row + 1) * width], shrink);
                }
            }
            let values = layer.values(piece.head, run.slot + offset);
            kernel::add_product(&scores, BLOCK, filled, values, width, &mut result);
        }
    }
    for (result, &sum) in result.chunks_exact_mut(width).zip(&sums) {
        kernel::scale(result, 1.0 / sum);
    }
    result
}
