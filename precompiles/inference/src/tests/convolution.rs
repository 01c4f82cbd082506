//! Convolutions and pooling against definitions that share no code with the kernels, and their speed.

mod speed;

use praxis_model::{
    DType, Op, Tensor, TensorType,
    ops::{AveragePool, Axis, Conv, ConvTranspose, Ending, IndexOrder, MaxPool, Pool, Relu, Window},
};

use super::Random;
use crate::{
    Isa,
    arith::{Canonical, exact_fma},
    evaluate,
    evaluate::evaluate_with,
};

/// Rule R2 for one output, from its terms in order.
fn dot(terms: &[(f32, f32)]) -> f32 {
    let operand = |x: f32| if 1.0 > f64::from(x).abs() * (1u64 << 40) as f64 { 0.0 } else { x };
    let block = |terms: &[(f32, f32)]| terms.iter().fold(0.0, |sum, &(a, b)| exact_fma(operand(a), operand(b), sum));
    let mut blocks = terms.chunks(256).map(block);
    let first = blocks.next().unwrap_or(0.0);
    blocks.fold(first, |sum, block| sum + block)
}

/// Depth, height and width of up to three dimensions.
fn three(dims: &[u32], fill: i64) -> [i64; 3] {
    let mut three = [fill; 3];
    three.iter_mut().rev().zip(dims.iter().rev()).for_each(|(to, &dim)| *to = i64::from(dim));
    three
}

fn positions([depth, height, width]: [i64; 3]) -> impl Iterator<Item = [i64; 3]> {
    (0..depth * height * width).map(move |at| [at / (height * width), at / width % height, at % width])
}

/// An element of a channel, `None` outside.
fn element(channel: &[f32], [depth, height, width]: [i64; 3], [z, y, x]: [i64; 3]) -> Option<f32> {
    let inside = (0..depth).contains(&z) && (0..height).contains(&y) && (0..width).contains(&x);
    inside.then(|| channel[((z * height + y) * width + x) as usize])
}

struct Axes {
    strides: [i64; 3],
    dilations: [i64; 3],
    begins: [i64; 3],
}

fn axes(window: &Window) -> Axes {
    let list = |of: fn(&Axis) -> u32| window.axes.iter().map(of).collect::<Vec<_>>();
    Axes {
        strides: three(&list(|axis| axis.stride), 1),
        dilations: three(&list(|axis| axis.dilation), 1),
        begins: three(&list(|axis| axis.begin), 0),
    }
}

/// All outputs of a convolution, by its definition; a transposed one where the weights have channels first.
fn naive(window: &Window, groups: usize, inputs: &[Tensor], output: &TensorType, transposed: bool) -> Vec<f32> {
    let values: Vec<Vec<f32>> = inputs.iter().map(|input| input.to_f32().unwrap()).collect();
    let (x, w) = (&inputs[0].shape, &inputs[1].shape);
    let (space, kernel, out) = (three(&x[2..], 1), three(&w[2..], 1), three(&output.shape[2..], 1));
    let taps = kernel.iter().product::<i64>() as usize;
    let length = space.iter().product::<i64>() as usize;
    let (channels, filters) = (x[1] as usize / groups, output.shape[1] as usize / groups);
    let Axes { strides, dilations, begins } = axes(window);
    let mut all = Vec::new();
    for image in 0..x[0] as usize {
        for filter in 0..filters * groups {
            let group = filter / filters;
            for at in positions(out) {
                let mut terms = Vec::new();
                for channel in 0..channels {
                    let of_group = group * channels + channel;
                    let plane = &values[0][(image * channels * groups + of_group) * length..][..length];
                    for (number, tap) in positions(kernel).enumerate() {
                        let place: [i64; 3] = core::array::from_fn(|axis| match transposed {
                            false => at[axis] * strides[axis] + tap[axis] * dilations[axis] - begins[axis],
                            true => at[axis] + begins[axis] - tap[axis] * dilations[axis],
                        });
                        let (place, row) = if transposed {
                            if (0..3).any(|axis| place[axis].rem_euclid(strides[axis]) != 0) {
                                continue;
                            }
                            let place = core::array::from_fn(|axis| place[axis].div_euclid(strides[axis]));
                            (place, of_group * filters + filter % filters)
                        } else {
                            (place, filter * channels + channel)
                        };
                        terms.push((element(plane, space, place).unwrap_or(0.0), values[1][row * taps + number]));
                    }
                }
                let sum = dot(&terms);
                all.push(values.get(2).map_or(sum, |bias| sum + bias[filter]).canonical());
            }
        }
    }
    all
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|x| x.canonical().to_bits()).collect()
}

