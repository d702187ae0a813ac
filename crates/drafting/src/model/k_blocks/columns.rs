//! A matrix that the threads fill column by column.

use std::marker::PhantomData;

/// Columns of [`over_columns`].
pub(super) const COLUMNS: usize = 16;

/// [`COLUMNS`] columns of a matrix.
pub(super) struct Columns<'m> {
    /// Of the first row.
    first: *mut f32,
    width: usize,
    rows: usize,
    matrix: PhantomData<&'m mut [f32]>,
}

impl Columns<'_> {
    /// Sets the values of one row.
    #[allow(unsafe_code)]
    pub(super) fn put(&mut self, row: usize, values: &[f32; COLUMNS]) {
        assert!(row < self.rows);
        // SAFETY: `over_columns` made this for columns that the matrix has in each of its `rows`
        // rows of `width` values, and nothing else reads or writes these columns meanwhile.
        let to = unsafe { self.first.add(row * self.width) };
        // SAFETY: as above.
        unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), to, COLUMNS) };
    }
}

/// A pointer that the threads share.
struct Shared(*mut f32);

// SAFETY: used only in `over_columns`, where no two threads touch the same values through it.
#[allow(unsafe_code)]
unsafe impl Sync for Shared {}

impl Shared {
    fn get(&self) -> *mut f32 {
        self.0
    }
}

/// Calls `f` with the number and the columns of each [`COLUMNS`] columns of a matrix, whose rows
/// have `width` values, a multiple of [`COLUMNS`]; on all threads.
pub(super) fn over_columns(
    matrix: &mut [f32],
    width: usize,
    f: impl Fn(usize, &mut Columns<'_>) + Sync,
) {
    assert!(width > 0 && width.is_multiple_of(COLUMNS));
    let rows = matrix.len() / width;
    let all = Shared(matrix.as_mut_ptr());
    candle_core::utils::barrier_pool().execute_chunked(width / COLUMNS, |range| {
        for number in range {
            // Each number comes once, so no two of these overlap.
            let mut columns = Columns {
                first: all.get().wrapping_add(number * COLUMNS),
                width,
                rows,
                matrix: PhantomData,
            };
            f(number, &mut columns);
        }
    });
}
