use serde::{Deserialize, Serialize};

use crate::PlanError;

/// Element types, numbered as ONNX's `TensorProto.DataType`. There is no float16: rule R8 leaves it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
#[serde(rename_all = "lowercase")]
pub enum DType {
    /// IEEE-754 binary32.
    F32 = 1,
    /// Unsigned 8-bit.
    U8 = 2,
    /// Signed 8-bit.
    I8 = 3,
    /// Unsigned 16-bit.
    U16 = 4,
    /// Signed 16-bit.
    I16 = 5,
    /// Signed 32-bit.
    I32 = 6,
    /// Signed 64-bit.
    I64 = 7,
    /// One byte, 0 or 1.
    Bool = 9,
    /// IEEE-754 binary64.
    F64 = 11,
    /// Unsigned 32-bit.
    U32 = 12,
    /// Unsigned 64-bit.
    U64 = 13,
}

impl DType {
    /// All element types, by number.
    pub const ALL: [Self; 11] = [
        Self::F32,
        Self::U8,
        Self::I8,
        Self::U16,
        Self::I16,
        Self::I32,
        Self::I64,
        Self::Bool,
        Self::F64,
        Self::U32,
        Self::U64,
    ];

    /// Bytes of one element.
    pub const fn size(self) -> usize {
        match self {
            Self::U8 | Self::I8 | Self::Bool => 1,
            Self::U16 | Self::I16 => 2,
            Self::F32 | Self::I32 | Self::U32 => 4,
            Self::I64 | Self::F64 | Self::U64 => 8,
        }
    }

    /// The ONNX number.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The type with this ONNX number, if Plans know it.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|dtype| dtype.code() == code)
    }

    /// Whether it is float32 or float64.
    pub const fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    /// Whether it is a signed or unsigned integer (not bool).
    pub const fn is_integer(self) -> bool {
        !self.is_float() && !matches!(self, Self::Bool)
    }

    /// Its name in ONNX's documentation.
    pub const fn name(self) -> &'static str {
        match self {
            Self::F32 => "float32",
            Self::U8 => "uint8",
            Self::I8 => "int8",
            Self::U16 => "uint16",
            Self::I16 => "int16",
            Self::I32 => "int32",
            Self::I64 => "int64",
            Self::Bool => "bool",
            Self::F64 => "float64",
            Self::U32 => "uint32",
            Self::U64 => "uint64",
        }
    }
}

impl TryFrom<u8> for DType {
    type Error = PlanError;

    fn try_from(code: u8) -> Result<Self, PlanError> {
        Self::from_code(code).ok_or(PlanError::DType { code })
    }
}

impl core::fmt::Display for DType {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}
