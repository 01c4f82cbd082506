//! Reading and writing the fields of a Plan: fixed-width little-endian numbers, counts before lists. Every count is
//! checked against its limit and against the bytes that are left before anything is allocated.

use crate::{DType, PlanError, TensorType, limits::MAX_RANK};

/// Reads fields from untrusted bytes.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0 }
    }

    /// Bytes that are left.
    pub const fn remaining(&self) -> usize {
        self.bytes.len() - self.offset
    }

    /// The next `count` bytes.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], PlanError> {
        if count > self.remaining() {
            return Err(PlanError::Truncated { offset: self.offset, needed: count - self.remaining() });
        }
        let taken = &self.bytes[self.offset..self.offset + count];
        self.offset += count;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], PlanError> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
    }

    /// One byte.
    pub fn u8(&mut self) -> Result<u8, PlanError> {
        Ok(self.array::<1>()?[0])
    }

    /// A byte that is 0 or 1.
    pub fn bool(&mut self) -> Result<bool, PlanError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(PlanError::NotCanonical { what: "a flag is neither 0 nor 1" }),
        }
    }

    /// Two bytes.
    pub fn u16(&mut self) -> Result<u16, PlanError> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    /// Four bytes.
    pub fn u32(&mut self) -> Result<u32, PlanError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// Eight bytes.
    pub fn u64(&mut self) -> Result<u64, PlanError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// Eight bytes, two's complement.
    pub fn i64(&mut self) -> Result<i64, PlanError> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    /// A finite float32.
    pub fn f32(&mut self) -> Result<f32, PlanError> {
        let value = f32::from_le_bytes(self.array()?);
        if value.is_finite() { Ok(value) } else { Err(PlanError::NotCanonical { what: "an attribute is not finite" }) }
    }

    /// 32 bytes.
    pub fn hash(&mut self) -> Result<[u8; 32], PlanError> {
        self.array()
    }

    /// A count of items that take at least `item_bytes` bytes each, at most `limit`.
    pub fn count(&mut self, what: &'static str, limit: usize, item_bytes: usize) -> Result<usize, PlanError> {
        let offset = self.offset;
        let count = self.u32()? as usize;
        if count > limit {
            return Err(PlanError::Limit { what, found: count as u64, limit: limit as u64 });
        }
        let needed = count.saturating_mul(item_bytes);
        if needed > self.remaining() {
            return Err(PlanError::Truncated { offset, needed: needed - self.remaining() });
        }
        Ok(count)
    }

    /// A list of at most `limit` items.
    pub fn list<T>(
        &mut self,
        what: &'static str,
        limit: usize,
        item_bytes: usize,
        mut item: impl FnMut(&mut Self) -> Result<T, PlanError>,
    ) -> Result<Vec<T>, PlanError> {
        let count = self.count(what, limit, item_bytes)?;
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// UTF-8 of at most `limit` bytes.
    pub fn string(&mut self, what: &'static str, limit: usize) -> Result<String, PlanError> {
        let count = self.count(what, limit, 1)?;
        let bytes = self.take(count)?;
        let text = core::str::from_utf8(bytes).map_err(|_| PlanError::NotCanonical { what: "a name is not UTF-8" })?;
        Ok(text.to_owned())
    }

    /// Element type and shape.
    pub fn tensor_type(&mut self) -> Result<TensorType, PlanError> {
        let dtype = DType::try_from(self.u8()?)?;
        let shape = self.list("rank", MAX_RANK, 4, Self::u32)?;
        Ok(TensorType { dtype, shape })
    }

    /// Accepts only the end of the bytes.
    pub fn end(&self) -> Result<(), PlanError> {
        if self.remaining() == 0 { Ok(()) } else { Err(PlanError::NotCanonical { what: "bytes after the last field" }) }
    }
}

/// Writes fields.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// One byte.
    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// 0 or 1.
    pub fn bool(&mut self, value: bool) {
        self.u8(u8::from(value));
    }

    /// Two bytes.
    pub fn u16(&mut self, value: u16) {
        self.raw(&value.to_le_bytes());
    }

    /// Four bytes.
    pub fn u32(&mut self, value: u32) {
        self.raw(&value.to_le_bytes());
    }

    /// Eight bytes.
    pub fn u64(&mut self, value: u64) {
        self.raw(&value.to_le_bytes());
    }

    /// Eight bytes, two's complement.
    pub fn i64(&mut self, value: i64) {
        self.raw(&value.to_le_bytes());
    }

    /// The bits of a float32.
    pub fn f32(&mut self, value: f32) {
        self.raw(&value.to_le_bytes());
    }

    /// A count.
    pub fn count(&mut self, count: usize) {
        self.u32(u32::try_from(count).unwrap_or(u32::MAX));
    }

    /// A count and the items.
    pub fn list<T>(&mut self, items: &[T], mut item: impl FnMut(&mut Self, &T)) {
        self.count(items.len());
        for entry in items {
            item(self, entry);
        }
    }

    /// A count and UTF-8.
    pub fn string(&mut self, text: &str) {
        self.count(text.len());
        self.raw(text.as_bytes());
    }

    /// Element type and shape.
    pub fn tensor_type(&mut self, value: &TensorType) {
        self.u8(value.dtype.code());
        self.list(&value.shape, |w, &dim| w.u32(dim));
    }
}
