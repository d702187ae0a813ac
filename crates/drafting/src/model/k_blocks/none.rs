//! On processors other than x86-64 there are no such matrices: candle's own code is used there.

use candle_core::quantized::GgmlDType;

/// Never made.
pub(super) enum KBlocks {}

impl KBlocks {
    pub(super) fn new(_: GgmlDType, _: &[u8], _: usize, _: usize) -> Option<Self> {
        None
    }

    pub(super) fn row(&self, _: usize, _: &mut Vec<f32>) {
        match *self {}
    }

    pub(super) fn times(&self, _: &[f32]) -> Vec<f32> {
        match *self {}
    }
}
