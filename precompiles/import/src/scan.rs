//! A walk over the protobuf wire format before anything is decoded.
//!
//! Decoding turns two bytes of an empty message into some hundred bytes of structure, so a small file could take the
//! memory of a large one. The walk follows the messages that ONNX has, adds up what the decoded form will take, bounds
//! the nesting, and says where a file is cut off. It allocates nothing but its stack of open messages.

use tract_onnx::pb;

use crate::{
    ImportError,
    limits::{MAX_DECODED_BYTES, MAX_NESTING},
};

/// First bytes of the fields of a model, ir_version first: exporters start with it.
const MODEL_KEYS: [u8; 11] = [0x08, 0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72, 0xa2, 0xca];

/// The messages that the walk enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Message {
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    SparseTensor,
    ValueInfo,
    Type,
    TensorType,
    Shape,
    Dimension,
    Training,
    Function,
    Annotation,
    /// One without messages inside.
    Leaf,
}

/// What a length-delimited field holds.
enum Content {
    Message(Message),
    /// Integers of one byte or more each.
    Varints,
    /// Text, bytes or fixed-width numbers: as long decoded as encoded.
    Plain,
}

impl Message {
    /// Bytes of the decoded structure itself.
    const fn size(self) -> usize {
        match self {
            Self::Model => size_of::<pb::ModelProto>(),
            Self::Graph => size_of::<pb::GraphProto>(),
            Self::Node => size_of::<pb::NodeProto>(),
            Self::Attribute => size_of::<pb::AttributeProto>(),
            Self::Tensor => size_of::<pb::TensorProto>(),
            Self::SparseTensor => size_of::<pb::SparseTensorProto>(),
            Self::ValueInfo => size_of::<pb::ValueInfoProto>(),
            Self::Type => size_of::<pb::TypeProto>(),
            Self::TensorType | Self::Shape => size_of::<pb::TensorShapeProto>(),
            Self::Dimension => size_of::<pb::tensor_shape_proto::Dimension>(),
            Self::Training => size_of::<pb::TrainingInfoProto>(),
            Self::Function => size_of::<pb::FunctionProto>(),
            Self::Annotation => size_of::<pb::TensorAnnotation>(),
            Self::Leaf => size_of::<pb::StringStringEntryProto>(),
        }
    }

    /// What the field `number` of this message holds, by onnx.proto.
    const fn content(self, number: u64) -> Content {
        use Message as M;
        let message = match (self, number) {
            (M::Model, 7) => M::Graph,
            (M::Model, 20) => M::Training,
            (M::Model, 25) => M::Function,
            (M::Model, 8 | 14) => M::Leaf,
            (M::Graph, 1) | (M::Function, 7) => M::Node,
            (M::Graph, 5) => M::Tensor,
            (M::Graph, 15) => M::SparseTensor,
            (M::Graph, 11..=13) => M::ValueInfo,
            (M::Graph, 14) => M::Annotation,
            (M::Node, 5) | (M::Function, 11) => M::Attribute,
            (M::Attribute, 5 | 10) => M::Tensor,
            (M::Attribute, 6 | 11) => M::Graph,
            (M::Attribute, 22 | 23) => M::SparseTensor,
            (M::Attribute, 14 | 15) => M::Type,
            (M::Tensor, 3 | 13) | (M::Training, 3 | 4) | (M::Function, 9) | (M::Annotation, 2) => M::Leaf,
            (M::SparseTensor, 1 | 2) => M::Tensor,
            (M::ValueInfo, 2) => M::Type,
            (M::Type, 1) => M::TensorType,
            (M::TensorType, 2) => M::Shape,
            (M::Shape, 1) => M::Dimension,
            (M::Training, 1 | 2) => M::Graph,
            (M::Tensor, 1 | 5 | 7 | 11) | (M::Attribute, 8) | (M::SparseTensor, 3) => return Content::Varints,
            _ => return Content::Plain,
        };
        Content::Message(message)
    }
}

