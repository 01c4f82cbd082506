//! Sessions: batches, errors, sharing, memory.

use std::sync::Arc;

use praxis_model::{
    DType, InputError, PlanBuilder, Tensor, TensorType,
    ops::{Add, Flatten, Gemm, Identity, MatMul, Relu, Reshape, Softmax, Tanh},
};

use super::agreement::{Random, random_plan};
use crate::{Isa, Phase, RunError, Session, evaluate};

fn batch_one(random: &mut Random) -> Arc<praxis_model::Plan> {
    let mut b = PlanBuilder::new(0, [0; 32]);
    let x = b.input("x", TensorType::new(DType::F32, [1, 300])).unwrap();
    let side = b.input("side", TensorType::new(DType::F32, [1, 2])).unwrap();
    let w = b.constant(random.tensor(&TensorType::new(DType::F32, [300, 19]), 0)).unwrap();
    let c = b.constant(random.tensor(&TensorType::new(DType::F32, [19]), 0)).unwrap();
    let y = b.node1(Gemm::default(), &[x, w, c]).unwrap();
    let y = b.node1(Tanh, &[y]).unwrap();
    let y = b.node1(Softmax { axis: 1 }, &[y]).unwrap();
    let z = b.node1(Relu, &[side]).unwrap();
    b.output("y", y);
    b.output("z", z);
    Arc::new(b.finish().unwrap())
}

#[test]
fn a_row_alone_equals_the_row_in_a_batch() {
    let mut random = Random(7);
    let plan = batch_one(&mut random);
    for isa in Isa::available() {
        let session = Session::with_isa(plan.clone(), isa).unwrap();
        let x = random.tensor(&TensorType::new(DType::F32, [11, 300]), 30);
        let side = random.tensor(&TensorType::new(DType::F32, [11, 2]), 30);
        let all = session.run(&[x.clone(), side.clone()]).unwrap();
        assert_eq!((&all[0].shape, &all[1].shape), (&vec![11, 19], &vec![11, 2]));
        for row in 0..11 {
            let one = |t: &Tensor, width: usize| Tensor {
                dtype: t.dtype,
                shape: vec![1, width as u32],
                data: t.data[row * width * 4..(row + 1) * width * 4].to_vec(),
            };
            let alone = session.run(&[one(&x, 300), one(&side, 2)]).unwrap();
            assert_eq!(alone[0].data, one(&all[0], 19).data, "row {row} on {}", isa.name());
            assert_eq!(alone[1].data, one(&all[1], 2).data);
        }
    }
}

/// Rows inside one matrix product do not depend on how many there are either: tiles of 4, 2 and 1 rows give equal bits.
#[test]
fn a_row_of_a_matrix_does_not_depend_on_the_others() {
    let mut random = Random(8);
    for isa in Isa::available() {
        for (k, n) in [(5, 3), (256, 16), (257, 40), (900, 65), (1025, 1)] {
            let w = random.tensor(&TensorType::new(DType::F32, [k, n]), 0);
            let x = random.tensor(&TensorType::new(DType::F32, [7, k]), 1);
            let product = |x: &Tensor| {
                let mut b = PlanBuilder::new(0, [0; 32]);
                let input = b.input("x", x.tensor_type()).unwrap();
                let weights = b.constant(w.clone()).unwrap();
                let y = b.node1(MatMul, &[input, weights]).unwrap();
                b.output("y", y);
                let session = Session::with_isa(Arc::new(b.finish().unwrap()), isa).unwrap();
                session.run(std::slice::from_ref(x)).unwrap().remove(0)
            };
            let all = product(&x);
            for row in 0..7 {
                let size = k as usize * 4;
                let data = x.data[row * size..(row + 1) * size].to_vec();
                let alone = product(&Tensor { dtype: DType::F32, shape: vec![1, k], data });
                let size = n as usize * 4;
                assert_eq!(alone.data, all.data[row * size..(row + 1) * size], "{k} by {n} on {}", isa.name());
            }
        }
    }
}

