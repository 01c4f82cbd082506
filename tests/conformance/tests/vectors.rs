//! Every committed model against its vectors, on every instruction set of this machine.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use alloy_primitives::keccak256;
use praxis_conformance::{Vectors, fixture};
use praxis_import::{ImportOptions, import_file, inspect_file, supported_operators};
use praxis_inference::{Isa, Session};
use praxis_model::{DType, Plan, Tensor, hash_tensors, id};

/// The committed models, their ids, and a digest of what they give for their vectors' inputs. An id changes when the file,
/// the importer's rewrites or the Plan's format do, a digest when the arithmetic does: all of these are consensus, so a
/// change here has to be meant. The numbers hold on every processor.
const MODELS: [(&str, &str, &str); 8] = [
    (
        "strategy",
        "0x1f154b2f7051f1ec38f18fbeaf71803cbb54acb62ccdb726d1c3ad2796fabb18",
        "0xa0cfdffbb769810aa874f69c44ba0f1b2f47f12f2f88cfd1d047bb00cf93a82b",
    ),
    (
        "opset9",
        "0xd450ef1a81f9df571c2a9232a57f43b4611f7f8a86ccf810f51244f2ed5d7e4c",
        "0xebe500f52933b031eefa6e36098426520001e7836f85903ad1b9c97d80cd4e28",
    ),
    (
        "opset12",
        "0x68e212010c86addef4350bd33cde13c3689b1c5a3bce97fc8504abf77ead45aa",
        "0xed914aafd27de5ad7de7674fb6e965c0b55f475313a1457949b243876dac9a09",
    ),
    (
        "opset13",
        "0xb1d7d327e0bf905878e5727545b2cf837f339caee2656d65ee491a446eeb4b77",
        "0x974a76d69faa073cf4fe354a9296831df52d4c2bd2a57b27329d14385f5c6422",
    ),
    (
        "opset17",
        "0xf40bb99a1647141a9c4fcf43ec1446e9f0ede42bba1fc81d251b3637dd74774e",
        "0x9b834e8151f1d77e933b69848d9ad02739cedc1aa90853d49ec7d779ea5f519a",
    ),
    (
        "newest",
        "0x4d2f68a7df1419544a2183d147864c335e728866d448cfa7e47ac2dd4f46a2aa",
        "0x67e2e966475018e386ee1a46d7065dabfd7738b65fbd4b7b462c7a7adabe7d6b",
    ),
    (
        "integers",
        "0xe18fac41759564678ede2f16cb976edc0af9e0eda7e4f04d45e6e99115799a0c",
        "0xc172eb2f7c97d0728fffd0cef2c76f60300233a41be97af29a4e57e8ed19edf1",
    ),
    (
        "activations",
        "0x90bee741d5e24193dc23c732b823ea5bc497c2bb497130a112fe5e7b5df48132",
        "0x36e8bf7bc544c23cdd3062e97ae36f716a3dd93bef0cd1f2be98d764816e1412",
    ),
];

/// Largest difference from onnxruntime, as a part of the largest magnitude in the output.
const TOLERANCE: f64 = 1e-5;
/// Largest error against float64, in multiples of onnxruntime's.
const ERROR_FACTOR: f64 = 2.0;

fn import(name: &str) -> Plan {
    import_file(fixture(&format!("{name}.onnx")), &ImportOptions::default())
        .unwrap_or_else(|e| panic!("{name}: {e}"))
        .plan
}

/// The elements as float64, exact for all types here.
fn numbers(tensor: &Tensor) -> Vec<f64> {
    let words = |size: usize| tensor.data.chunks_exact(size);
    match tensor.dtype {
        DType::F64 => tensor.to_f64().unwrap(),
        DType::F32 => tensor.to_f32().unwrap().into_iter().map(f64::from).collect(),
        DType::I64 => tensor.to_i64().unwrap().into_iter().map(|v| v as f64).collect(),
        DType::I32 => words(4).map(|w| f64::from(i32::from_le_bytes(w.try_into().unwrap()))).collect(),
        DType::U8 | DType::Bool => words(1).map(|w| f64::from(w[0])).collect(),
        other => panic!("no vector has an output of {other}"),
    }
}

