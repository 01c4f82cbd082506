use praxis_model::{
    DType, Tensor,
    ops::{
        Add, Cast, ClassLabels, Clip, Decision, Exp, Gemm, Mul, PairwiseLabels, PairwiseProbabilities, Reshape, Scalar,
        Sigmoid, SquaredDistances, Tanh,
    },
};

use super::{
    classes::{self, Classes},
    transform::{self, Transform},
};
use crate::{graph::Value, limits::shown, lower::Context, refusal::Refusal};

/// Probabilities of pairs stay this far from 0 and 1.
const MARGIN: f32 = 1e-7;
/// Highest degree of a polynomial kernel.
const MAX_DEGREE: f32 = 64.0;

/// A kernel function of rows and support vectors.
#[derive(Clone, Copy, Debug)]
enum Kernel {
    Linear,
    Polynomial { degree: u32 },
    Rbf,
    Sigmoid,
}

/// The attributes that both operators share.
struct Machine<'a> {
    kernel: Kernel,
    gamma: f32,
    offset: f32,
    coefficients: &'a [f32],
    vectors: &'a [f32],
    rho: &'a [f32],
}

impl<'a> Machine<'a> {
    fn from_attributes(cx: &mut Context<'_, 'a>) -> Result<Self, Refusal> {
        let (gamma, offset, degree) = match cx.attributes.floats("kernel_params")?.unwrap_or(&[]) {
            [] => (0.0, 0.0, 0.0),
            &[gamma, offset, degree] => (gamma, offset, degree),
            other => return Err(format!("kernel_params has {} entries, 3 are needed", other.len()).into()),
        };
        let kernel = match cx.attributes.string("kernel_type")?.unwrap_or("LINEAR") {
            "LINEAR" => Kernel::Linear,
            "POLY" if (1.0..=MAX_DEGREE).contains(&degree) && degree.fract() == 0.0 => {
                Kernel::Polynomial { degree: degree as u32 }
            }
            "POLY" => {
                return Err(format!("its degree is {degree}; whole numbers from 1 to {MAX_DEGREE} are possible").into());
            }
            "RBF" => Kernel::Rbf,
            "SIGMOID" => Kernel::Sigmoid,
            other => return Err(format!("the kernel_type {} is unknown", shown(other)).into()),
        };
        Ok(Self {
            kernel,
            gamma,
            offset,
            coefficients: cx.attributes.floats("coefficients")?.unwrap_or(&[]),
            vectors: cx.attributes.floats("support_vectors")?.unwrap_or(&[]),
            rho: cx.attributes.floats("rho")?.unwrap_or(&[]),
        })
    }

    /// The kernel function of the rows and each of `count` support vectors, float32`[N, count]`.
    fn kernels(&self, cx: &mut Context<'_, '_>, count: usize) -> Result<Value, Refusal> {
        cx.at_most(1)?;
        let rows = classes::float32_rows(cx)?;
        let features = cx.shape(rows)[1];
        if count == 0 || self.vectors.len() as u64 != count as u64 * u64::from(features) {
            let found = self.vectors.len();
            return Err(format!("{count} support vectors of {features} features have {found} elements").into());
        }
        let vectors = cx.constant(Tensor::from_f32([count as u32, features], self.vectors))?;
        match self.kernel {
            Kernel::Linear => cx.emit1(Gemm { trans_b: true, ..Gemm::default() }, &[rows, vectors]),
            Kernel::Sigmoid => {
                let inner = self.affine(cx, rows, vectors)?;
                cx.emit1(Tanh, &[inner])
            }
            Kernel::Polynomial { degree } => {
                let base = self.affine(cx, rows, vectors)?;
                power(cx, base, degree)
            }
            Kernel::Rbf => rbf(cx, rows, vectors, self.gamma),
        }
    }

    /// gamma x v^T + offset.
    fn affine(&self, cx: &mut Context<'_, '_>, rows: Value, vectors: Value) -> Result<Value, Refusal> {
        let offset = cx.constant(Tensor::from_f32([1], &[self.offset]))?;
        cx.emit1(Gemm { alpha: self.gamma, trans_b: true, ..Gemm::default() }, &[rows, vectors, offset])
    }
}

