use praxis_model::{
    DType,
    ops::{IndexOrder, MaxPool},
};

use super::{
    maxima::{Key, Maxima},
    planes::Planes,
    pool::Windows,
};
use crate::{
    Fault,
    align::elements_mut,
    arith::Fma,
    call::{Call, Kernel, NodeContext, Prepared},
    isa::Job,
};

/// How windows, taps and indices count.
#[derive(Clone, Debug)]
struct Positions {
    moves: [i64; 3],
    begins: [i64; 3],
    /// Where the taps of a window stand from its start.
    taps: Vec<[i64; 3]>,
    /// What a step along each dimension adds to an index.
    strides: [i64; 3],
}

impl Positions {
    fn new(pool: &MaxPool, windows: &Windows, order: IndexOrder) -> Self {
        let (mut dilations, mut moves, mut begins) = ([1; 3], [1; 3], [0; 3]);
        for (axis, window) in (0..3).rev().zip(pool.pool.window.axes.iter().rev()) {
            dilations[axis] = i64::from(window.dilation);
            moves[axis] = i64::from(window.stride);
            begins[axis] = i64::from(window.begin);
        }
        let [_, kernel_height, kernel_width] = windows.geometry.kernel;
        let place = |number: usize| {
            let at =
                [number / (kernel_height * kernel_width), number / kernel_width % kernel_height, number % kernel_width];
            core::array::from_fn(|axis| at[axis] as i64 * dilations[axis])
        };
        let [depth, height, width] = windows.geometry.input.map(|length| length as i64);
        let strides = match order {
            IndexOrder::RowMajor => [height * width, width, 1],
            IndexOrder::ColumnMajor => [1, depth, depth * height],
        };
        Self { moves, begins, taps: (0..windows.geometry.taps()).map(place).collect(), strides }
    }
}

/// One channel with indices, one output at a time.
struct WithIndices<'a, K: Key> {
    windows: &'a Windows,
    positions: &'a Positions,
    source: &'a [K::Number],
    /// Index of the channel's first element.
    first: i64,
    output: &'a mut [K::Number],
    indices: &'a mut [i64],
}

impl<K: Key> Job for WithIndices<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(self) {
        let Positions { moves, begins, taps, strides } = self.positions;
        let [_, height, width] = self.windows.geometry.output;
        let space = self.windows.geometry.input.map(|length| length as i64);
        for (output, (value, index)) in self.output.iter_mut().zip(self.indices).enumerate() {
            let at = [output / (height * width), output / width % height, output % width];
            let start: [i64; 3] = core::array::from_fn(|axis| at[axis] as i64 * moves[axis] - begins[axis]);
            let (mut most, mut place, mut found) = (K::LEAST, 0, false);
            for tap in taps {
                let [z, y, x]: [i64; 3] = core::array::from_fn(|axis| start[axis] + tap[axis]);
                let inside = (0..space[0]).contains(&z) && (0..space[1]).contains(&y) && (0..space[2]).contains(&x);
                if !inside {
                    continue;
                }
                let key = K::of(self.source[((z * space[1] + y) * space[2] + x) as usize]);
                if !found || key.greater(most) {
                    (most, place, found) = (key, z * strides[0] + y * strides[1] + x * strides[2], true);
                }
            }
            (*value, *index) = (most.number(), self.first + place);
        }
    }
}

fn run_with_indices<K: Key>(windows: &Windows, call: &mut Call<'_>, positions: &Positions) -> Result<(), Fault> {
    let (path, input) = (call.path, call.input::<K::Number>(0)?);
    let [values, indices] = &mut *call.outputs else {
        return Err(Fault::Internal("MaxPool misses its indices"));
    };
    let (values, indices) = (elements_mut::<K::Number>(values)?, elements_mut::<i64>(indices)?);
    let (elements, pixels) = (windows.channel(), windows.geometry.pixels());
    let outputs = values.chunks_exact_mut(pixels).zip(indices.chunks_exact_mut(pixels));
    for (channel, (source, (output, indices))) in input.chunks_exact(elements).zip(outputs).enumerate() {
        let first = (channel * elements) as i64;
        path.run(WithIndices::<K> { windows, positions, source, first, output, indices });
    }
    Ok(())
}

fn prepare<K: Key>(pool: &MaxPool, windows: Windows) -> Prepared {
    match pool.indices {
        None => {
            let planes = Planes::new(&windows, &pool.pool.window);
            let reached = planes.reached.iter().product();
            windows.prepare::<K::Number, K>(move |windows, call, input, scratch| {
                let path = call.path;
                let (output, channel) = (call.output::<K::Number>()?, windows.channel());
                path.run(Maxima { planes: &planes, channel, input, output, keys: &mut scratch[..reached] });
                Ok(())
            })
        }
        Some(order) => {
            let positions = Positions::new(pool, &windows, order);
            Prepared::new(move |call| run_with_indices::<K>(&windows, call, &positions))
        }
    }
}

impl Kernel for MaxPool {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let windows = Windows::new(&self.pool, &node.inputs[0])?;
        match node.outputs[0].dtype {
            DType::F32 => Ok(prepare::<i32>(self, windows)),
            DType::F64 => Ok(prepare::<i64>(self, windows)),
            DType::I8 => Ok(prepare::<i8>(self, windows)),
            DType::U8 => Ok(prepare::<u8>(self, windows)),
            _ => Err(Fault::Internal("MaxPool on a type that it does not take")),
        }
    }
}
