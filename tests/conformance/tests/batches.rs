//! A row alone equals the row in a batch: a model imported with its batch dimension set to 4 gives four rows' bits.

use std::sync::Arc;

use praxis_conformance::{
    Vectors,
    zoo::{self, ZooModel},
};
use praxis_import::{ImportOptions, import_file};
use praxis_inference::Session;
use praxis_model::{Plan, Tensor};

const ROWS: usize = 4;
/// DynamicQuantizeLinear takes one scale from the whole tensor, so rows of a batch depend on each other by definition.
const SCALED_BY_BATCH: [&str; 2] = ["mlp_int8_dynamic", "cnn_int8_dynamic"];

/// Rows of several cases under one another.
fn joined(rows: Vec<Tensor>) -> Tensor {
    let mut shape = rows[0].shape.clone();
    shape[0] = rows.len() as u32;
    Tensor { dtype: rows[0].dtype, shape, data: rows.into_iter().flat_map(|row| row.data).collect() }
}

/// The Plan for a batch, where the file leaves the batch open.
fn batched(model: &ZooModel, single: &Plan) -> Option<Plan> {
    if single.inputs.iter().any(|info| info.shape.first() != Some(&1)) {
        return None;
    }
    let mut options = ImportOptions::default();
    for info in &single.inputs {
        let mut shape = info.shape.clone();
        shape[0] = ROWS as u32;
        options.shapes.insert(info.name.clone(), shape);
    }
    import_file(model.onnx(), &options).ok().map(|imported| imported.plan)
}

#[test]
fn a_row_alone_equals_the_row_in_a_batch() {
    let mut compared = 0;
    for model in zoo::committed().unwrap() {
        if SCALED_BY_BATCH.contains(&model.name.as_str()) {
            continue;
        }
        let Ok(single) = import_file(model.onnx(), &ImportOptions::default()) else { continue };
        let single = Arc::new(single.plan);
        let Some(plan) = batched(&model, &single) else { continue };
        let vectors = Vectors::read(&model.vectors()).unwrap();
        let rows = ROWS.min(vectors.cases);
        let input = |name: &str, case: usize| vectors.get("in", name, case % rows).unwrap();
        let batch: Vec<Tensor> =
            single.inputs.iter().map(|i| joined((0..ROWS).map(|case| input(&i.name, case)).collect())).collect();
        let session = Session::prepare(Arc::clone(&single)).unwrap();
        let together = Session::prepare(Arc::new(plan)).unwrap().run(&batch).unwrap();
        for case in 0..ROWS {
            let inputs: Vec<Tensor> = single.inputs.iter().map(|info| input(&info.name, case)).collect();
            for (output, (alone, all)) in session.run(&inputs).unwrap().iter().zip(&together).enumerate() {
                let size = alone.data.len();
                assert_eq!(all.data.len(), size * ROWS, "{}, output {output}: no rows", model.name);
                assert_eq!(alone.data, all.data[case * size..][..size], "{}, output {output}, row {case}", model.name);
            }
        }
        // The session's own batches run rows one after another.
        for (output, (rows, all)) in session.run(&batch).unwrap().iter().zip(&together).enumerate() {
            assert_eq!(rows.data, all.data, "{}, output {output}", model.name);
        }
        compared += 1;
    }
    println!("{compared} models in batches of {ROWS}");
    assert!(compared > 0);
}
