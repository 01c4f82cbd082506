//! Reading what constants hold.

use crate::OpError;

/// The bytes of a constant input that an operator reads as a table.
pub(super) fn table<'a>(constants: &[Option<&'a [u8]>], input: usize) -> Result<&'a [u8], OpError> {
    constants
        .get(input)
        .copied()
        .flatten()
        .ok_or_else(|| OpError::shape(format!("input {input} is a table, so it should be a constant")))
}

/// The words of a table of uint32.
pub(super) fn words<'a>(
    constants: &[Option<&'a [u8]>],
    input: usize,
) -> Result<impl ExactSizeIterator<Item = u32> + Clone + 'a, OpError> {
    let (words, _) = table(constants, input)?.as_chunks::<4>();
    Ok(words.iter().map(|&word| u32::from_le_bytes(word)))
}
