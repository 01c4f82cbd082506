//! tract, which the way to a Plan does not trust with arithmetic, as a second opinion: on the committed models its
//! analysis must find the same output shapes and its kernels nearly the same numbers.

use std::sync::Arc;

use praxis_import::{ImportOptions, import_file};
use praxis_inference::Session;
use praxis_model::Tensor;
use tract_onnx::prelude::{DatumType, Framework, InferenceFact, InferenceModelExt, IntoRunnable, TValue, tvec};

/// A fixed sequence of numbers in -1..1.
fn numbers(count: usize) -> Vec<f32> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

#[test]
fn tract_agrees_on_shapes_and_nearly_on_numbers() {
    for name in ["strategy", "newest", "opset13", "opset17", "activations"] {
        let path = format!("{}/../../tests/fixtures/models/{name}.onnx", env!("CARGO_MANIFEST_DIR"));
        let plan = import_file(&path, &ImportOptions::default()).unwrap().plan;
        let mut model = tract_onnx::onnx().model_for_path(&path).unwrap();
        let (mut ours, mut theirs) = (Vec::new(), tvec!());
        for (index, input) in plan.inputs.iter().enumerate() {
            let shape: Vec<usize> = input.shape.iter().map(|&dim| dim as usize).collect();
            model.set_input_fact(index, InferenceFact::dt_shape(DatumType::F32, &shape)).unwrap();
            let values = numbers(shape.iter().product());
            ours.push(Tensor::from_f32(input.shape.clone(), &values));
            theirs.push(TValue::from(tract_onnx::prelude::Tensor::from_shape(&shape, &values).unwrap()));
        }
        let expected = model.into_typed().unwrap().into_runnable().unwrap().run(theirs).unwrap();
        let outputs = Session::prepare(Arc::new(plan)).unwrap().run(&ours).unwrap();
        assert_eq!(outputs.len(), expected.len(), "{name}");
        for (ours, theirs) in outputs.iter().zip(&expected) {
            let shape: Vec<u32> = theirs.shape().iter().map(|&dim| dim as u32).collect();
            assert_eq!(ours.shape, shape, "{name}");
            let ours = ours.to_f32().unwrap();
            let theirs = theirs.to_plain_array_view::<f32>().unwrap();
            let largest = theirs.iter().map(|value| value.abs()).max_by(f32::total_cmp).unwrap_or(0.0);
            for (a, b) in ours.iter().zip(theirs.iter()) {
                assert!((a - b).abs() <= 1e-4 * largest, "{name}: {a} and {b}");
            }
        }
    }
}
