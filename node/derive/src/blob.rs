//! Bytes in a blob. A blob is 4096 field elements of 32 bytes, each below the order of BLS12-381's scalar field, which is
//! above 2^254: so 254 bits of each are free to use.

/// Bytes of a blob.
pub const BLOB_BYTES: usize = 131_072;

/// Most bytes of data in one blob: 127 of each four field elements, less the header.
pub const MAX_BLOB_DATA: usize = GROUPS * GROUP_DATA - HEADER;

/// The first byte of a blob's stream.
pub const BLOB_VERSION: u8 = 0;

const ELEMENT: usize = 32;
const GROUP: usize = 4 * ELEMENT;
/// Bytes that a group carries: 4 * 254 bits.
const GROUP_DATA: usize = 127;
const GROUPS: usize = BLOB_BYTES / GROUP;
/// Version and length.
const HEADER: usize = 4;

/// A blob that carries no data, or data that does not fit in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BlobError {
    /// Not a blob.
    #[error("it has {0} bytes, and a blob has {BLOB_BYTES}")]
    Size(usize),
    /// A field element uses more than 254 bits.
    #[error("its field element {element} begins with {byte:#04x}, above 0x3f")]
    Element {
        /// Index of the field element.
        element: usize,
        /// Its first byte.
        byte: u8,
    },
    /// Another version.
    #[error("its version is {0}, not {BLOB_VERSION}")]
    Version(u8),
    /// More data than a blob holds.
    #[error("it has {0} bytes of data, above {MAX_BLOB_DATA}")]
    Length(usize),
    /// Something stands after the data.
    #[error("byte {0} of its stream is not zero, though the data ends before it")]
    Padding(usize),
}

/// The blob that carries `data`.
///
/// # Errors
/// When `data` has more than [`MAX_BLOB_DATA`] bytes.
pub fn encode_blob(data: &[u8]) -> Result<Vec<u8>, BlobError> {
    if data.len() > MAX_BLOB_DATA {
        return Err(BlobError::Length(data.len()));
    }
    let mut stream = vec![0; GROUPS * GROUP_DATA];
    stream[..HEADER].copy_from_slice(&(data.len() as u32).to_be_bytes());
    stream[0] = BLOB_VERSION;
    stream[HEADER..HEADER + data.len()].copy_from_slice(data);
    let mut blob = vec![0; BLOB_BYTES];
    for (group, bytes) in blob.chunks_exact_mut(GROUP).zip(stream.chunks_exact(GROUP_DATA)) {
        let (low, high) = bytes.split_at(GROUP_DATA - 3);
        let high = u32::from_be_bytes([0, high[0], high[1], high[2]]);
        for (index, (element, low)) in group.chunks_exact_mut(ELEMENT).zip(low.chunks_exact(ELEMENT - 1)).enumerate() {
            element[0] = (high >> (18 - 6 * index)) as u8 & 0x3F;
            element[1..].copy_from_slice(low);
        }
    }
    Ok(blob)
}

/// The data that a blob carries.
///
/// # Errors
/// When it is not what [`encode_blob`] makes of any data.
pub fn decode_blob(blob: &[u8]) -> Result<Vec<u8>, BlobError> {
    if blob.len() != BLOB_BYTES {
        return Err(BlobError::Size(blob.len()));
    }
    let mut stream = Vec::with_capacity(GROUPS * GROUP_DATA);
    for (group_index, group) in blob.chunks_exact(GROUP).enumerate() {
        let mut high = 0u32;
        for (index, element) in group.chunks_exact(ELEMENT).enumerate() {
            if element[0] > 0x3F {
                return Err(BlobError::Element { element: 4 * group_index + index, byte: element[0] });
            }
            high = high << 6 | u32::from(element[0]);
            stream.extend_from_slice(&element[1..]);
        }
        stream.extend_from_slice(&high.to_be_bytes()[1..]);
    }
    if stream[0] != BLOB_VERSION {
        return Err(BlobError::Version(stream[0]));
    }
    let length = u32::from_be_bytes([0, stream[1], stream[2], stream[3]]) as usize;
    if length > MAX_BLOB_DATA {
        return Err(BlobError::Length(length));
    }
    let padding = HEADER + length;
    if let Some(at) = stream[padding..].iter().position(|byte| *byte != 0) {
        return Err(BlobError::Padding(padding + at));
    }
    stream.truncate(padding);
    stream.drain(..HEADER);
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn data_reads_back_and_every_element_is_below_two_to_the_254(
            length in prop_oneof![0usize..=300, MAX_BLOB_DATA - 300..=MAX_BLOB_DATA],
            seed in any::<u8>(),
        ) {
            let data: Vec<u8> = (0..length).map(|i| (i as u8).wrapping_mul(167) ^ seed | 0x81).collect();
            let blob = encode_blob(&data).unwrap();
            prop_assert_eq!(blob.len(), BLOB_BYTES);
            prop_assert!(blob.chunks(ELEMENT).all(|element| element[0] < 0x40));
            prop_assert_eq!(decode_blob(&blob).unwrap(), data);
        }

        #[test]
        fn one_changed_byte_is_other_data_or_an_error(at in 0..BLOB_BYTES, change in 1u8..) {
            let data = vec![7; 1000];
            let mut blob = encode_blob(&data).unwrap();
            blob[at] ^= change;
            prop_assert_ne!(decode_blob(&blob).ok(), Some(data));
        }
    }

    #[test]
    fn what_is_no_data_is_refused_by_name() {
        assert_eq!(encode_blob(&vec![0; MAX_BLOB_DATA + 1]), Err(BlobError::Length(MAX_BLOB_DATA + 1)));
        assert_eq!(decode_blob(&[]), Err(BlobError::Size(0)));
        let good = encode_blob(&[1, 2]).unwrap();
        let with = |at: usize, byte: u8| {
            let mut blob = good.clone();
            blob[at] = byte;
            decode_blob(&blob)
        };
        assert_eq!(with(3 * 32, 0x40), Err(BlobError::Element { element: 3, byte: 0x40 }));
        assert_eq!(with(1, 9), Err(BlobError::Version(9)));
        assert_eq!(with(2, 2), Err(BlobError::Length((2 << 16) + 2)));
        assert_eq!(with(4, 1), Err(BlobError::Padding(5)));
        assert_eq!(with(0, 1), Err(BlobError::Padding(124)));
        assert_eq!(decode_blob(&[0; BLOB_BYTES]), Ok(vec![]));
    }

    #[test]
    fn the_example_of_the_specification() {
        let mut data = vec![0xAA; 120];
        data.extend_from_slice(&[0xFC, 0x0F, 0x81]);
        let blob = encode_blob(&data).unwrap();
        assert_eq!(&blob[..6], &[0x3F, 0, 0, 0, 123, 0xAA]);
        assert_eq!([blob[32], blob[64], blob[96]], [0x00, 0x3E, 0x01]);
    }
}