#[test]
fn wrong_inputs_are_outcomes() {
    let mut random = Random(9);
    let session = Session::prepare(batch_one(&mut random)).unwrap();
    let x = random.tensor(&TensorType::new(DType::F32, [1, 300]), 0);
    let side = random.tensor(&TensorType::new(DType::F32, [1, 2]), 0);
    let error = |inputs: &[Tensor]| match session.run(inputs) {
        Err(RunError::Input(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(error(std::slice::from_ref(&x)), InputError::InputCount { expected: 2, given: 1 });
    let other = Tensor::from_i64([1, 2], &[1, 2]);
    let expected = InputError::InputType { index: 1, expected: DType::F32, given: DType::I64 };
    assert_eq!(error(&[x.clone(), other]), expected);
    let two = random.tensor(&TensorType::new(DType::F32, [2, 2]), 0);
    assert!(matches!(error(&[x.clone(), two]), InputError::InputShape { index: 1, .. }), "batches disagree");
    let short = Tensor { data: vec![0; 7], ..side.clone() };
    assert_eq!(error(&[x.clone(), short]), InputError::InputLength { index: 1, expected: 8, given: 7 });
    let none = Tensor { dtype: DType::F32, shape: vec![0, 300], data: vec![] };
    assert!(matches!(error(&[none, side.clone()]), InputError::InputShape { index: 0, .. }));
    let many = Tensor { dtype: DType::F32, shape: vec![1025, 300], data: vec![0; 1025 * 1200] };
    assert!(matches!(error(&[many, side]), InputError::InputShape { index: 0, .. }));
}

#[test]
fn moved_data_keeps_its_bits() {
    let odd = Tensor { dtype: DType::F32, shape: vec![2], data: vec![1, 2, 0xA0, 0x7F, 3, 0, 0xC0, 0xFF] };
    let moved = evaluate(&Identity.into(), std::slice::from_ref(&odd)).unwrap();
    assert_eq!(moved[0], odd);
    let computed = evaluate(&Relu.into(), std::slice::from_ref(&odd)).unwrap();
    assert_eq!(computed[0].data, [0, 0, 0xC0, 0x7F, 0, 0, 0xC0, 0x7F]);
}

#[test]
fn a_session_is_shared_between_threads() {
    let mut random = Random(10);
    let session = Session::prepare(batch_one(&mut random)).unwrap();
    let inputs: Vec<Vec<Tensor>> = (0..4)
        .map(|_| {
            let x = random.tensor(&TensorType::new(DType::F32, [3, 300]), 20);
            vec![x, random.tensor(&TensorType::new(DType::F32, [3, 2]), 20)]
        })
        .collect();
    let expected: Vec<_> = inputs.iter().map(|inputs| session.run(inputs).unwrap()).collect();
    std::thread::scope(|scope| {
        for (inputs, expected) in inputs.iter().zip(&expected) {
            let session = &session;
            scope.spawn(move || (0..50).for_each(|_| assert_eq!(&session.run(inputs).unwrap(), expected)));
        }
    });
}

#[test]
fn memory_stays_below_the_stated_bound() {
    let mut random = Random(11);
    for _ in 0..200 {
        let plan = Arc::new(random_plan(&mut random));
        let session = Session::prepare(plan.clone()).unwrap();
        let used = (session.held_bytes() + session.workspace_bytes()) as u64;
        let bound = plan.cost().memory_bytes;
        assert!(used <= bound, "{used} bytes used, {bound} stated for {plan:?}");
    }
}

#[test]
fn bytes_to_bytes_gives_what_tensors_give() {
    let mut random = Random(12);
    let session = Session::prepare(batch_one(&mut random)).unwrap();
    let x = random.tensor(&TensorType::new(DType::F32, [1, 300]), 20);
    let side = random.tensor(&TensorType::new(DType::F32, [1, 2]), 20);
    let expected = session.run(&[x.clone(), side.clone()]).unwrap();
    let (mut y, mut z) = (vec![0; 76], vec![0; 8]);
    session.run_into(&[&x.data, &side.data], &mut [&mut y, &mut z]).unwrap();
    assert_eq!((&y, &z), (&expected[0].data, &expected[1].data));
    let short = session.run_into(&[&x.data, &side.data[1..]], &mut [&mut y, &mut z]);
    assert_eq!(short, Err(InputError::InputLength { index: 1, expected: 8, given: 7 }.into()));
    assert!(matches!(session.run_into(&[&x.data], &mut []), Err(RunError::Input(_))));
    assert!(matches!(session.run_into(&[&x.data, &side.data], &mut [&mut y]), Err(RunError::Fault(_))));
    assert!(matches!(session.run_into(&[&x.data, &side.data], &mut [&mut z, &mut y]), Err(RunError::Fault(_))));
}

/// Views share bytes with inputs, constants and computed values, also after others have died and as outputs.
#[test]
fn views_take_no_place_and_no_run() {
    let mut b = PlanBuilder::new(0, [0; 32]);
    let x = b.input("x", TensorType::new(DType::F32, [2, 3])).unwrap();
    let c = b.constant(Tensor::from_f32([6], &[10.0, 20.0, 30.0, 40.0, 50.0, 60.0])).unwrap();
    let flat = b.node1(Reshape { shape: vec![6] }, &[x]).unwrap();
    let table = b.node1(Reshape { shape: vec![2, 3] }, &[c]).unwrap();
    let sum = b.node1(Add, &[x, table]).unwrap();
    let view = b.node1(Flatten { axis: 0 }, &[sum]).unwrap();
    let again = b.node1(Identity, &[view]).unwrap();
    let other = b.node1(Add, &[flat, flat]).unwrap();
    let other = b.node1(Relu, &[other]).unwrap();
    for (name, value) in [("flat", flat), ("table", table), ("again", again), ("other", other)] {
        b.output(name, value);
    }
    let session = Session::prepare(Arc::new(b.finish().unwrap())).unwrap();
    let x = Tensor::from_f32([2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let mut seen = Vec::new();
    let outputs = session.run_profiled(&[x], &mut |node, phase| seen.push((node, phase))).unwrap();
    let values: Vec<Vec<f32>> = outputs.iter().map(|output| output.to_f32().unwrap()).collect();
    assert_eq!(values[0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(values[1], [10.0, 20.0, 30.0, 40.0, 50.0, 60.0]);
    assert_eq!(values[2], [11.0, 22.0, 33.0, 44.0, 55.0, 66.0]);
    assert_eq!(values[3], [2.0, 4.0, 6.0, 8.0, 10.0, 12.0]);
    assert_eq!(outputs[2].shape, [1, 6]);
    let expected = [2, 5, 6].into_iter().flat_map(|node| [(node, Phase::Begin), (node, Phase::End)]);
    assert_eq!(seen, expected.collect::<Vec<_>>());
    // One input, the sum, and two values that are alive together after it: each is a line of 64 bytes.
    assert_eq!(session.workspace_bytes(), 4 * 64);
}
