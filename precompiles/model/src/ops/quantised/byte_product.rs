use crate::{Work, ops::OpMemory};

/// Columns of a packed panel.
pub const PANEL_COLUMNS: u64 = 16;
/// Neighbouring terms of a dot product that stand together in a panel.
pub const QUAD: u64 = 4;
/// Rows that are multiplied before their sums are turned into results.
pub const CHUNK_ROWS: u64 = 32;
/// Elements that one requantised result counts as: corrections, a product, rounding.
const RESULT_COST: u64 = 4;

/// Sizes of a product of 8-bit matrices, m by k with k by n, and what they take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteProduct {
    /// Rows of the left operand.
    pub m: u64,
    /// Columns of the left operand.
    pub k: u64,
    /// Columns of the right operand.
    pub n: u64,
}

impl ByteProduct {
    /// Terms of a dot product, filled up to whole quads.
    pub const fn terms(&self) -> u64 {
        self.k.next_multiple_of(QUAD)
    }

    /// Columns, filled up to whole panels.
    pub const fn columns(&self) -> u64 {
        self.n.next_multiple_of(PANEL_COLUMNS)
    }

    /// Bytes of the packed right operand: the panels, then the sum of each column.
    pub const fn packed_bytes(&self) -> u64 {
        let sums = self.columns().saturating_mul(4);
        self.terms().saturating_mul(self.columns()).saturating_add(sums).next_multiple_of(64)
    }

    /// Bytes that a chunk of rows takes: the operand in bytes and widened, its sums, the products, the results.
    pub const fn chunk_bytes(&self) -> u64 {
        let rows = if self.m < CHUNK_ROWS { self.m } else { CHUNK_ROWS };
        let row = self.terms().saturating_mul(3).saturating_add(4).saturating_add(self.columns().saturating_mul(5));
        rows.saturating_mul(row).saturating_add(5 * 64)
    }

    /// Bytes of what is known for each column of one call: the factor and the zero point.
    pub const fn column_bytes(&self) -> u64 {
        self.columns().saturating_mul(8)
    }

    /// `count` such products.
    pub(super) fn work(&self, count: u64) -> Work {
        let rows = count.saturating_mul(self.m);
        let per_row = self.terms().saturating_mul(2).saturating_add(self.n.saturating_mul(RESULT_COST));
        Work {
            byte_multiply_adds: rows.saturating_mul(self.terms()).saturating_mul(self.columns()),
            elements: rows.saturating_mul(per_row).saturating_add(self.columns().saturating_mul(2)),
            ..Work::default()
        }
    }

    /// Products with `rights` right operands, of which input `input` holds all.
    pub(super) fn memory(&self, input: usize, rights: u64) -> OpMemory {
        let scratch = self.chunk_bytes().saturating_add(self.column_bytes());
        OpMemory { packed: vec![(input, self.packed_bytes().saturating_mul(rights))], scratch }
    }
}
