//! The attributes in which the two forms of tree ensembles stand in ONNX files.

use praxis_model::DType;

use super::trees::{Child, Mode, RawEnsemble, RawSplit};
use crate::{lower::Context, refusal::Refusal, tensor};

/// Numbers from a list of float32 or from the tensor that stands beside it.
fn numbers(cx: &mut Context<'_, '_>, name: &str) -> Result<Option<(Vec<f64>, bool)>, Refusal> {
    let list = cx.attributes.floats(name)?.map(|list| list.iter().map(|&x| f64::from(x)).collect::<Vec<_>>());
    let tensor = tensor_numbers(cx, &format!("{name}_as_tensor"))?;
    match (list, tensor) {
        (Some(list), Some(_)) if !list.is_empty() => Err(format!("it has both {name} and {name}_as_tensor").into()),
        (list, None) => Ok(list.map(|list| (list, false))),
        (_, tensor) => Ok(tensor),
    }
}

/// Numbers of a tensor, and whether they are float64.
fn tensor_numbers(cx: &mut Context<'_, '_>, name: &str) -> Result<Option<(Vec<f64>, bool)>, Refusal> {
    let Some(proto) = cx.attributes.tensor(name)? else { return Ok(None) };
    let tensor = tensor::load(proto)?;
    match tensor.dtype {
        DType::F32 => Ok(Some((tensor.to_f32().unwrap_or_default().into_iter().map(f64::from).collect(), false))),
        DType::F64 => Ok(Some((tensor.to_f64().unwrap_or_default(), true))),
        other => Err(format!("the attribute {name} should be float32 or float64, it is {other}").into()),
    }
}

fn required<'a>(cx: &mut Context<'_, 'a>, name: &str, count: usize) -> Result<&'a [i64], Refusal> {
    let list = cx.attributes.ints(name)?.unwrap_or(&[]);
    if list.len() == count { Ok(list) } else { Err(lengths(name, list.len(), count)) }
}

fn lengths(name: &str, found: usize, expected: usize) -> Refusal {
    format!("the attribute {name} has {found} entries, {expected} are needed").into()
}

/// Flags that may be left out.
fn flags(cx: &mut Context<'_, '_>, name: &str, count: usize) -> Result<Vec<bool>, Refusal> {
    match cx.attributes.ints(name)? {
        None | Some([]) => Ok(vec![false; count]),
        Some(list) if list.len() == count => Ok(list.iter().map(|&flag| flag != 0).collect()),
        Some(list) => Err(lengths(name, list.len(), count)),
    }
}

fn unsigned(value: i64, what: &str) -> Result<u32, Refusal> {
    u32::try_from(value).map_err(|_| format!("{what} {value} is out of range").into())
}

/// Positions of (tree, node) pairs.
struct Places(Vec<((i64, i64), usize)>);

impl Places {
    fn new(trees: &[i64], nodes: &[i64]) -> Result<Self, Refusal> {
        let mut places: Vec<_> = trees.iter().copied().zip(nodes.iter().copied()).zip(0..).collect();
        places.sort_unstable();
        match places.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some([((tree, node), _), ..]) => Err(format!("node {node} of tree {tree} is given twice").into()),
            _ => Ok(Self(places)),
        }
    }

    fn get(&self, tree: i64, node: i64) -> Result<usize, Refusal> {
        match self.0.binary_search_by_key(&(tree, node), |&(key, _)| key) {
            Ok(at) => Ok(self.0[at].1),
            Err(_) => Err(format!("tree {tree} has no node {node}, which is referred to").into()),
        }
    }
}

/// Trees of TreeEnsembleRegressor (`kind` is "target") and TreeEnsembleClassifier ("class"); weights stand in attributes that begin with
/// `kind`. The base values are as in the file.
pub(super) fn by_nodes(cx: &mut Context<'_, '_>, kind: &str) -> Result<RawEnsemble, Refusal> {
    let trees = cx.attributes.ints("nodes_treeids")?.unwrap_or(&[]);
    let count = trees.len();
    let nodes = required(cx, "nodes_nodeids", count)?;
    let features = required(cx, "nodes_featureids", count)?;
    let yes = required(cx, "nodes_truenodeids", count)?;
    let no = required(cx, "nodes_falsenodeids", count)?;
    let missing = flags(cx, "nodes_missing_value_tracks_true", count)?;
    let modes = cx.attributes.strings("nodes_modes")?.unwrap_or_default();
    let (values, double_values) = numbers(cx, "nodes_values")?.unwrap_or_default();
    for (name, found) in [("nodes_modes", modes.len()), ("nodes_values", values.len())] {
        if found != count {
            return Err(lengths(name, found, count));
        }
    }
    // How often a node was met in training.
    cx.attributes.ignore("nodes_hitrates");
    cx.attributes.ignore("nodes_hitrates_as_tensor");
    let places = Places::new(trees, nodes)?;
    let mut raw = RawEnsemble::default();
    let modes = modes.into_iter().map(Mode::from_name).collect::<Result<Vec<_>, _>>()?;
    // Splits and leaves are numbered apart, each in the file's order.
    let (mut splits, mut leaves) = (0, 0);
    let mut children = Vec::with_capacity(count);
    for mode in &modes {
        let (next, child) = match mode {
            Some(_) => (&mut splits, Child::Split as fn(usize) -> Child),
            None => (&mut leaves, Child::Leaf as fn(usize) -> Child),
        };
        children.push(child(*next));
        *next += 1;
    }
    for (index, mode) in modes.iter().enumerate() {
        let Some(mode) = *mode else { continue };
        raw.splits.push(RawSplit {
            feature: unsigned(features[index], "the feature")?,
            mode,
            value: values[index],
            set: 0,
            missing_is_true: missing[index],
            yes: children[places.get(trees[index], yes[index])?],
            no: children[places.get(trees[index], no[index])?],
        });
    }
    raw.leaves = vec![Vec::new(); leaves];
    let mut seen = std::collections::BTreeSet::new();
    raw.roots = trees.iter().zip(&children).filter(|(tree, _)| seen.insert(**tree)).map(|(_, &root)| root).collect();
    let double_weights = weights(cx, kind, &places, &children, &mut raw)?;
    let (base, double_base) = numbers(cx, "base_values")?.unwrap_or_default();
    raw.base = base;
    raw.is_double = double_values || double_weights || double_base;
    Ok(raw)
}