/// Checks the wire format of a whole file.
pub(crate) fn scan(bytes: &[u8]) -> Result<(), ImportError> {
    if !bytes.first().is_some_and(|first| MODEL_KEYS.contains(first)) {
        return Err(ImportError::NotOnnx { why: "it does not start with a field of a model".to_owned() });
    }
    let mut scanner = Scanner { bytes, offset: 0, decoded: 0 };
    let mut open = vec![(Message::Model, bytes.len())];
    while let Some(&(message, end)) = open.last() {
        if scanner.offset == end {
            open.pop();
        } else if let Some(inner) = scanner.field(message, end)? {
            if open.len() >= MAX_NESTING {
                let found = open.len() as u64 + 1;
                return Err(ImportError::Limit { what: "nesting of messages", found, limit: MAX_NESTING as u64 });
            }
            open.push(inner);
        }
    }
    Ok(())
}

struct Scanner<'a> {
    bytes: &'a [u8],
    offset: usize,
    decoded: u64,
}

impl Scanner<'_> {
    /// Reads one field of `message`; where it is a message too, its kind and end, with the offset at its start.
    fn field(&mut self, message: Message, end: usize) -> Result<Option<(Message, usize)>, ImportError> {
        let start = self.offset;
        let key = self.varint(end)?;
        let (number, wire) = (key >> 3, key & 7);
        if number == 0 {
            return Err(self.malformed(start));
        }
        match wire {
            0 => {
                self.varint(end)?;
                self.charge(8)?;
            }
            1 => self.skip(8, end)?,
            5 => self.skip(4, end)?,
            2 => return self.delimited(message.content(number), end),
            _ => return Err(self.malformed(start)),
        }
        Ok(None)
    }

    fn delimited(&mut self, content: Content, end: usize) -> Result<Option<(Message, usize)>, ImportError> {
        let length = self.varint(end)?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        match content {
            Content::Message(inner) => {
                self.charge(inner.size())?;
                let inner_end = self.offset.checked_add(length).filter(|&e| e <= end);
                return inner_end.map(|e| Some((inner, e))).ok_or_else(|| self.cut_off(end));
            }
            Content::Varints => self.charge(length.saturating_mul(8))?,
            Content::Plain => self.charge(length.saturating_add(size_of::<Vec<u8>>()))?,
        }
        self.skip(length, end)?;
        Ok(None)
    }

    fn varint(&mut self, end: usize) -> Result<u64, ImportError> {
        let start = self.offset;
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = match self.bytes.get(self.offset) {
                Some(&byte) if self.offset < end => byte,
                _ => return Err(self.cut_off(end)),
            };
            self.offset += 1;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(self.malformed(start))
    }

    fn skip(&mut self, length: usize, end: usize) -> Result<(), ImportError> {
        self.charge(8)?;
        let next = self.offset.checked_add(length).filter(|&next| next <= end);
        self.offset = next.ok_or_else(|| self.cut_off(end))?;
        Ok(())
    }

    fn charge(&mut self, bytes: usize) -> Result<(), ImportError> {
        self.decoded = self.decoded.saturating_add(bytes as u64);
        if self.decoded > MAX_DECODED_BYTES {
            let (found, limit) = (self.decoded, MAX_DECODED_BYTES);
            return Err(ImportError::Limit { what: "memory of the decoded file in bytes", found, limit });
        }
        Ok(())
    }

    /// A field that runs over its end: over the file's, or over that of the message around it.
    fn cut_off(&self, end: usize) -> ImportError {
        if end == self.bytes.len() && self.bytes.first() == Some(&MODEL_KEYS[0]) {
            ImportError::Truncated { bytes: end as u64 }
        } else {
            self.malformed(self.offset)
        }
    }

    fn malformed(&self, offset: usize) -> ImportError {
        ImportError::NotOnnx { why: format!("byte {offset} is not part of a valid field") }
    }
}