fn random_axes(r: &mut Random, rank: usize, transposed: bool) -> Window {
    let axis = |r: &mut Random| Axis {
        stride: if r.below(2) == 0 { 1 } else { r.range(1, 4) },
        dilation: if r.below(2) == 0 { 1 } else { r.range(1, 3) },
        begin: r.range(0, 3),
        end: if transposed { 0 } else { r.range(0, 3) },
    };
    Window { axes: (0..rank).map(|_| axis(r)).collect() }
}

fn random_inputs(r: &mut Random, shapes: &[&[u32]]) -> Vec<Tensor> {
    let wild = if r.below(3) == 0 { 4 } else { 0 };
    shapes.iter().map(|&shape| r.tensor(&TensorType::new(DType::F32, shape), wild)).collect()
}

fn dims(r: &mut Random, rank: usize, least: u32, most: u32) -> Vec<u32> {
    (0..rank).map(|_| r.range(least, most)).collect()
}

/// Runs the operator on the fastest instruction set, and checks against all others.
fn agreed(op: &Op, inputs: &[Tensor]) -> Vec<Tensor> {
    let found = evaluate(op, inputs).unwrap();
    for isa in Isa::available() {
        assert_eq!(evaluate_with(op, inputs, isa).unwrap(), found, "{} on {op:?}", isa.name());
    }
    found
}

#[test]
fn convolutions_are_dot_products_over_channel_and_taps() {
    let mut r = Random(7);
    let mut done = 0;
    while done < 150 {
        let rank = 1 + r.below(3) as usize;
        let groups = if r.below(3) == 0 { r.range(1, 5) } else { 1 };
        let channels = if r.below(4) == 0 { r.range(20, 60) } else { r.range(1, 6) };
        let filters = if r.below(4) == 0 { r.range(14, 40) } else { r.range(1, 8) };
        let most = if rank == 1 { 60 } else { 60 >> (2 * rank - 2) };
        let space = dims(&mut r, rank, 1, most.max(6));
        let kernel = dims(&mut r, rank, 1, 3);
        let window = random_axes(&mut r, rank, false);
        let x = [&[r.range(1, 2), channels * groups], space.as_slice()].concat();
        let w = [&[filters * groups, channels], kernel.as_slice()].concat();
        let inputs = random_inputs(&mut r, &[&x, &w, &[filters * groups]]);
        let inputs = &inputs[..2 + r.below(2) as usize];
        let op = Op::from(Conv { window: window.clone(), groups, activation: Ending::Identity });
        let types: Vec<TensorType> = inputs.iter().map(Tensor::tensor_type).collect();
        let Ok(outputs) = op.outputs(&types) else { continue };
        let found = agreed(&op, inputs).remove(0);
        let expected = naive(&window, groups as usize, inputs, &outputs[0], false);
        assert_eq!(bits(&found.to_f32().unwrap()), bits(&expected), "{op:?} on {types:?}");
        done += 1;
    }
}

