//! Reductions along axes, positions of extremes, cumulative results, and normalisation.

mod affine;
mod arg;
mod cumulative;
mod det;
mod group_norm;
mod layer_norm;
mod linear_attention;
mod reduce;
mod rms_norm;
mod top_k;

/// Element count of a part of a shape.
fn elements(shape: &[u32]) -> usize {
    shape.iter().map(|&dim| dim as usize).product()
}

/// The loops before, along and after an axis: how many, its length, the distance of its elements.
fn around(shape: &[u32], axis: u32) -> (usize, usize, usize) {
    let axis = axis as usize;
    (elements(&shape[..axis]), shape[axis] as usize, elements(&shape[axis + 1..]))
}
