//! Work over rows on candle's own thread pool, so that no second pool competes for the cores.

use std::sync::{Mutex, PoisonError};

/// Calls `f` with the number and the values of each piece of `values`, on all threads.
///
/// Which thread takes which piece differs from run to run; as each piece is computed by one
/// thread alone, the result does not.
pub(super) fn over_pieces<T: Send>(
    values: &mut [T],
    piece: usize,
    f: impl Fn(usize, &mut [T]) + Sync,
) {
    if values.len() <= piece {
        // Waking the other threads would take longer.
        if !values.is_empty() {
            f(0, values);
        }
        return;
    }
    let pieces: Vec<Mutex<&mut [T]>> = values.chunks_mut(piece).map(Mutex::new).collect();
    candle_core::utils::barrier_pool().execute_chunked(pieces.len(), |range| {
        for number in range {
            let mut values = pieces[number]
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            f(number, &mut values);
        }
    });
}
