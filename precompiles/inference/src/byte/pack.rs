//! The right operand in panels of 16 columns and quads of 4 terms: panel, quad, column, term. Missing columns and terms are 0.
//! After the panels stands the sum of each column.

use super::Sizes;
use crate::{
    Fault,
    align::{elements, elements_mut},
};

/// Columns of a panel.
pub(super) const PANEL: usize = praxis_model::ops::PANEL_COLUMNS as usize;
/// Terms of a quad.
pub(super) const QUAD: usize = praxis_model::ops::QUAD as usize;

/// A packed right operand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packed<'a> {
    pub(super) panels: &'a [u8],
    /// The sum of each column.
    pub(crate) sums: &'a [i32],
}

impl<'a> Packed<'a> {
    /// The parts of what [`pack`] wrote.
    pub(crate) fn new(sizes: &Sizes, bytes: &'a [u8]) -> Result<Self, Fault> {
        let (panels, sums) = bytes.split_at(sizes.terms * sizes.columns);
        Ok(Self { panels, sums: &elements(sums)?[..sizes.columns] })
    }
}

/// Packs a matrix whose element is `value(term, column)`, as int8 bits.
#[inline(always)]
pub(crate) fn pack(sizes: &Sizes, bytes: &mut [u8], value: impl Fn(usize, usize) -> u8) -> Result<(), Fault> {
    let (panels, sums) = bytes.split_at_mut(sizes.terms * sizes.columns);
    let sums: &mut [i32] = &mut elements_mut(sums)?[..sizes.columns];
    let panel_bytes = sizes.terms * PANEL;
    for (panel, (target, sums)) in panels.chunks_exact_mut(panel_bytes).zip(sums.as_chunks_mut::<PANEL>().0).enumerate()
    {
        let first = panel * PANEL;
        let width = (sizes.n - first).min(PANEL);
        *sums = [0; PANEL];
        for (quad, group) in target.as_chunks_mut::<{ PANEL * QUAD }>().0.iter_mut().enumerate() {
            *group = [0; PANEL * QUAD];
            let term = quad * QUAD;
            let depth = (sizes.k - term).min(QUAD);
            for (column, four) in group.as_chunks_mut::<QUAD>().0[..width].iter_mut().enumerate() {
                for (offset, byte) in four[..depth].iter_mut().enumerate() {
                    *byte = value(term + offset, first + column);
                    sums[column] = sums[column].wrapping_add(i32::from(*byte as i8));
                }
            }
        }
    }
    Ok(())
}