#[test]
fn depthwise_convolutions_are_dot_products_over_taps() {
    let mut r = Random(11);
    for round in 0..60 {
        let kernel = if round % 2 == 0 { 3 } else { 5 };
        let channels = r.range(1, 4);
        let axis = Axis { stride: r.range(1, 2), dilation: 1, begin: r.range(0, 2), end: r.range(0, 2) };
        let across = Axis { dilation: r.range(1, 2), begin: r.range(2, 4), end: r.range(2, 4), ..axis };
        let window = Window { axes: vec![axis, across] };
        let x = [1, channels, r.range(5, 16), r.range(5, 40)];
        let inputs = random_inputs(&mut r, &[&x, &[channels, 1, kernel, kernel], &[channels]]);
        let op = Op::from(Conv { window: window.clone(), groups: channels, activation: Ending::Identity });
        let types: Vec<TensorType> = inputs.iter().map(Tensor::tensor_type).collect();
        let outputs = op.outputs(&types).unwrap();
        let found = agreed(&op, &inputs).remove(0);
        let expected = naive(&window, channels as usize, &inputs, &outputs[0], false);
        assert_eq!(bits(&found.to_f32().unwrap()), bits(&expected), "{op:?} on {types:?}");
    }
}

#[test]
fn transposed_convolutions_are_dot_products_over_channel_and_matching_taps() {
    let mut r = Random(8);
    let mut done = 0;
    while done < 100 {
        let rank = 1 + r.below(3) as usize;
        let groups = if r.below(3) == 0 { r.range(1, 3) } else { 1 };
        let channels = if r.below(4) == 0 { r.range(20, 90) } else { r.range(1, 6) };
        let filters = if r.below(4) == 0 { r.range(14, 40) } else { r.range(1, 8) };
        let space = dims(&mut r, rank, 1, if rank == 1 { 40 } else { 7 });
        let kernel = dims(&mut r, rank, 1, 4);
        let window = random_axes(&mut r, rank, true);
        let x = [&[r.range(1, 2), channels * groups], space.as_slice()].concat();
        let w = [&[channels * groups, filters], kernel.as_slice()].concat();
        let inputs = random_inputs(&mut r, &[&x, &w, &[filters * groups]]);
        let output = dims(&mut r, rank, 1, if rank == 1 { 60 } else { 9 });
        let op = Op::from(ConvTranspose { window: window.clone(), groups, output });
        let types: Vec<TensorType> = inputs.iter().map(Tensor::tensor_type).collect();
        let Ok(outputs) = op.outputs(&types) else { continue };
        let found = agreed(&op, &inputs).remove(0);
        let expected = naive(&window, groups as usize, &inputs, &outputs[0], true);
        assert_eq!(bits(&found.to_f32().unwrap()), bits(&expected), "{op:?} on {types:?}");
        done += 1;
    }
}

/// The elements of a window with their indices, `None` outside the input.
type Taps = Vec<Option<(f32, i64)>>;

/// The elements of each window with their positions in the channel, and the number of positions within the padding.
fn windows(pool: &Pool, x: &Tensor, output: &TensorType) -> Vec<(Taps, usize)> {
    let values = x.to_f32().unwrap();
    let (space, kernel, out) = (three(&x.shape[2..], 1), three(&pool.kernel, 1), three(&output.shape[2..], 1));
    let ends = three(&pool.window.axes.iter().map(|axis| axis.end).collect::<Vec<_>>(), 0);
    let Axes { strides, dilations, begins } = axes(&pool.window);
    let mut all = Vec::new();
    for (number, channel) in values.chunks(space.iter().product::<i64>() as usize).enumerate() {
        for at in positions(out) {
            let places = positions(kernel).map(|tap| {
                core::array::from_fn(|axis| at[axis] * strides[axis] + tap[axis] * dilations[axis] - begins[axis])
            });
            let places: Vec<[i64; 3]> = places.collect();
            let first = (number * channel.len()) as i64;
            let found = places.iter().map(|&place| {
                let index = first + (place[0] * space[1] + place[1]) * space[2] + place[2];
                element(channel, space, place).map(|x| (x, index))
            });
            let padded = |place: &&[i64; 3]| (0..3).all(|axis| place[axis] < space[axis] + ends[axis]);
            all.push((found.collect(), places.iter().filter(padded).count()));
        }
    }
    all
}

