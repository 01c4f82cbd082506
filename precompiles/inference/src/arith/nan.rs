/// Bits of the only float32 NaN that is ever computed (rule R5).
pub const CANONICAL_NAN_F32: u32 = 0x7FC0_0000;
/// Bits of the only float64 NaN that is ever computed.
pub const CANONICAL_NAN_F64: u64 = 0x7FF8_0000_0000_0000;

/// Numbers that are canonical once written to a tensor.
pub trait Canonical {
    /// Itself, or the canonical NaN for any NaN.
    fn canonical(self) -> Self;
}

impl Canonical for f32 {
    #[inline(always)]
    fn canonical(self) -> Self {
        if self.is_nan() { Self::from_bits(CANONICAL_NAN_F32) } else { self }
    }
}

impl Canonical for f64 {
    #[inline(always)]
    fn canonical(self) -> Self {
        if self.is_nan() { Self::from_bits(CANONICAL_NAN_F64) } else { self }
    }
}

macro_rules! integers {
    ($($kind:ty)*) => {
        $(impl Canonical for $kind {
            #[inline(always)]
            fn canonical(self) -> Self {
                self
            }
        })*
    };
}

integers!(u8 i8 u16 i16 u32 i32 u64 i64);
