//! A model against its vectors: on every instruction set the same bits, near onnxruntime, and no further from float64.

use std::{fmt, sync::Arc};

use alloy_primitives::{B256, keccak256};
use praxis_import::{ImportOptions, import_file};
use praxis_inference::{Isa, Session};
use praxis_model::{DType, Plan, Tensor, hash_tensors, id};

use crate::{Vectors, zoo::ZooModel};

/// Largest difference from onnxruntime, as a part of the largest magnitude in the output.
pub const TOLERANCE: f64 = 1e-5;
/// The same for float64 outputs.
pub const TOLERANCE_F64: f64 = 1e-12;
/// Largest error against float64, in multiples of onnxruntime's.
pub const ERROR_FACTOR: f64 = 2.0;

/// What became of a model.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It cannot be imported: why.
    Refused(String),
    /// It runs and differs, or does not run: how.
    Wrong(Vec<String>),
    /// It gives what it should.
    Agrees(Report),
}

/// What a model gave.
#[derive(Clone, Debug)]
pub struct Report {
    /// The id of its Plan.
    pub id: B256,
    /// keccak256 of the hashes of all cases' outputs.
    pub digest: B256,
    /// Largest errors of each output over all cases, with its name.
    pub outputs: Vec<(String, Errors)>,
}

/// Largest errors of one output over all cases.
#[derive(Clone, Copy, Debug, Default)]
pub struct Errors {
    /// Against onnxruntime, as a part of the output's largest magnitude in that case.
    pub relative: f64,
    /// Ours against float64.
    pub ours: f64,
    /// Onnxruntime's against float64.
    pub onnxruntime: f64,
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { relative, ours, onnxruntime } = self;
        write!(f, "{relative:.1e} from onnxruntime; from float64 {ours:.2e}, onnxruntime {onnxruntime:.2e}")
    }
}

/// Imports the model and runs its cases on the given instruction sets.
pub fn check(model: &ZooModel, sets: &[Isa]) -> Verdict {
    check_cases(model, sets, usize::MAX)
}

/// The same for at most `limit` of its cases; the digest is then of these. The error against float64 is judged over all cases
/// only: of a few, the largest is luck.
pub fn check_cases(model: &ZooModel, sets: &[Isa], limit: usize) -> Verdict {
    let plan = match import_file(model.onnx(), &ImportOptions::default()) {
        Ok(imported) => Arc::new(imported.plan),
        Err(error) => return Verdict::Refused(error.to_string()),
    };
    let mut vectors = match Vectors::read(&model.vectors()) {
        Ok(vectors) => vectors,
        Err(error) => return Verdict::Wrong(vec![error.to_string()]),
    };
    let judged = vectors.cases <= limit && model.about.reference == "float64";
    vectors.cases = vectors.cases.min(limit);
    match compare(model, &plan, &vectors, sets, judged) {
        Ok(report) => Verdict::Agrees(report),
        Err(wrong) => Verdict::Wrong(wrong),
    }
}

