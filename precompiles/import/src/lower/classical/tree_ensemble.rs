use praxis_model::{
    DType,
    ops::{Aggregate, Cast, ClassLabels, Decision, SetMembership, TREE_FIELDS, TreeEnsemble},
};

use super::{
    classes::{self, Classes},
    transform::{self, Transform},
    tree_attributes, tree_tables,
    trees::RawEnsemble,
};
use crate::{graph::Value, lower::Context, refusal::Refusal};

/// The scores of an ensemble for the first input: float64 where the input or the trees are, else float32.
fn scores(cx: &mut Context<'_, '_>, raw: &RawEnsemble, aggregate: Aggregate) -> Result<Value, Refusal> {
    cx.at_most(1)?;
    let mut rows = classes::rows(cx)?;
    let is_double = cx.kind(rows).dtype == DType::F64 || (raw.is_double && !cx.to_float32());
    let dtype = if is_double { DType::F64 } else { DType::F32 };
    if cx.kind(rows).dtype != dtype {
        rows = cx.emit1(Cast { to: dtype }, &[rows])?;
    }
    let tables = tree_tables::build(raw, cx.shape(rows)[1], dtype, aggregate)?;
    let count = |length: usize| u32::try_from(length).map_err(|_| Refusal::from("it has too many nodes"));
    if !tables.sets.is_empty() {
        let shape = tables.sets.iter().flat_map(|(feature, members)| [*feature, members.len() as u32]);
        let sets = cx.constant(tree_tables::words([count(tables.sets.len())?, 2], shape))?;
        let members: Vec<f64> = tables.sets.iter().flat_map(|(_, members)| members).copied().collect();
        let members = cx.constant(tree_tables::floats(dtype, [count(members.len())?], &members))?;
        rows = cx.emit1(SetMembership, &[rows, sets, members])?;
    }
    let nodes = count(tables.splits.len())?;
    let trees = [count(tables.trees.len())?, TREE_FIELDS as u32];
    let targets = count(raw.base.len())?;
    let mut inputs = vec![
        rows,
        cx.constant(tree_tables::words([nodes], tables.splits))?,
        cx.constant(tree_tables::floats(dtype, [nodes], &tables.values))?,
        cx.constant(tree_tables::words(trees, tables.trees.into_iter().flatten()))?,
        cx.constant(tree_tables::floats(dtype, [targets], &raw.base))?,
    ];
    if !tables.weights.is_empty() {
        let leaves = count(tables.weights.len() / raw.base.len())?;
        inputs.push(cx.constant(tree_tables::floats(dtype, [leaves, targets], &tables.weights))?);
    }
    cx.emit1(TreeEnsemble { aggregate, total_depth: tables.total_depth }, &inputs)
}

/// float32, as these operators give it whatever the input is.
fn narrow(cx: &mut Context<'_, '_>, value: Value) -> Result<Value, Refusal> {
    if cx.kind(value).dtype == DType::F32 { Ok(value) } else { cx.emit1(Cast { to: DType::F32 }, &[value]) }
}

fn aggregate_by_name(name: &str) -> Result<Aggregate, Refusal> {
    Ok(match name {
        "SUM" => Aggregate::Sum,
        "AVERAGE" => Aggregate::Average,
        "MIN" => Aggregate::Min,
        "MAX" => Aggregate::Max,
        other => return Err(format!("the aggregate function {} is unknown", crate::limits::shown(other)).into()),
    })
}

/// Most targets of an ensemble.
const MAX_TARGETS: i64 = 65_536;

fn target_count(cx: &mut Context<'_, '_>) -> Result<usize, Refusal> {
    match cx.attributes.int("n_targets")? {
        Some(count @ 1..=MAX_TARGETS) => Ok(count as usize),
        Some(count) => Err(format!("it has {count} targets, 1 to {MAX_TARGETS} are possible").into()),
        None => Err("the attribute n_targets is missing".into()),
    }
}

pub(super) fn regressor(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let targets = target_count(cx)?;
    let aggregate = aggregate_by_name(cx.attributes.string("aggregate_function")?.unwrap_or("SUM"))?;
    let transform = Transform::from_attribute(cx)?;
    let mut raw = tree_attributes::by_nodes(cx, "target")?;
    match raw.base.len() {
        0 => raw.base = vec![0.0; targets],
        count if count != targets => {
            return Err(format!("it has {count} base values for {targets} targets").into());
        }
        _ => {}
    }
    let scores = scores(cx, &raw, aggregate)?;
    let scores = narrow(cx, scores)?;
    Ok(vec![transform::apply(cx, scores, transform)?])
}

