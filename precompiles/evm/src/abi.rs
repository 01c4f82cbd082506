//! Calldata to calls. Everything is borrowed and bounded: nothing is allocated by a length that the calldata merely
//! claims, and arrays that overlap (which would let a small input expand) are refused.

use alloy_primitives::{B256, U256};
use alloy_sol_types::SolCall;
use praxis_contracts::{IInference, IModelValidator};
use praxis_model::limits::MAX_MODEL_ARITY;

const WORD: usize = 32;

/// A call of the precompile.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Call<'a> {
    Infer { model: B256, inputs: RawTensors<'a> },
    InferFixed { model: B256, output_index: U256, input: Words<'a>, decimals: u8 },
    InferenceGas { model: B256 },
    ObservedCount,
    Observed { index: U256 },
    ValidateModel { model: B256 },
}

/// Input tensors as the caller gave them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RawTensors<'a> {
    /// How many the caller gave.
    pub(crate) count: usize,
    /// The tensors; empty when there are more than any model takes.
    pub(crate) tensors: Vec<RawTensor<'a>>,
}

/// An input tensor as the caller gave it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RawTensor<'a> {
    pub(crate) dtype: u8,
    pub(crate) shape: Vec<u32>,
    pub(crate) data: &'a [u8],
}

/// An array of 32-byte words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Words<'a>(&'a [u8]);

impl<'a> Words<'a> {
    pub(crate) const fn len(&self) -> usize {
        self.0.len() / WORD
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = U256> + 'a {
        self.0.chunks_exact(WORD).map(U256::from_be_slice)
    }
}

/// Decodes a call; `None` when there is no such function or the arguments are not its encoding.
pub(crate) fn decode(calldata: &[u8]) -> Option<Call<'_>> {
    let (selector, arguments) = calldata.split_first_chunk::<4>()?;
    let mut reader = Reader { bytes: arguments, unread: arguments.len() };
    Some(match *selector {
        IInference::inferCall::SELECTOR => {
            let (model, at) = (reader.hash(0)?, reader.offset(WORD)?);
            Call::Infer { model, inputs: reader.tensors(at)? }
        }
        IInference::inferFixedCall::SELECTOR => Call::InferFixed {
            model: reader.hash(0)?,
            output_index: reader.word(WORD)?,
            input: reader.offset(2 * WORD).and_then(|at| reader.words(at))?,
            decimals: reader.word(3 * WORD)?.try_into().ok()?,
        },
        IInference::inferenceGasCall::SELECTOR => Call::InferenceGas { model: reader.hash(0)? },
        IInference::observedCountCall::SELECTOR => Call::ObservedCount,
        IInference::observedCall::SELECTOR => Call::Observed { index: reader.word(0)? },
        IModelValidator::validateModelCall::SELECTOR => Call::ValidateModel { model: reader.hash(0)? },
        _ => return None,
    })
}

struct Reader<'a> {
    bytes: &'a [u8],
    /// Array bytes that may still be read: all arrays together never exceed the calldata.
    unread: usize,
}

impl<'a> Reader<'a> {
    fn word(&self, at: usize) -> Option<U256> {
        self.bytes.get(at..at.checked_add(WORD)?).map(U256::from_be_slice)
    }

    fn hash(&self, at: usize) -> Option<B256> {
        self.word(at).map(B256::from)
    }

    /// An offset or a length; more than the calldata has is never right.
    fn offset(&self, at: usize) -> Option<usize> {
        usize::try_from(self.word(at)?).ok().filter(|value| *value <= self.bytes.len())
    }

    fn take(&mut self, at: usize, length: usize) -> Option<&'a [u8]> {
        let bytes = self.bytes.get(at..at.checked_add(length)?)?;
        self.unread = self.unread.checked_sub(length)?;
        Some(bytes)
    }

    fn words(&mut self, at: usize) -> Option<Words<'a>> {
        let length = self.offset(at)?.checked_mul(WORD)?;
        self.take(at + WORD, length).map(Words)
    }

    fn byte_string(&mut self, at: usize) -> Option<&'a [u8]> {
        let length = self.offset(at)?;
        self.take(at + WORD, length)
    }

    fn tensors(&mut self, at: usize) -> Option<RawTensors<'a>> {
        let heads = self.words(at)?;
        let count = heads.len();
        let mut tensors = Vec::new();
        if count <= MAX_MODEL_ARITY {
            let base = at + WORD;
            for head in heads.iter() {
                let offset = usize::try_from(head).ok()?;
                tensors.push(self.tensor(base.checked_add(offset)?)?);
            }
        }
        Some(RawTensors { count, tensors })
    }

    fn tensor(&mut self, at: usize) -> Option<RawTensor<'a>> {
        let dtype = self.word(at)?.try_into().ok()?;
        let shape_at = at.checked_add(self.offset(at.checked_add(WORD)?)?)?;
        let data_at = at.checked_add(self.offset(at.checked_add(2 * WORD)?)?)?;
        let shape = self.words(shape_at)?.iter().map(|dim| dim.try_into().ok()).collect::<Option<Vec<u32>>>()?;
        Some(RawTensor { dtype, shape, data: self.byte_string(data_at)? })
    }
}

/// Bytes of `Tensor[]` as the only result of a function, for tensors of these ranks and data lengths.
pub(crate) fn tensors_len(tensors: impl Iterator<Item = (u64, u64)>) -> u64 {
    const W: u64 = WORD as u64;
    tensors.fold(2 * W, |sum, (rank, bytes)| {
        let padded = bytes.div_ceil(W).saturating_mul(W);
        // Offset, three heads, the shape's length and words, the data's length and words.
        sum.saturating_add(W + 3 * W + W + W).saturating_add(rank.saturating_mul(W)).saturating_add(padded)
    })
}

/// Bytes of `int256[]` as the only result of a function.
pub(crate) const fn words_len(count: u64) -> u64 {
    (WORD as u64).saturating_mul(count.saturating_add(2))
}