fn weights(
    cx: &mut Context<'_, '_>,
    kind: &str,
    places: &Places,
    children: &[Child],
    raw: &mut RawEnsemble,
) -> Result<bool, Refusal> {
    let (weights, is_double) = numbers(cx, &format!("{kind}_weights"))?.unwrap_or_default();
    let count = weights.len();
    let trees = required(cx, &format!("{kind}_treeids"), count)?;
    let nodes = required(cx, &format!("{kind}_nodeids"), count)?;
    let targets = required(cx, &format!("{kind}_ids"), count)?;
    for (index, weight) in weights.into_iter().enumerate() {
        match children[places.get(trees[index], nodes[index])?] {
            Child::Leaf(leaf) => raw.leaves[leaf].push((unsigned(targets[index], "the target")?, weight)),
            // Some exporters leave weights at inner nodes behind, which no row reaches as a leaf.
            Child::Split(_) => {}
        }
    }
    Ok(is_double)
}

/// Trees of TreeEnsemble.
pub(super) fn by_leaves(cx: &mut Context<'_, '_>) -> Result<RawEnsemble, Refusal> {
    let features = cx.attributes.ints("nodes_featureids")?.unwrap_or(&[]);
    let count = features.len();
    let (values, double_values) = tensor_numbers(cx, "nodes_splits")?.unwrap_or_default();
    let modes = match cx.attributes.tensor("nodes_modes")? {
        Some(proto) => tensor::load(proto)?,
        None => return Err("the attribute nodes_modes is missing".into()),
    };
    if modes.dtype != DType::U8 || modes.data.len() != count || values.len() != count {
        return Err(format!("{count} features, {} modes, {} values", modes.data.len(), values.len()).into());
    }
    let [yes, no] = [required(cx, "nodes_truenodeids", count)?, required(cx, "nodes_falsenodeids", count)?];
    let [yes_leaf, no_leaf] = [flags(cx, "nodes_trueleafs", count)?, flags(cx, "nodes_falseleafs", count)?];
    let missing = flags(cx, "nodes_missing_value_tracks_true", count)?;
    cx.attributes.ignore("nodes_hitrates");
    let (weights, double_weights) = tensor_numbers(cx, "leaf_weights")?.unwrap_or_default();
    let targets = required(cx, "leaf_targetids", weights.len())?;
    let mut raw = RawEnsemble { is_double: double_values || double_weights, ..RawEnsemble::default() };
    for (&target, weight) in targets.iter().zip(weights) {
        raw.leaves.push(vec![(unsigned(target, "the target")?, weight)]);
    }
    let child = |position: i64, is_leaf: bool| -> Result<Child, Refusal> {
        let limit = if is_leaf { targets.len() } else { count };
        let position = usize::try_from(position).ok().filter(|&position| position < limit);
        let position = position.ok_or("a branch leads to a node or leaf that does not exist")?;
        Ok(if is_leaf { Child::Leaf(position) } else { Child::Split(position) })
    };
    let mut sets = 0;
    for index in 0..count {
        let mode = Mode::from_number(modes.data[index])?;
        raw.splits.push(RawSplit {
            feature: unsigned(features[index], "the feature")?,
            mode,
            value: values[index],
            set: sets,
            missing_is_true: missing[index],
            yes: child(yes[index], yes_leaf[index])?,
            no: child(no[index], no_leaf[index])?,
        });
        sets += usize::from(mode == Mode::Member);
    }
    let roots = cx.attributes.ints("tree_roots")?.unwrap_or(&[]);
    raw.roots = roots.iter().map(|&root| child(root, false)).collect::<Result<_, _>>()?;
    let (members, _) = tensor_numbers(cx, "membership_values")?.unwrap_or_default();
    raw.sets = members.split(|member| member.is_nan()).map(<[f64]>::to_vec).collect();
    Ok(raw)
}