/// Rule R3 for up to 16 taps and more, absent ones -0.
fn strided_sum(taps: &[f32]) -> f32 {
    let mut lanes = [-0.0f32; 16];
    for (index, &x) in taps.iter().enumerate() {
        lanes[index % 16] = if index < 16 { x } else { lanes[index % 16] + x };
    }
    for distance in [8, 4, 2, 1] {
        for lane in 0..distance {
            lanes[lane] += lanes[lane + distance];
        }
    }
    lanes[0]
}

#[test]
fn pools_reduce_their_windows() {
    let mut r = Random(9);
    let mut done = 0;
    while done < 200 {
        let rank = 1 + r.below(3) as usize;
        let most = if rank == 1 { 60 } else { 20 >> (rank - 2) };
        let shape = [&[r.range(1, 2), r.range(1, 3)], dims(&mut r, rank, 1, most).as_slice()].concat();
        // Windows of two taps each way have a way of their own.
        let kernel = if r.below(3) == 0 { vec![2; rank] } else { dims(&mut r, rank, 1, 5) };
        let pool = Pool { kernel, window: random_axes(&mut r, rank, false), ceil: r.below(2) == 0 };
        let x = random_inputs(&mut r, &[&shape]).remove(0);
        let op = Op::from(MaxPool { pool: pool.clone(), indices: Some(IndexOrder::RowMajor) });
        let Ok(outputs) = op.outputs(&[x.tensor_type()]) else { continue };
        let windows = windows(&pool, &x, &outputs[0]);
        let found = agreed(&op, std::slice::from_ref(&x));
        let without = agreed(&MaxPool { pool: pool.clone(), indices: None }.into(), std::slice::from_ref(&x));
        assert_eq!(without[0], found[0]);
        let (values, indices) = (found[0].to_f32().unwrap(), found[1].to_i64().unwrap());
        for (at, (window, _)) in windows.iter().enumerate() {
            let inside: Vec<(f32, i64)> = window.iter().copied().flatten().collect();
            let nan = inside.iter().find(|(x, _)| x.is_nan());
            // total_cmp orders -0 below +0; the first of equal ones stays.
            let most = inside.iter().rev().max_by(|a, b| a.0.total_cmp(&b.0));
            if let Some(&(x, index)) = nan.or(most) {
                assert_eq!((values[at].to_bits(), indices[at]), (x.canonical().to_bits(), index), "{pool:?}");
            }
        }
        for count_padding in [false, true] {
            let op = AveragePool { pool: pool.clone(), count_padding };
            let found = agreed(&op.into(), std::slice::from_ref(&x)).remove(0).to_f32().unwrap();
            let expected = windows.iter().map(|(window, padded)| {
                let taps: Vec<f32> = window.iter().map(|tap| tap.map_or(-0.0, |(x, _)| x)).collect();
                let count = if count_padding { *padded } else { window.iter().flatten().count() };
                strided_sum(&taps) / count as f32
            });
            assert_eq!(bits(&found), bits(&expected.collect::<Vec<_>>()), "{pool:?} {count_padding}");
        }
        done += 1;
    }
}

#[test]
fn an_activation_gives_the_bits_of_its_operator() {
    let mut r = Random(10);
    let inputs = random_inputs(&mut r, &[&[1, 3, 9, 20], &[20, 3, 3, 3], &[20]]);
    let conv = |activation| Op::from(Conv { window: Window::unit(2), groups: 1, activation });
    let plain = agreed(&conv(Ending::Identity), &inputs);
    assert_eq!(agreed(&conv(Ending::Relu), &inputs), agreed(&Relu.into(), &plain));
}
