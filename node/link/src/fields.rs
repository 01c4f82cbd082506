//! Fields of frames: integers little-endian, bytes with their length in four bytes before them.

use crate::LinkError;

/// Writes fields.
#[derive(Default)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn new(kind: u8) -> Self {
        Self(vec![kind])
    }

    pub(crate) fn u8(mut self, value: u8) -> Self {
        self.0.push(value);
        self
    }

    pub(crate) fn u32(mut self, value: u32) -> Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    pub(crate) fn u64(mut self, value: u64) -> Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    /// Whoever makes a message keeps its fields below 4 GiB; a longer one would be cut and then not read.
    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.0.extend_from_slice(&length.to_le_bytes());
        self.0.extend_from_slice(bytes);
        self
    }

    pub(crate) fn list(mut self, texts: &[String]) -> Self {
        self = self.u32(u32::try_from(texts.len()).unwrap_or(u32::MAX));
        texts.iter().fold(self, |writer, text| writer.bytes(text.as_bytes()))
    }

    pub(crate) fn done(self) -> Vec<u8> {
        self.0
    }
}

/// Reads them.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], LinkError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(LinkError::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], LinkError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(LinkError::Short)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, LinkError> {
        Ok(self.array::<1>()?[0])
    }

    pub(crate) fn u32(&mut self) -> Result<u32, LinkError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(crate) fn u64(&mut self) -> Result<u64, LinkError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    pub(crate) fn bytes(&mut self, limit: usize) -> Result<&'a [u8], LinkError> {
        let length = self.u32()? as usize;
        if length > limit {
            return Err(LinkError::TooLong { length, limit });
        }
        self.take(length)
    }

    pub(crate) fn text(&mut self, limit: usize) -> Result<String, LinkError> {
        String::from_utf8(self.bytes(limit)?.to_vec()).map_err(|_| LinkError::Text)
    }

    pub(crate) fn list(&mut self, most: usize, limit: usize) -> Result<Vec<String>, LinkError> {
        let length = self.u32()? as usize;
        if length > most {
            return Err(LinkError::TooLong { length, limit: most });
        }
        (0..length).map(|_| self.text(limit)).collect()
    }

    /// Nothing may be left.
    pub(crate) const fn end(self) -> Result<(), LinkError> {
        match self.0.len() {
            0 => Ok(()),
            left => Err(LinkError::Trailing(left)),
        }
    }
}
