//! Unsigned LEB128 integers, shortest form only, and a reader over a byte slice that never reads past its end.

/// A read that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReadError {
    /// The bytes end too early.
    #[error("the bytes end too early")]
    End,
    /// An integer above 64 bits, or not in its shortest form.
    #[error("an integer is not in its shortest form or exceeds 64 bits")]
    Varint,
}

/// Appends `value`, seven bits at a time, lowest first; the high bit of a byte says that another follows.
pub(crate) fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// A cursor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn remaining(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], ReadError> {
        let (head, tail) = self.0.split_at_checked(count).ok_or(ReadError::End)?;
        self.0 = tail;
        Ok(head)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        let (head, tail) = self.0.split_first_chunk::<N>().ok_or(ReadError::End)?;
        self.0 = tail;
        Ok(*head)
    }

    pub(crate) fn varint(&mut self) -> Result<u64, ReadError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            let bits = u64::from(byte & 0x7F);
            if shift == 63 && bits > 1 {
                return Err(ReadError::Varint);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                let shortest = byte != 0 || shift == 0;
                return if shortest { Ok(value) } else { Err(ReadError::Varint) };
            }
        }
        Err(ReadError::Varint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_integer_reads_back(value in any::<u64>(), shift in 0u32..64) {
            let value = value >> shift;
            let mut out = Vec::new();
            put(&mut out, value);
            let mut reader = Reader::new(&out);
            prop_assert_eq!(reader.varint(), Ok(value));
            prop_assert_eq!(reader.remaining(), 0);
        }

        #[test]
        fn whatever_reads_is_in_its_only_form(bytes in prop::collection::vec(any::<u8>(), 0..12)) {
            let mut reader = Reader::new(&bytes);
            if let Ok(value) = reader.varint() {
                let mut out = Vec::new();
                put(&mut out, value);
                prop_assert_eq!(&out[..], &bytes[..bytes.len() - reader.remaining()]);
            }
        }
    }

    #[test]
    fn a_longer_form_and_a_65_bit_integer_are_refused() {
        assert_eq!(Reader::new(&[0x80, 0x00]).varint(), Err(ReadError::Varint));
        let mut over = [0xFF; 10];
        over[9] = 0x02;
        assert_eq!(Reader::new(&over).varint(), Err(ReadError::Varint));
    }
}
