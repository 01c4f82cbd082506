use core::cmp::Ordering;

use praxis_model::{DType, Tensor};

use super::Context;
use crate::{graph::Value, refusal::Refusal};

/// Elements as numbers that compare as they do; floats by total order, with -0 as +0.
fn keys(tensor: &Tensor) -> Vec<i128> {
    let size = tensor.dtype.size();
    let key = |word: &[u8]| {
        let mut wide = [0; 8];
        wide[..size].copy_from_slice(word);
        let bits = u64::from_le_bytes(wide);
        let shift = 64 - 8 * size as u32;
        let signed = i128::from((bits << shift) as i64 >> shift);
        match tensor.dtype {
            DType::F32 | DType::F64 => {
                let magnitude = i128::from((bits << (shift + 1)) >> (shift + 1));
                if signed < 0 { -magnitude } else { magnitude }
            }
            DType::I8 | DType::I16 | DType::I32 | DType::I64 => signed,
            _ => i128::from(bits),
        }
    };
    tensor.data.chunks_exact(size).map(key).collect()
}

/// The distinct elements, or slices along an axis, with where each first stands, which one each input is, and how often
/// each occurs.
pub(super) fn unique(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let tensor = cx.constant_input(0, "elements, which decide the size of the result,")?.ok_or("input 0 is missing")?;
    let sorted = cx.attributes.int("sorted")?.unwrap_or(1) != 0;
    let axis = match cx.attributes.int("axis")? {
        Some(axis) => Some(cx.axis(axis, tensor.shape.len())? as usize),
        None => None,
    };
    let (outer, count, inner) = match axis {
        None => (1, tensor.tensor_type().elements() as usize, 1),
        Some(axis) => {
            let product = |dims: &[u32]| dims.iter().map(|&dim| dim as usize).product::<usize>();
            (product(&tensor.shape[..axis]), tensor.shape[axis] as usize, product(&tensor.shape[axis + 1..]))
        }
    };
    let keys = keys(&tensor);
    let slice = |number: usize| {
        (0..outer).flat_map(move |block| (block * count + number) * inner..(block * count + number + 1) * inner)
    };
    let compare = |a: &usize, b: &usize| -> Ordering { slice(*a).map(|i| keys[i]).cmp(slice(*b).map(|i| keys[i])) };
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(compare);
    // Groups of equal slices, each with its first place at the front: the sort is stable.
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for number in order {
        match groups.last_mut() {
            Some(group) if compare(&group[0], &number) == Ordering::Equal => group.push(number),
            _ => groups.push(vec![number]),
        }
    }
    if !sorted {
        groups.sort_by_key(|group| group[0]);
    }
    let size = tensor.dtype.size();
    let mut data = Vec::with_capacity(groups.len() * outer * inner * size);
    for block in 0..outer {
        for group in &groups {
            let at = (block * count + group[0]) * inner * size;
            data.extend_from_slice(&tensor.data[at..at + inner * size]);
        }
    }
    let length = groups.len() as u32;
    let mut shape = tensor.shape.clone();
    match axis {
        Some(axis) => shape[axis] = length,
        None => shape = vec![length],
    }
    let mut inverse = vec![0i64; count];
    for (place, group) in (0i64..).zip(&groups) {
        group.iter().for_each(|&number| inverse[number] = place);
    }
    let firsts: Vec<i64> = groups.iter().map(|group| group[0] as i64).collect();
    let counts: Vec<i64> = groups.iter().map(|group| group.len() as i64).collect();
    let results = [
        Tensor { dtype: tensor.dtype, shape, data },
        Tensor::from_i64([length], &firsts),
        Tensor::from_i64([count as u32], &inverse),
        Tensor::from_i64([length], &counts),
    ];
    results.into_iter().map(|tensor| cx.constant(tensor)).collect()
}
