/// IEEE 754-2019 `maximum` and `minimum`: NaN when either is NaN, and -0 is below +0 (rule R5).
pub trait Extreme: Copy {
    /// The larger one.
    fn larger(self, other: Self) -> Self;
    /// The smaller one.
    fn smaller(self, other: Self) -> Self;
}

macro_rules! floats {
    ($($kind:ident)*) => {
        $(impl Extreme for $kind {
            #[inline(always)]
            fn larger(self, other: Self) -> Self {
                // Equal numbers differ at most in the sign of a zero: the conjunction of the bits is +0 then.
                let equal = $kind::from_bits(self.to_bits() & other.to_bits());
                let larger = if self > other { self } else { other };
                let larger = if self == other { equal } else { larger };
                if self.is_nan() { self } else { larger }
            }

            #[inline(always)]
            fn smaller(self, other: Self) -> Self {
                let equal = $kind::from_bits(self.to_bits() | other.to_bits());
                let smaller = if self < other { self } else { other };
                let smaller = if self == other { equal } else { smaller };
                if self.is_nan() { self } else { smaller }
            }
        })*
    };
}

floats!(f32 f64);
