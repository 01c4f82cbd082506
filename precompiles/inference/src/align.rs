//! Memory aligned to cache lines, seen as bytes or as elements.

use crate::Fault;

/// Bytes of one line.
pub(crate) const LINE: usize = 64;

#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Line([u8; LINE]);

/// A zeroed buffer of whole lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct AlignedBytes {
    lines: Vec<Line>,
}

impl AlignedBytes {
    /// At least `bytes` bytes of zeros.
    pub(crate) fn zeroed(bytes: usize) -> Self {
        Self { lines: vec![Line([0; LINE]); bytes.div_ceil(LINE)] }
    }

    /// A copy of `bytes`, zero to the end of the last line.
    pub(crate) fn copy_of(bytes: &[u8]) -> Self {
        let mut copy = Self::zeroed(bytes.len());
        copy.as_mut_slice()[..bytes.len()].copy_from_slice(bytes);
        copy
    }

    /// Size in bytes.
    pub(crate) fn len(&self) -> usize {
        self.lines.len() * LINE
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        // SAFETY: `Line` is 64 initialised bytes without padding, so the lines are `len()` contiguous bytes.
        unsafe { core::slice::from_raw_parts(self.lines.as_ptr().cast(), self.len()) }
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [u8] {
        // SAFETY: as in `as_slice`; every byte value is valid for `Line`.
        unsafe { core::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.len()) }
    }
}

/// A number that any bit pattern of its size is a valid value of.
///
/// # Safety
/// Implementors have no padding and no invalid bit pattern.
pub(crate) unsafe trait Plain: Copy + Send + Sync + 'static {}

macro_rules! plain {
    ($($kind:ty)*) => {
        $(
            // SAFETY: a primitive number has no padding and no invalid bit pattern.
            unsafe impl Plain for $kind {}
        )*
    };
}

plain!(f32 f64 u8 i8 u16 i16 u32 i32 u64 i64);

/// The bytes as elements; a fault when they are not aligned or not whole elements.
pub(crate) fn elements<T: Plain>(bytes: &[u8]) -> Result<&[T], Fault> {
    // SAFETY: every bit pattern is a valid `T`.
    let (before, elements, after) = unsafe { bytes.align_to::<T>() };
    if before.is_empty() && after.is_empty() { Ok(elements) } else { Err(Fault::Internal("misaligned tensor")) }
}

/// The bytes as elements that can be written.
pub(crate) fn elements_mut<T: Plain>(bytes: &mut [u8]) -> Result<&mut [T], Fault> {
    // SAFETY: every bit pattern is a valid `T`, and every `T` is valid bytes.
    let (before, elements, after) = unsafe { bytes.align_to_mut::<T>() };
    if before.is_empty() && after.is_empty() { Ok(elements) } else { Err(Fault::Internal("misaligned tensor")) }
}
