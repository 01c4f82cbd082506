use super::{
    super::{Operator, rules},
    tables::{table, words},
};
use crate::{
    DType, OpError, PlanError, TensorType, Work,
    codec::{Reader, Writer},
};

/// Appends columns to rows: 0 where one of the row's elements is a member of a set, 1 where it is not. Trees that ask for
/// equality or membership compare these columns with 1/2.
///
/// Inputs, all but the first constant, T being float32 or float64:
/// 0. the rows, T`[N, F]`;
/// 1. the sets, uint32`[S, 2]`: which element of the row, and the number of members;
/// 2. the members of all sets, T`[M]`, each set ascending. A set with NaN, which stands last, has it as a member.
///
/// The output is T`[N, F + S]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetMembership;

fn ascends<const N: usize, T: PartialOrd + Copy>(bytes: &[u8], from: impl Fn([u8; N]) -> T) -> bool {
    let members = || bytes.as_chunks::<N>().0.iter().map(|&member| from(member));
    let last = members().count().saturating_sub(1);
    // NaN is incomparable even with itself; it may only stand last.
    let ordered = members().zip(members().skip(1)).enumerate();
    let is_nan = |value: T| value.partial_cmp(&value).is_none();
    ordered.into_iter().all(|(index, (a, b))| a < b || (index + 1 == last && is_nan(b) && !is_nan(a)))
}

impl Operator for SetMembership {
    fn encode(&self, _out: &mut Writer) {}

    fn decode(_reader: &mut Reader<'_>) -> Result<Self, PlanError> {
        Ok(Self)
    }

    fn outputs(&self, inputs: &[TensorType]) -> Result<Vec<TensorType>, OpError> {
        let [rows, sets, members] = rules::inputs::<3>(inputs, "3")?;
        let dtype = rows.dtype;
        if !matches!(dtype, DType::F32 | DType::F64) {
            return Err(OpError::InputType { input: 0, found: dtype, accepted: "float32 and float64" });
        }
        if sets.dtype != DType::U32 {
            return Err(OpError::InputType { input: 1, found: sets.dtype, accepted: "uint32" });
        }
        if members.dtype != dtype {
            return Err(OpError::InputType { input: 2, found: members.dtype, accepted: "the type of input 0" });
        }
        let (&[count, features], &[sets, 2], &[_]) =
            (rows.shape.as_slice(), sets.shape.as_slice(), members.shape.as_slice())
        else {
            return Err(OpError::shape("the inputs should be [N, F], [S, 2] and [M]"));
        };
        let width = features.checked_add(sets).ok_or_else(|| OpError::shape("there are too many columns"))?;
        Ok(vec![TensorType::new(dtype, [count, width])])
    }

    fn work(&self, inputs: &[TensorType], outputs: &[TensorType]) -> Work {
        let dim = |input: usize| inputs.get(input).and_then(|kind| kind.shape.first()).map_or(0, |&dim| u64::from(dim));
        // Each set is searched by halves; the largest one could hold all members.
        let steps = u64::from(u64::BITS - dim(2).leading_zeros());
        let searches = dim(0).saturating_mul(dim(1));
        Work {
            elements: rules::output_elements(outputs).saturating_add(searches.saturating_mul(steps)),
            random_accesses: searches,
            ..Work::default()
        }
    }

    fn is_table(&self, input: usize) -> bool {
        input > 0
    }

    fn check_constants(&self, inputs: &[TensorType], constants: &[Option<&[u8]>]) -> Result<(), OpError> {
        let sets: Vec<u32> = words(constants, 1)?.collect();
        let mut members = table(constants, 2)?;
        let (features, size) = (inputs[0].shape[1], inputs[0].dtype.size());
        for set in sets.as_chunks::<2>().0 {
            let &[feature, count] = set;
            if feature >= features {
                return Err(OpError::shape(format!("a set reads feature {feature}, the input has {features}")));
            }
            let bytes = (count as usize).checked_mul(size).filter(|&bytes| bytes > 0 && bytes <= members.len());
            let Some(bytes) = bytes else {
                return Err(OpError::shape(format!("a set of {count} members is empty or longer than what is left")));
            };
            let (own, rest) = members.split_at(bytes);
            let ordered = if size == 4 { ascends(own, f32::from_le_bytes) } else { ascends(own, f64::from_le_bytes) };
            if !ordered {
                return Err(OpError::shape("the members of a set do not ascend"));
            }
            members = rest;
        }
        if members.is_empty() { Ok(()) } else { Err(OpError::shape("there are members that belong to no set")) }
    }
}
