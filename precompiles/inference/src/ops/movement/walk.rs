//! Slice, Transpose and View: the output reads the input at fixed distances along each of its loops.

use praxis_model::ops::{Slice, Transpose, View, Walk};

use crate::{
    Fault,
    align::{self, Plain},
    call::{Call, Kernel, NodeContext, Prepared},
};

/// Elements on a side of the square that is turned at once: 16 runs of the input are read, 16 of the output written.
const TILE: usize = 16;
const OUTSIDE: Fault = Fault::Internal("a strided copy leaves its tensors");

/// One loop, with the distances of its neighbours in the input and in the output.
#[derive(Clone, Copy, Debug)]
struct Loop {
    length: usize,
    from: isize,
    to: usize,
}

const ONCE: Loop = Loop { length: 1, from: 0, to: 0 };

/// How the two loops that are not in `outer` are done.
#[derive(Clone, Copy, Debug)]
enum Inner {
    /// The columns are neighbours in the input.
    Run,
    /// The columns are one element of the input.
    Repeat,
    /// The rows are neighbours in the input, the columns in the output.
    Turn,
    /// Element by element.
    Step,
}

#[derive(Clone, Debug)]
struct Copy {
    offset: usize,
    outer: Vec<Loop>,
    rows: Loop,
    columns: Loop,
    inner: Inner,
}

impl Copy {
    fn new(walk: &Walk) -> Self {
        let mut to = 1;
        let mut loops: Vec<Loop> = Vec::with_capacity(walk.loops.len());
        for each in walk.loops.iter().rev() {
            loops.push(Loop { length: each.length as usize, from: each.stride as isize, to });
            to *= each.length as usize;
        }
        loops.reverse();
        let columns = loops.pop().unwrap_or(ONCE);
        let (inner, rows) = match (columns.from, walk.turned()) {
            (1, _) => (Inner::Run, loops.pop()),
            (0, _) => (Inner::Repeat, loops.pop()),
            (_, Some(turned)) => (Inner::Turn, Some(loops.remove(turned))),
            _ => (Inner::Step, loops.pop()),
        };
        Self { offset: walk.offset as usize, outer: loops, rows: rows.unwrap_or(ONCE), columns, inner }
    }

    fn run<T: Plain + Default>(&self, call: &mut Call<'_>) -> Result<(), Fault> {
        let input: &[T] = align::elements(call.input_bytes(0)?)?;
        let output: &mut [T] = call.output()?;
        let (mut from, mut to) = (self.offset, 0);
        let mut index = [0usize; 16];
        loop {
            let done = match self.inner {
                Inner::Run => self.runs(input, from, &mut output[to..]),
                Inner::Repeat => self.repeats(input, from, &mut output[to..]),
                Inner::Turn => self.turn(input, from, &mut output[to..]),
                Inner::Step => self.steps(input, from, &mut output[to..]),
            };
            done.ok_or(OUTSIDE)?;
            // The next combination of the outer loops.
            let mut place = self.outer.len();
            loop {
                let Some(below) = place.checked_sub(1) else { return Ok(()) };
                place = below;
                let each = self.outer[place];
                index[place] += 1;
                from = from.wrapping_add_signed(each.from);
                to += each.to;
                if index[place] < each.length {
                    break;
                }
                index[place] = 0;
                from = from.wrapping_add_signed(-each.from * each.length as isize);
                to -= each.to * each.length;
            }
        }
    }

    fn runs<T: Plain>(&self, input: &[T], from: usize, output: &mut [T]) -> Option<()> {
        let length = self.columns.length;
        for row in 0..self.rows.length {
            let at = from.checked_add_signed(self.rows.from * row as isize)?;
            let to = row * self.rows.to;
            output.get_mut(to..to + length)?.copy_from_slice(input.get(at..at + length)?);
        }
        Some(())
    }

    fn repeats<T: Plain>(&self, input: &[T], from: usize, output: &mut [T]) -> Option<()> {
        let length = self.columns.length;
        for row in 0..self.rows.length {
            let at = from.checked_add_signed(self.rows.from * row as isize)?;
            let to = row * self.rows.to;
            let x = *input.get(at)?;
            // A short row is written at once; `fill` would call the library for it.
            for place in output.get_mut(to..to + length)? {
                *place = x;
            }
        }
        Some(())
    }

    fn steps<T: Plain>(&self, input: &[T], from: usize, output: &mut [T]) -> Option<()> {
        let Loop { length, from: step, .. } = self.columns;
        let way = step * (length as isize - 1);
        for row in 0..self.rows.length {
            let first = from.checked_add_signed(self.rows.from * row as isize)?;
            let last = first.checked_add_signed(way)?;
            let to = row * self.rows.to;
            let output = output.get_mut(to..to + length)?;
            if step > 0 {
                let elements = input.get(first..=last)?.iter().step_by(step as usize);
                output.iter_mut().zip(elements).for_each(|(to, &x)| *to = x);
            } else {
                let elements = input.get(last..=first)?.iter().rev().step_by(step.unsigned_abs());
                output.iter_mut().zip(elements).for_each(|(to, &x)| *to = x);
            }
        }
        Some(())
    }

    fn turn<T: Plain + Default>(&self, input: &[T], from: usize, output: &mut [T]) -> Option<()> {
        let mut tile = [[T::default(); TILE]; TILE];
        for first_row in (0..self.rows.length).step_by(TILE) {
            let height = TILE.min(self.rows.length - first_row);
            for first_column in (0..self.columns.length).step_by(TILE) {
                let width = TILE.min(self.columns.length - first_column);
                for column in 0..width {
                    let way = self.columns.from * (first_column + column) as isize;
                    let at = (from + first_row).checked_add_signed(way)?;
                    let read = input.get(at..at + height)?;
                    match read.as_array::<TILE>() {
                        Some(read) => (0..TILE).for_each(|row| tile[row][column] = read[row]),
                        None => read.iter().zip(&mut tile).for_each(|(&x, row)| row[column] = x),
                    }
                }
                for (row, tile) in tile[..height].iter().enumerate() {
                    let to = (first_row + row) * self.rows.to + first_column;
                    output.get_mut(to..to + width)?.copy_from_slice(&tile[..width]);
                }
            }
        }
        Some(())
    }
}

fn prepare(walk: &Walk, node: &NodeContext<'_>) -> Prepared {
    let copy = Copy::new(walk);
    match node.outputs[0].dtype.size() {
        1 => Prepared::new(move |call| copy.run::<u8>(call)),
        2 => Prepared::new(move |call| copy.run::<u16>(call)),
        4 => Prepared::new(move |call| copy.run::<u32>(call)),
        _ => Prepared::new(move |call| copy.run::<u64>(call)),
    }
}

const REFUSED: Fault = Fault::Internal("a strided copy has no walk");

impl Kernel for Slice {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        Ok(prepare(&self.walk(&node.inputs[0].shape).map_err(|_| REFUSED)?, node))
    }
}

impl Kernel for Transpose {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        Ok(prepare(&self.walk(&node.inputs[0].shape).map_err(|_| REFUSED)?, node))
    }
}

impl Kernel for View {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        Ok(prepare(&self.walk, node))
    }
}