/// TreeEnsemble of version 5, whose output has the type of its input.
pub(super) fn ensemble(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let targets = target_count(cx)?;
    let aggregate = match cx.attributes.int("aggregate_function")?.unwrap_or(1) {
        0 => Aggregate::Average,
        1 => Aggregate::Sum,
        2 => Aggregate::Min,
        3 => Aggregate::Max,
        other => return Err(format!("the aggregate function {other} is unknown").into()),
    };
    let transform = Transform::from_number(cx.attributes.int("post_transform")?.unwrap_or(0))?;
    let mut raw = tree_attributes::by_leaves(cx)?;
    raw.base = vec![0.0; targets];
    let input = cx.input(0)?;
    let dtype = cx.kind(input).dtype;
    let mut scores = scores(cx, &raw, aggregate)?;
    if transform != Transform::None {
        scores = narrow(cx, scores)?;
        scores = transform::apply(cx, scores, transform)?;
    }
    if cx.kind(scores).dtype != dtype {
        scores = cx.emit1(Cast { to: dtype }, &[scores])?;
    }
    Ok(vec![scores])
}

pub(super) fn classifier(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    let classes = Classes::from_attributes(cx, "classlabels_int64s")?;
    let transform = Transform::from_attribute(cx)?;
    let mut raw = tree_attributes::by_nodes(cx, "class")?;
    let fed = raw.leaves.iter().flatten().map(|&(class, _)| class);
    let (least, greatest) = (fed.clone().min().unwrap_or(0), fed.max().unwrap_or(0));
    if classes.count() == 2 && least == greatest {
        return binary(cx, raw, &classes, transform, greatest);
    }
    match raw.base.len() {
        0 => raw.base = vec![0.0; classes.count()],
        count if count == classes.count() => {}
        count => return Err(format!("it has {count} base values for {} classes", classes.count()).into()),
    }
    let scores = scores(cx, &raw, Aggregate::Sum)?;
    let labels = classes.labels(cx, Decision::Greatest, scores)?;
    let scores = narrow(cx, scores)?;
    Ok(vec![labels, transform::apply(cx, scores, transform)?])
}

/// Two classes and weights for one of them: the score is that of the second class.
fn binary(
    cx: &mut Context<'_, '_>,
    mut raw: RawEnsemble,
    classes: &Classes,
    transform: Transform,
    fed: u32,
) -> Result<Vec<Value>, Refusal> {
    let all_positive = raw.leaves.iter().flatten().all(|&(_, weight)| weight >= 0.0);
    // Weights that are all positive are probabilities already.
    let bound = Decision::Above(if all_positive { 0.5 } else { 0.0 });
    match (fed, raw.base.len()) {
        (0, 0) => raw.base = vec![0.0],
        (0, 1) => {}
        (1, 0) => {
            raw.base = vec![0.0; 2];
            let scores = scores(cx, &raw, Aggregate::Sum)?;
            let labels = classes.labels(cx, bound, scores)?;
            let scores = narrow(cx, scores)?;
            return Ok(vec![labels, transform::apply(cx, scores, transform)?]);
        }
        (_, count) => {
            let why = "two classes of which only class {fed} has weights leave their meaning open";
            return Err(format!("it has {count} base values; {}", why.replace("{fed}", &fed.to_string())).into());
        }
    }
    let scores = scores(cx, &raw, Aggregate::Sum)?;
    let labels = classes.labels(cx, bound, scores)?;
    let score = narrow(cx, scores)?;
    Ok(vec![labels, transform::apply_binary(cx, score, transform, all_positive)?])
}

impl Classes {
    /// The label of each row, by these scores.
    pub(super) fn labels(&self, cx: &mut Context<'_, '_>, decision: Decision, scores: Value) -> Result<Value, Refusal> {
        let value = cx.emit1(ClassLabels { decision, labels: self.values() }, &[scores])?;
        self.name(cx, value);
        Ok(value)
    }
}