/// exp(-gamma d), d being squared distances.
fn rbf(cx: &mut Context<'_, '_>, rows: Value, vectors: Value, gamma: f32) -> Result<Value, Refusal> {
    let distances = cx.emit1(SquaredDistances, &[rows, vectors])?;
    let factor = scalar(cx, &[-gamma])?;
    let exponents = cx.emit1(Mul, &[distances, factor])?;
    cx.emit1(Exp, &[exponents])
}

/// A whole power by squaring, from the exponent's highest bit down.
fn power(cx: &mut Context<'_, '_>, base: Value, exponent: u32) -> Result<Value, Refusal> {
    let mut result = base;
    for bit in (0..exponent.ilog2()).rev() {
        result = cx.emit1(Mul, &[result, result])?;
        if exponent >> bit & 1 == 1 {
            result = cx.emit1(Mul, &[result, base])?;
        }
    }
    Ok(result)
}

fn scalar(cx: &mut Context<'_, '_>, values: &[f32]) -> Result<Value, Refusal> {
    cx.constant(Tensor::from_f32([values.len() as u32], values))
}

pub(super) fn regressor(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let machine = Machine::from_attributes(cx)?;
    let supports = cx.attributes.int("n_supports")?.unwrap_or(0);
    let supports = usize::try_from(supports).map_err(|_| format!("it has {supports} support vectors"))?;
    let one_class = cx.attributes.flag("one_class")?;
    let transform = Transform::from_attribute(cx)?;
    let &[rho] = machine.rho else {
        return Err(format!("it has {} values of rho, 1 is needed", machine.rho.len()).into());
    };
    let (left, count) = match supports {
        // Without support vectors the coefficients are a plane's.
        0 => {
            let rows = classes::float32_rows(cx)?;
            (rows, cx.shape(rows)[1])
        }
        count => (machine.kernels(cx, count)?, count as u32),
    };
    if machine.coefficients.len() != count as usize {
        return Err(format!("it has {} coefficients, {count} are needed", machine.coefficients.len()).into());
    }
    let weights = cx.constant(Tensor::from_f32([count, 1], machine.coefficients))?;
    let rho = scalar(cx, &[rho])?;
    let mut scores = cx.emit1(Gemm::default(), &[left, weights, rho])?;
    if one_class {
        let labels = cx.emit1(ClassLabels { decision: Decision::Above(0.0), labels: vec![-1, 1] }, &[scores])?;
        let sides = cx.emit1(Cast { to: DType::F32 }, &[labels])?;
        scores = cx.emit1(Reshape { shape: cx.shape(scores).to_vec() }, &[sides])?;
    }
    Ok(vec![transform::apply(cx, scores, transform)?])
}

pub(super) fn classifier(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let machine = Machine::from_attributes(cx)?;
    let classes = Classes::from_attributes(cx, "classlabels_ints")?;
    let per_class = cx.attributes.ints("vectors_per_class")?.unwrap_or(&[]);
    let slopes = cx.attributes.floats("prob_a")?.unwrap_or(&[]);
    let offsets = cx.attributes.floats("prob_b")?.unwrap_or(&[]);
    let transform = Transform::from_attribute(cx)?;
    if per_class.iter().all(|&count| count == 0) {
        return planes(cx, &machine, &classes, transform);
    }
    let decisions = decisions(cx, &machine, classes.count(), per_class)?;
    let labels = cx.emit1(PairwiseLabels { labels: classes.values() }, &[decisions])?;
    classes.name(cx, labels);
    let pairs = cx.shape(decisions)[1] as usize;
    let scores = match (slopes.len(), offsets.len()) {
        (0, 0) if classes.count() == 2 => {
            transform::apply_binary(cx, decisions, transform, transform != Transform::None)?
        }
        (0, 0) => transform::apply(cx, decisions, transform)?,
        (a, b) if a == pairs && b == pairs => {
            let probabilities = probabilities(cx, decisions, slopes, offsets)?;
            transform::apply(cx, probabilities, transform)?
        }
        (a, b) => return Err(format!("prob_a and prob_b have {a} and {b} entries for {pairs} pairs").into()),
    };
    Ok(vec![labels, scores])
}