fn largest_difference(left: &[f64], right: &[f64]) -> f64 {
    assert_eq!(left.len(), right.len());
    left.iter().zip(right).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// Largest errors of one output over all cases.
#[derive(Default)]
struct Errors {
    /// Against onnxruntime, as a part of the output's largest magnitude.
    relative: f64,
    ours: f64,
    onnxruntime: f64,
}

#[test]
fn every_model_gives_its_vectors() {
    let paths = Isa::available();
    assert!(!paths.is_empty());
    for (name, _, pinned) in MODELS {
        let plan = Arc::new(import(name));
        let vectors = Vectors::of_model(name).unwrap();
        assert!(vectors.cases >= 3, "{name} has {} cases", vectors.cases);
        let sessions: Vec<_> = paths.iter().map(|&isa| Session::with_isa(Arc::clone(&plan), isa).unwrap()).collect();
        let mut results_digest = Vec::new();
        let mut errors: Vec<Errors> = plan.outputs.iter().map(|_| Errors::default()).collect();
        for case in 0..vectors.cases {
            let inputs: Vec<_> = plan.inputs.iter().map(|i| vectors.get("in", &i.name, case).unwrap()).collect();
            let results: Vec<_> = sessions.iter().map(|session| session.run(&inputs).unwrap()).collect();
            for (result, isa) in results.iter().zip(&paths) {
                assert_eq!(
                    hash_tensors(result),
                    hash_tensors(&results[0]),
                    "{name}, case {case}: {isa:?}, {:?}",
                    paths[0]
                );
            }
            results_digest.extend(hash_tensors(&results[0]));
            for ((info, output), errors) in plan.outputs.iter().zip(&results[0]).zip(&mut errors) {
                let expected = vectors.get("out", &info.name, case).unwrap();
                assert_eq!((output.dtype, &output.shape), (expected.dtype, &expected.shape), "{name}, {}", info.name);
                let reference = numbers(&vectors.get("ref", &info.name, case).unwrap());
                let (output, expected) = (numbers(output), numbers(&expected));
                let magnitude = expected.iter().fold(0.0f64, |largest, value| largest.max(value.abs()));
                let difference = largest_difference(&output, &expected);
                assert!(difference <= TOLERANCE * magnitude, "{name}, {}, case {case}: {difference:e}", info.name);
                errors.relative = errors.relative.max(if difference == 0.0 { 0.0 } else { difference / magnitude });
                errors.ours = errors.ours.max(largest_difference(&output, &reference));
                errors.onnxruntime = errors.onnxruntime.max(largest_difference(&expected, &reference));
            }
        }
        let digest = keccak256(results_digest).to_string();
        assert!(digest == pinned, "{name} gives other bits: {digest}, pinned {pinned}");
        for (info, Errors { relative, ours, onnxruntime }) in plan.outputs.iter().zip(errors) {
            println!(
                "{name} {}: {relative:.1e} from onnxruntime; from float64 {ours:.2e}, onnxruntime {onnxruntime:.2e}",
                info.name
            );
            assert!(ours <= ERROR_FACTOR * onnxruntime, "{name}, {}: {ours:e}, onnxruntime {onnxruntime:e}", info.name);
        }
    }
    println!("instruction sets: {paths:?}");
}

#[test]
fn model_ids_are_pinned() {
    let found = MODELS.map(|(name, ..)| format!("{name} {}", id::model_id(&import(name).encode())));
    let pinned = MODELS.map(|(name, id, _)| format!("{name} {id}"));
    assert_eq!(found, pinned);
}

#[test]
fn every_operator_has_a_vector() {
    let mut covered = BTreeSet::new();
    for (name, ..) in MODELS {
        let path = fixture(&format!("{name}.onnx"));
        covered.extend(inspect_file(path, &ImportOptions::default()).unwrap().operators.into_keys());
    }
    let missing: Vec<_> = supported_operators().filter(|(_, name)| !covered.contains(*name)).collect();
    assert!(missing.is_empty(), "no vector covers {missing:?}");
}

#[test]
fn every_fixture_is_tested() {
    let known: BTreeSet<String> = MODELS.iter().map(|(name, ..)| format!("{name}.onnx")).collect();
    let files = std::fs::read_dir(fixture("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let found: BTreeSet<String> =
        files.filter(|file| Path::new(file).extension().is_some_and(|e| e == "onnx")).collect();
    assert_eq!(found, known);
}

#[test]
fn the_strategy_fits_its_budget() {
    let plan = import("strategy");
    let bytes = std::fs::metadata(fixture("strategy.onnx")).unwrap().len();
    let cost = plan.cost();
    println!("strategy: {bytes} bytes of ONNX, {} of Plan, {cost:?}", plan.encode().len());
    assert!(bytes < 300_000);
    assert!(cost.gas + cost.cold_gas < 1_000_000, "{cost:?}");
}
