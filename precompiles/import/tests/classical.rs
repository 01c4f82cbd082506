//! Files of ai.onnx.ml: labels, widths of floats, and trees that are none.

mod common;

use std::sync::Arc;

use common::{FLOAT, file, fixed, graph, int_attribute, node, value};
use praxis_import::{ImportOptions, Note, import_bytes};
use praxis_inference::Session;
use praxis_model::{DType, Tensor};
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, TensorProto, attribute_proto::AttributeType};

const UINT8: i32 = 2;
const STRING: i32 = 8;
const DOUBLE: i32 = 11;

fn ints(name: &str, ints: Vec<i64>) -> AttributeProto {
    AttributeProto { name: name.to_owned(), r#type: AttributeType::Ints as i32, ints, ..Default::default() }
}

fn floats(name: &str, floats: Vec<f32>) -> AttributeProto {
    AttributeProto { name: name.to_owned(), r#type: AttributeType::Floats as i32, floats, ..Default::default() }
}

fn strings(name: &str, texts: &[&str]) -> AttributeProto {
    let strings = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    AttributeProto { name: name.to_owned(), r#type: AttributeType::Strings as i32, strings, ..Default::default() }
}

fn tensor(name: &str, data_type: i32, count: usize, raw_data: Vec<u8>) -> AttributeProto {
    let t = TensorProto { data_type, dims: vec![count as i64], raw_data, ..Default::default() };
    AttributeProto { name: name.to_owned(), r#type: AttributeType::Tensor as i32, t: Some(t), ..Default::default() }
}

fn classical(mut node: NodeProto, attributes: Vec<AttributeProto>) -> NodeProto {
    node.domain = "ai.onnx.ml".to_owned();
    node.attribute = attributes;
    node
}

/// A tree of `x[1] <= 0.5` over two leaves, with one list changed.
fn stump(operator: &str, kind: &str, change: impl Fn(&mut Vec<AttributeProto>)) -> NodeProto {
    let mut attributes = vec![
        ints("nodes_treeids", vec![0, 0, 0]),
        ints("nodes_nodeids", vec![0, 1, 2]),
        ints("nodes_featureids", vec![1, 0, 0]),
        ints("nodes_truenodeids", vec![1, 0, 0]),
        ints("nodes_falsenodeids", vec![2, 0, 0]),
        strings("nodes_modes", &["BRANCH_LEQ", "LEAF", "LEAF"]),
        floats("nodes_values", vec![0.5, 0.0, 0.0]),
        ints(&format!("{kind}_treeids"), vec![0, 0]),
        ints(&format!("{kind}_nodeids"), vec![1, 2]),
        ints(&format!("{kind}_ids"), vec![0, 0]),
        floats(&format!("{kind}_weights"), vec![-1.5, 2.5]),
    ];
    change(&mut attributes);
    let outputs: &[&str] = if kind == "class" { &["label", "y"] } else { &["y"] };
    classical(node(operator, "trees", &["x"], outputs), attributes)
}

fn replace(attributes: &mut Vec<AttributeProto>, with: AttributeProto) {
    attributes.retain(|attribute| attribute.name != with.name);
    attributes.push(with);
}

fn regressor(change: impl Fn(&mut Vec<AttributeProto>)) -> Vec<u8> {
    let node = stump("TreeEnsembleRegressor", "target", |attributes| {
        attributes.push(int_attribute("n_targets", 1));
        change(attributes);
    });
    file(graph(vec![node]))
}

fn outputs(bytes: &[u8], options: &ImportOptions, input: Tensor) -> (Vec<Tensor>, Vec<Note>, Vec<Vec<String>>) {
    let imported = import_bytes(bytes, options).unwrap();
    let labels = imported.plan.labels.clone();
    let session = Session::prepare(Arc::new(imported.plan)).unwrap();
    (session.run(&[input]).unwrap(), imported.notes, labels)
}

fn score(bytes: &[u8], x: f32) -> f32 {
    let (outputs, ..) = outputs(bytes, &ImportOptions::default(), Tensor::from_f32([1, 4], &[9.0, x, 9.0, 9.0]));
    outputs[0].to_f32().unwrap()[0]
}

#[test]
fn all_comparisons_mean_what_onnx_says() {
    let below = 0.5f32.next_down();
    for (mode, at_half, below_half, at_nan) in [
        ("BRANCH_LEQ", true, true, false),
        ("BRANCH_LT", false, true, false),
        ("BRANCH_GTE", true, false, false),
        ("BRANCH_GT", false, false, false),
        ("BRANCH_EQ", true, false, false),
        ("BRANCH_NEQ", false, true, true),
    ] {
        for missing in [false, true] {
            let bytes = regressor(|attributes| {
                replace(attributes, strings("nodes_modes", &[mode, "LEAF", "LEAF"]));
                attributes.push(ints("nodes_missing_value_tracks_true", vec![i64::from(missing), 0, 0]));
            });
            for (x, holds) in [(0.5, at_half), (below, below_half), (f32::NAN, at_nan || missing)] {
                let expected = if holds { -1.5 } else { 2.5 };
                assert_eq!(score(&bytes, x), expected, "{mode}, NaN is {missing}, x = {x}");
            }
        }
    }
}

#[test]
fn nodes_that_are_no_trees_are_refused_by_name() {
    let refusal = |change: &dyn Fn(&mut Vec<AttributeProto>)| {
        import_bytes(&regressor(change), &ImportOptions::default()).unwrap_err().to_string()
    };
    let says = |change: &dyn Fn(&mut Vec<AttributeProto>), part: &str| {
        let error = refusal(change);
        assert!(error.contains("\"trees\"") && error.contains(part), "{error:?} should say {part:?}");
    };
    let split_all = strings("nodes_modes", &["BRANCH_LEQ", "BRANCH_LEQ", "LEAF"]);
    // A node below itself, and one with two parents.
    says(
        &|attributes| {
            replace(attributes, split_all.clone());
            replace(attributes, ints("nodes_truenodeids", vec![1, 0, 0]));
            replace(attributes, ints("nodes_falsenodeids", vec![2, 2, 0]));
        },
        "two parents or is below itself",
    );
    says(
        &|attributes| {
            replace(attributes, split_all.clone());
            replace(attributes, ints("nodes_truenodeids", vec![1, 2, 0]));
            replace(attributes, ints("nodes_falsenodeids", vec![1, 2, 0]));
        },
        "two parents or is below itself",
    );
    says(
        &|attributes| replace(attributes, ints("nodes_featureids", vec![4, 0, 0])),
        "reads feature 4, its input has 4",
    );
    says(&|attributes| replace(attributes, ints("nodes_featureids", vec![-1, 0, 0])), "feature -1 is out of range");
    says(&|attributes| replace(attributes, ints("nodes_featureids", vec![1 << 40, 0, 0])), "is out of range");
    says(&|attributes| replace(attributes, ints("nodes_truenodeids", vec![7, 0, 0])), "has no node 7");
    says(&|attributes| replace(attributes, ints("nodes_nodeids", vec![0, 1, 1])), "node 1 of tree 0 is given twice");
    says(&|attributes| replace(attributes, ints("nodes_nodeids", vec![0, 1])), "has 2 entries, 3 are needed");
    says(&|attributes| replace(attributes, ints("target_ids", vec![0, 1])), "feeds target 1 of 1");
    says(&|attributes| replace(attributes, floats("nodes_values", vec![f32::NAN, 0.0, 0.0])), "compares with NaN");
    says(&|attributes| replace(attributes, floats("target_weights", vec![f32::NAN, 0.0])), "has the weight NaN");
    says(&|attributes| replace(attributes, strings("nodes_modes", &["BRANCH", "LEAF", "LEAF"])), "mode BRANCH");
    says(&|attributes| attributes.push(floats("base_values", vec![0.0; 2])), "2 base values for 1 targets");
}

/// TreeEnsemble of one path of `depth` splits.
fn chain(depth: usize) -> Vec<u8> {
    let next = |index: usize| if index + 1 < depth { index as i64 + 1 } else { 1 };
    let attributes = vec![
        int_attribute("n_targets", 1),
        ints("tree_roots", vec![0]),
        ints("nodes_featureids", vec![0; depth]),
        tensor("nodes_splits", FLOAT, depth, (0..depth).flat_map(|_| 1.0f32.to_le_bytes()).collect()),
        tensor("nodes_modes", UINT8, depth, vec![0; depth]),
        ints("nodes_truenodeids", (0..depth).map(next).collect()),
        ints("nodes_falsenodeids", vec![0; depth]),
        ints("nodes_trueleafs", (0..depth).map(|index| i64::from(index + 1 == depth)).collect()),
        ints("nodes_falseleafs", vec![1; depth]),
        tensor("leaf_weights", FLOAT, 2, [1.0f32, 2.0].iter().flat_map(|w| w.to_le_bytes()).collect()),
        ints("leaf_targetids", vec![0, 0]),
    ];
    file(graph(vec![classical(node("TreeEnsemble", "trees", &["x"], &["y"]), attributes)]))
}

#[test]
fn a_path_of_a_million_splits_is_priced_or_refused() {
    let imported = import_bytes(&chain(50_000), &ImportOptions::default()).unwrap();
    assert!(imported.plan.cost().work.random_accesses >= 50_000);
    assert_eq!(score(&chain(50_000), 9.0), 1.0);
    match import_bytes(&chain(1_000_000), &ImportOptions::default()) {
        Ok(imported) => assert!(imported.plan.cost().work.random_accesses >= 1_000_000),
        Err(error) => assert!(error.to_string().contains("at most"), "{error}"),
    }
}

#[test]
fn string_labels_become_numbers_with_names() {
    let trees = stump("TreeEnsembleClassifier", "class", |attributes| {
        attributes.push(strings("classlabels_strings", &["no", "yes"]));
    });
    let zip = classical(node("ZipMap", "", &["y"], &["maps"]), vec![strings("classlabels_strings", &["no", "yes"])]);
    let outputs_of_file = vec![value("label", STRING, &fixed(&[1])), value("maps", FLOAT, &fixed(&[1, 2]))];
    let bytes = file(GraphProto { output: outputs_of_file, ..graph(vec![trees, zip]) });
    let input = Tensor::from_f32([1, 4], &[0.0, 1.0, 0.0, 0.0]);
    let (outputs, notes, labels) = outputs(&bytes, &ImportOptions::default(), input);
    assert_eq!(outputs[0].to_i64().unwrap(), [1]);
    assert_eq!(outputs[1].to_f32().unwrap(), [-2.5, 2.5]);
    assert_eq!(labels, vec![vec!["no".to_owned(), "yes".to_owned()]; 2]);
    let text: Vec<_> = notes.iter().map(ToString::to_string).collect();
    assert!(text[0].contains("labels by number: 0 no, 1 yes"), "{text:?}");
    assert!(text[1].contains("list of maps"), "{text:?}");
    // What computes with strings is refused, not computed with their numbers.
    let trees = stump("TreeEnsembleClassifier", "class", |attributes| {
        attributes.push(strings("classlabels_strings", &["no", "yes"]));
    });
    let twice = node("Add", "sum", &["label", "label"], &["out"]);
    let bytes = file(GraphProto { output: vec![value("out", FLOAT, &[])], ..graph(vec![trees, twice]) });
    let error = import_bytes(&bytes, &ImportOptions::default()).unwrap_err().to_string();
    assert!(error.contains("computes with strings"), "{error}");
}

#[test]
fn float64_files_run_in_float64_or_as_float32() {
    let trees = stump("TreeEnsembleRegressor", "target", |attributes| {
        attributes.push(int_attribute("n_targets", 1));
        // A threshold that float32 does not have: rounded to nearest it would be above the input below.
        attributes.retain(|attribute| attribute.name != "nodes_values");
        let values = [1.0 - 1e-12f64, 0.0, 0.0].iter().flat_map(|x| x.to_le_bytes()).collect();
        attributes.push(tensor("nodes_values_as_tensor", DOUBLE, 3, values));
    });
    let inputs = vec![value("x", DOUBLE, &fixed(&[1, 4]))];
    let bytes =
        file(GraphProto { input: inputs, output: vec![value("y", DOUBLE, &fixed(&[1, 1]))], ..graph(vec![trees]) });
    let (wide, notes, _) =
        outputs(&bytes, &ImportOptions::default(), Tensor::from_f64([1, 4], &[0.0, 1.0 - 1e-13, 0.0, 0.0]));
    // The operator's output is float32 by its definition, whatever the file declares.
    assert_eq!((wide[0].dtype, wide[0].to_f32().unwrap()), (DType::F32, vec![2.5]));
    assert!(notes[0].to_string().contains("declares the output \"y\" as float64"), "{notes:?}");
    let options = ImportOptions { to_float32: true, ..Default::default() };
    let (narrow, notes, _) = outputs(&bytes, &options, Tensor::from_f32([1, 4], &[0.0, 1.0, 0.0, 0.0]));
    assert_eq!(narrow[0].to_f32().unwrap(), vec![2.5]);
    assert!(notes.contains(&Note::ToFloat32), "{notes:?}");
}