/// Without support vectors each class has a plane.
fn planes(
    cx: &mut Context<'_, '_>,
    machine: &Machine<'_>,
    classes: &Classes,
    transform: Transform,
) -> Result<Vec<Value>, Refusal> {
    let rows = classes::float32_rows(cx)?;
    let (count, features) = (classes.count(), cx.shape(rows)[1]);
    let expected = count as u64 * u64::from(features);
    let (&[rho, ..], true) = (machine.rho, machine.coefficients.len() as u64 == expected && count > 2) else {
        return Err(format!("{count} planes over {features} features are not supported here").into());
    };
    let weights = cx.constant(Tensor::from_f32([count as u32, features], machine.coefficients))?;
    let rho = scalar(cx, &[rho])?;
    let scores = cx.emit1(Gemm { trans_b: true, ..Gemm::default() }, &[rows, weights, rho])?;
    let labels = classes.labels(cx, Decision::Greatest, scores)?;
    Ok(vec![labels, transform::apply(cx, scores, transform)?])
}

/// A decision for each pair of classes (i, j): the kernels of class i's vectors by row j - 1 of the coefficients, those of
/// class j's by row i, and rho.
fn decisions(
    cx: &mut Context<'_, '_>,
    machine: &Machine<'_>,
    classes: usize,
    per_class: &[i64],
) -> Result<Value, Refusal> {
    let counts = per_class.iter().map(|&count| usize::try_from(count)).collect::<Result<Vec<_>, _>>();
    let counts = counts.map_err(|_| "vectors_per_class has a negative number")?;
    let vectors = counts.iter().fold(0usize, |sum, &count| sum.saturating_add(count));
    let pairs = classes * (classes - 1) / 2;
    let coefficients = vectors.saturating_mul(classes - 1);
    if counts.len() != classes || machine.coefficients.len() != coefficients || machine.rho.len() != pairs {
        return Err(format!("vectors_per_class, coefficients and rho do not fit {classes} classes").into());
    }
    let kernels = machine.kernels(cx, vectors)?;
    let starts: Vec<usize> =
        counts.iter().scan(0, |next, &count| Some(core::mem::replace(next, *next + count))).collect();
    let mut matrix = vec![0.0; vectors.saturating_mul(pairs)];
    let mut pair = 0;
    for i in 0..classes {
        for j in i + 1..classes {
            for (class, row) in [(i, j - 1), (j, i)] {
                for vector in starts[class]..starts[class] + counts[class] {
                    matrix[vector * pairs + pair] = machine.coefficients[row * vectors + vector];
                }
            }
            pair += 1;
        }
    }
    // Near the border between two classes large terms cancel: in float64, as onnxruntime adds them.
    let wide = |values: &[f32]| values.iter().copied().map(f64::from).collect::<Vec<_>>();
    let matrix = cx.constant(Tensor::from_f64([vectors as u32, pairs as u32], &wide(&matrix)))?;
    let rho = cx.constant(Tensor::from_f64([pairs as u32], &wide(machine.rho)))?;
    let kernels = cx.emit1(Cast { to: DType::F64 }, &[kernels])?;
    let decisions = cx.emit1(Gemm::default(), &[kernels, matrix, rho])?;
    cx.emit1(Cast { to: DType::F32 }, &[decisions])
}

/// Platt's probabilities of pairs, coupled.
fn probabilities(
    cx: &mut Context<'_, '_>,
    decisions: Value,
    slopes: &[f32],
    offsets: &[f32],
) -> Result<Value, Refusal> {
    let negated = |values: &[f32]| values.iter().map(|value| -value).collect::<Vec<_>>();
    let slopes = scalar(cx, &negated(slopes))?;
    let offsets = scalar(cx, &negated(offsets))?;
    let scaled = cx.emit1(Mul, &[decisions, slopes])?;
    let shifted = cx.emit1(Add, &[scaled, offsets])?;
    let sigmoid = cx.emit1(Sigmoid, &[shifted])?;
    let bounds = Clip { min: Some(Scalar::f32(MARGIN)), max: Some(Scalar::f32(1.0 - MARGIN)) };
    let bounded = cx.emit1(bounds, &[sigmoid])?;
    cx.emit1(PairwiseProbabilities, &[bounded])
}