fn compare(
    model: &ZooModel,
    plan: &Arc<Plan>,
    vectors: &Vectors,
    sets: &[Isa],
    judged: bool,
) -> Result<Report, Vec<String>> {
    let mut wrong = Vec::new();
    let sessions: Vec<Session> = sets
        .iter()
        .map(|&isa| Session::with_isa(Arc::clone(plan), isa).map_err(|e| vec![format!("{}: {e}", isa.name())]))
        .collect::<Result<_, _>>()?;
    let mut outputs: Vec<_> = plan.outputs.iter().map(|info| (info.name.clone(), Errors::default())).collect();
    let mut hashes = Vec::new();
    for case in 0..vectors.cases {
        let results = run(plan, &sessions, vectors, case).map_err(|why| vec![format!("case {case}: {why}")])?;
        let Some((first, rest)) = results.split_first() else { return Err(vec!["no instruction set".to_owned()]) };
        hashes.extend(hash_tensors(first));
        for (session, other) in sessions[1..].iter().zip(rest) {
            if hash_tensors(other) != hash_tensors(first) {
                wrong.push(format!("case {case}: {} and {} differ", session.isa().name(), sets[0].name()));
            }
        }
        for (found, (name, errors)) in first.iter().zip(&mut outputs) {
            let allowed = allowed(model, found.dtype, name, case);
            if let Err(why) = compare_output(found, vectors, name, case, allowed, errors) {
                wrong.push(format!("case {case}, {name}: {why}"));
            }
        }
    }
    for (name, Errors { ours, onnxruntime, .. }) in &outputs {
        if judged && *ours > ERROR_FACTOR * onnxruntime {
            wrong.push(format!("{name}: {ours:.2e} from float64, onnxruntime {onnxruntime:.2e}"));
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(Report { id: id::model_id(&plan.encode()), digest: keccak256(hashes), outputs })
}

/// The outputs of one case, by session.
fn run(plan: &Plan, sessions: &[Session], vectors: &Vectors, case: usize) -> Result<Vec<Vec<Tensor>>, String> {
    let input = |info: &praxis_model::ValueInfo| {
        vectors.get("in", &info.name, case).ok_or_else(|| format!("the vectors have no input {}", info.name))
    };
    let inputs = plan.inputs.iter().map(input).collect::<Result<Vec<_>, _>>()?;
    sessions.iter().map(|session| session.run(&inputs).map_err(|e| e.to_string())).collect()
}

/// Largest difference from onnxruntime, as a part of the output's largest magnitude. Of a chaotic case it is as large as what
/// the last bit of an input changes in onnxruntime's own answer.
fn allowed(model: &ZooModel, dtype: DType, name: &str, case: usize) -> f64 {
    match dtype {
        _ if model.about.exact.iter().any(|exact| exact == name) => 0.0,
        DType::F32 => model.about.chaotic_cases.get(&case).map_or(TOLERANCE, |moved| moved.max(TOLERANCE)),
        DType::F64 => TOLERANCE_F64,
        _ => 0.0,
    }
}

fn compare_output(
    found: &Tensor,
    vectors: &Vectors,
    name: &str,
    case: usize,
    allowed: f64,
    errors: &mut Errors,
) -> Result<(), String> {
    let expected = vectors.get("out", name, case).ok_or("the vectors have no such output")?;
    if (found.dtype, &found.shape) != (expected.dtype, &expected.shape) {
        return Err(format!("{}, onnxruntime gives {}", found.tensor_type(), expected.tensor_type()));
    }
    let numbers = |tensor: &Tensor| numbers(tensor).ok_or_else(|| format!("outputs of {} are new", tensor.dtype));
    let (ours, theirs) = (numbers(found)?, numbers(&expected)?);
    let magnitude = theirs.iter().filter(|v| v.is_finite()).fold(0.0f64, |largest, value| largest.max(value.abs()));
    let difference = largest_difference(&ours, &theirs);
    let relative = if difference == 0.0 { 0.0 } else { difference / magnitude };
    errors.relative = errors.relative.max(relative);
    if let Some(reference) = vectors.get("ref", name, case) {
        let reference = numbers(&reference)?;
        errors.ours = errors.ours.max(largest_difference(&ours, &reference));
        errors.onnxruntime = errors.onnxruntime.max(largest_difference(&theirs, &reference));
    }
    // Not `relative > allowed`: a NaN is a difference.
    if relative <= allowed { Ok(()) } else { Err(format!("{relative:.1e} from onnxruntime, at most {allowed:e}")) }
}

/// The elements as float64, exact for all types that vectors have.
fn numbers(tensor: &Tensor) -> Option<Vec<f64>> {
    let words = |size: usize| tensor.data.chunks_exact(size);
    let word = |w: &[u8]| w.try_into().map(i32::from_le_bytes).map_or(f64::NAN, f64::from);
    Some(match tensor.dtype {
        DType::F64 => tensor.to_f64()?,
        DType::F32 => tensor.to_f32()?.into_iter().map(f64::from).collect(),
        DType::I64 => tensor.to_i64()?.into_iter().map(|v| v as f64).collect(),
        DType::I32 => words(4).map(word).collect(),
        DType::I8 => words(1).map(|w| f64::from(w[0] as i8)).collect(),
        DType::U8 | DType::Bool => words(1).map(|w| f64::from(w[0])).collect(),
        _ => return None,
    })
}

/// Equal values (infinities too) and two NaNs differ by nothing; a NaN against a number by NaN's stand-in, infinity.
fn largest_difference(left: &[f64], right: &[f64]) -> f64 {
    let apart = |(&a, &b): (&f64, &f64)| {
        if a == b || (a.is_nan() && b.is_nan()) {
            0.0
        } else if (a - b).is_nan() {
            f64::INFINITY
        } else {
            (a - b).abs()
        }
    };
    left.iter().zip(right).map(apart).fold(if left.len() == right.len() { 0.0 } else { f64::INFINITY }, f64::max)
}
