//! From trees as files state them to the tables of a Plan: level by level, every comparison as `<=`.

use std::collections::BTreeMap;

use praxis_model::{
    DType, Tensor,
    ops::{Aggregate, LEAF, LeafWeights, Split},
};

use super::trees::{Child, Mode, RawEnsemble, RawSplit};

/// What membership columns are compared with: they are 0 for members and 1 for others.
const MEMBER_BOUND: f64 = 0.5;

/// The tables of TreeEnsemble, and those of SetMembership where trees ask for equality or sets.
pub(super) struct TreeTables {
    pub(super) splits: Vec<u32>,
    pub(super) values: Vec<f64>,
    /// Number of nodes and target of each tree.
    pub(super) trees: Vec<[u32; 2]>,
    /// A row for each leaf; empty where each tree feeds one target.
    pub(super) weights: Vec<f64>,
    pub(super) total_depth: u64,
    /// Element of the row, and members in order.
    pub(super) sets: Vec<(u32, Vec<f64>)>,
}

/// A split as a Plan has it.
struct Canonical {
    split: Split,
    value: f64,
    first: Child,
    second: Child,
}

struct Builder<'a> {
    raw: &'a RawEnsemble,
    features: u32,
    dtype: DType,
    /// Column of each set, by its element and its members' bits.
    columns: BTreeMap<(u32, Vec<u64>), u32>,
    tables: TreeTables,
    visited: Vec<bool>,
    /// The leaves of the tables, in order.
    leaves: Vec<usize>,
}

/// Builds the tables.
///
/// # Errors
/// Where nodes form a cycle or have two parents, read features that the input does not have, or compare with NaN.
pub(super) fn build(
    raw: &RawEnsemble,
    features: u32,
    dtype: DType,
    aggregate: Aggregate,
) -> Result<TreeTables, String> {
    let tables = TreeTables {
        splits: Vec::new(),
        values: Vec::new(),
        trees: Vec::new(),
        weights: Vec::new(),
        total_depth: 0,
        sets: Vec::new(),
    };
    let visited = vec![false; raw.splits.len()];
    let mut builder = Builder { raw, features, dtype, columns: BTreeMap::new(), tables, visited, leaves: Vec::new() };
    if raw.roots.is_empty() {
        return Err("it has no tree".to_owned());
    }
    for &root in &raw.roots {
        builder.tree(root)?;
    }
    builder.weights(aggregate)?;
    Ok(builder.tables)
}

impl Builder<'_> {
    /// Appends a tree level by level.
    fn tree(&mut self, root: Child) -> Result<(), String> {
        let start = self.tables.splits.len();
        let mut level = vec![root];
        let mut depth = 0u64;
        while !level.is_empty() {
            let mut next = Vec::new();
            for child in level {
                match child {
                    Child::Leaf(leaf) => {
                        self.tables.splits.push(LEAF);
                        self.tables.values.push(0.0);
                        self.leaves.push(leaf);
                    }
                    Child::Split(index) => {
                        let canonical = self.split(index)?;
                        let word = canonical.split.word().ok_or("a split reads a feature that is out of range")?;
                        self.tables.splits.push(word);
                        self.tables.values.push(canonical.value);
                        next.extend([canonical.first, canonical.second]);
                    }
                }
            }
            depth += u64::from(!next.is_empty());
            level = next;
        }
        let count = u32::try_from(self.tables.splits.len() - start).map_err(|_| "a tree has too many nodes")?;
        self.tables.trees.push([count, 0]);
        self.tables.total_depth += depth;
        Ok(())
    }

    fn split(&mut self, index: usize) -> Result<Canonical, String> {
        let seen = self.visited.get_mut(index).ok_or("a branch leads to a node that does not exist")?;
        if core::mem::replace(seen, true) {
            return Err("a node has two parents or is below itself; trees are needed".to_owned());
        }
        let raw = &self.raw.splits[index];
        if raw.feature >= self.features {
            return Err(format!("a split reads feature {}, its input has {}", raw.feature, self.features));
        }
        if raw.value.is_nan() && raw.mode != Mode::Member {
            return Err("a split compares with NaN".to_owned());
        }
        let RawSplit { feature, value, missing_is_true, yes, no, .. } = *raw;
        let own = |value, missing_is_true, first, second| Canonical {
            split: Split { feature, missing_is_true },
            value,
            first,
            second,
        };
        Ok(match raw.mode {
            Mode::LessOrEqual => own(self.at_most(value), missing_is_true, yes, no),
            Mode::Less => own(self.below(value), missing_is_true, yes, no),
            // x >= v is false exactly where x < v, except for NaN, which is as the file says.
            Mode::GreaterOrEqual => own(self.below(value), !missing_is_true, no, yes),
            Mode::Greater => own(self.at_most(value), !missing_is_true, no, yes),
            Mode::Equal => {
                let (members, no) = self.chain(index)?;
                self.member(feature, &members, missing_is_true, yes, no)?
            }
            // NaN differs from every number.
            Mode::NotEqual => self.member(feature, &[value], false, no, yes)?,
            Mode::Member => {
                let set = self.raw.sets.get(raw.set).ok_or("a node misses its set of members")?;
                self.member(feature, set, missing_is_true, yes, no)?
            }
        })
    }

    /// Exporters write "is one of" as a chain of equalities that lead to one node when true. The chain from this split on as a
    /// set, and where its last split leads when false.
    fn chain(&mut self, index: usize) -> Result<(Vec<f64>, Child), String> {
        let first = &self.raw.splits[index];
        let (mut members, mut end) = (vec![first.value], first.no);
        while let Child::Split(next) = end {
            let Some(split) = self.raw.splits.get(next).filter(|split| {
                (split.mode, split.feature, split.yes, split.missing_is_true)
                    == (Mode::Equal, first.feature, first.yes, first.missing_is_true)
            }) else {
                break;
            };
            if core::mem::replace(&mut self.visited[next], true) || split.value.is_nan() {
                return Err("a chain of equalities is below itself or compares with NaN".to_owned());
            }
            members.push(split.value);
            end = split.no;
        }
        Ok((members, end))
    }

    /// A comparison with the column that says whether an element is a member.
    fn member(
        &mut self,
        feature: u32,
        members: &[f64],
        missing_is_true: bool,
        first: Child,
        second: Child,
    ) -> Result<Canonical, String> {
        // A member that the element type does not have is never met.
        let fits = |&member: &f64| !member.is_nan() && (self.dtype == DType::F64 || f64::from(member as f32) == member);
        let mut members: Vec<f64> = members.iter().copied().filter(fits).map(|member| member + 0.0).collect();
        members.sort_by(f64::total_cmp);
        members.dedup();
        members.extend(missing_is_true.then_some(f64::NAN));
        if members.is_empty() {
            // Nothing is a member of the empty set: x <= -infinity is not quite that, so compare a column that is never 0.
            members.push(f64::NAN);
            let constant = self.column(feature, members)?;
            return Ok(Canonical { split: constant, value: -1.0, first, second });
        }
        Ok(Canonical { split: self.column(feature, members)?, value: MEMBER_BOUND, first, second })
    }

    fn column(&mut self, feature: u32, members: Vec<f64>) -> Result<Split, String> {
        let key = (feature, members.iter().map(|member| member.to_bits()).collect());
        let next = self.tables.sets.len();
        let column = match self.columns.get(&key) {
            Some(&column) => column,
            None => {
                let column = u32::try_from(next).ok().and_then(|next| self.features.checked_add(next));
                let column = column.ok_or("it asks for too many sets")?;
                self.columns.insert(key, column);
                self.tables.sets.push((feature, members));
                column
            }
        };
        Ok(Split { feature: column, missing_is_true: false })
    }

    /// The greatest number of the element type that is at most `value`: what it means to be at most `value`.
    fn at_most(&self, value: f64) -> f64 {
        if self.dtype == DType::F64 {
            return value;
        }
        let nearest = value as f32;
        f64::from(if f64::from(nearest) > value { nearest.next_down() } else { nearest })
    }

    /// The greatest number of the element type below `value`; NaN, which nothing is at most, below -infinity.
    fn below(&self, value: f64) -> f64 {
        if value == f64::NEG_INFINITY {
            return f64::NAN;
        }
        if self.dtype == DType::F64 {
            return value.next_down();
        }
        let nearest = value as f32;
        f64::from(if f64::from(nearest) >= value { nearest.next_down() } else { nearest })
    }

    /// Gives each tree its target, or all leaves a row of weights.
    fn weights(&mut self, aggregate: Aggregate) -> Result<(), String> {
        let targets = self.raw.base.len();
        for leaf in &self.leaves {
            let weights = self.raw.leaves.get(*leaf).ok_or("a branch leads to a leaf that does not exist")?;
            if let Some((target, _)) = weights.iter().find(|(target, _)| *target as usize >= targets) {
                return Err(format!("a leaf feeds target {target} of {targets}"));
            }
            if weights.iter().any(|(_, weight)| weight.is_nan()) {
                return Err("a leaf has the weight NaN".to_owned());
            }
        }
        match self.form() {
            LeafWeights::OneTarget => self.one_target(),
            LeafWeights::AllTargets => return self.all_targets(aggregate),
        }
        Ok(())
    }

    /// Numbers of the leaves of each tree in `leaves`: a full binary tree has one leaf more than splits.
    fn leaves_of(&self) -> impl Iterator<Item = &[usize]> {
        let mut rest = self.leaves.as_slice();
        self.tables.trees.iter().map(move |&[count, _]| {
            let (own, after) = rest.split_at(count.div_ceil(2) as usize);
            rest = after;
            own
        })
    }

    fn form(&self) -> LeafWeights {
        let one_target = self.leaves_of().all(|leaves| {
            let target = |leaf: &usize| match self.raw.leaves[*leaf].as_slice() {
                [(target, _)] => Some(*target),
                _ => None,
            };
            let first = leaves.first().and_then(target);
            first.is_some() && leaves.iter().all(|leaf| target(leaf) == first)
        });
        if one_target { LeafWeights::OneTarget } else { LeafWeights::AllTargets }
    }

    fn one_target(&mut self) {
        let targets: Vec<u32> = self.leaves_of().map(|leaves| self.raw.leaves[leaves[0]][0].0).collect();
        for (tree, target) in self.tables.trees.iter_mut().zip(targets) {
            tree[1] = target;
        }
        let mut leaves = self.leaves.iter();
        for (_, value) in self.tables.splits.iter().zip(&mut self.tables.values).filter(|(word, _)| **word == LEAF) {
            *value = leaves.next().map_or(0.0, |&leaf| self.raw.leaves[leaf][0].1);
        }
    }

    fn all_targets(&mut self, aggregate: Aggregate) -> Result<(), String> {
        let targets = self.raw.base.len();
        // Adding +0 changes no sum; for the least and the greatest, NaN says that there is no weight.
        let absent = match aggregate {
            Aggregate::Sum | Aggregate::Average => 0.0,
            Aggregate::Min | Aggregate::Max => f64::NAN,
        };
        let count = self.leaves.len().checked_mul(targets).filter(|&count| count <= 1 << 24);
        let count = count.ok_or("its leaves have too many weights for too many targets")?;
        let mut weights = vec![absent; count];
        for (row, &leaf) in weights.chunks_exact_mut(targets).zip(&self.leaves) {
            let mut given = vec![false; targets];
            for &(target, weight) in &self.raw.leaves[leaf] {
                if core::mem::replace(&mut given[target as usize], true) {
                    return Err(format!("a leaf has two weights for target {target}"));
                }
                row[target as usize] = weight;
            }
        }
        self.tables.weights = weights;
        Ok(())
    }
}

/// A tensor of these numbers.
pub(super) fn floats(dtype: DType, shape: impl Into<Vec<u32>>, values: &[f64]) -> Tensor {
    match dtype {
        DType::F64 => Tensor::from_f64(shape, values),
        _ => Tensor::from_f32(shape, &values.iter().map(|&value| value as f32).collect::<Vec<_>>()),
    }
}

/// A tensor of uint32.
pub(super) fn words(shape: impl Into<Vec<u32>>, values: impl IntoIterator<Item = u32>) -> Tensor {
    let data = values.into_iter().flat_map(u32::to_le_bytes).collect();
    Tensor { dtype: DType::U32, shape: shape.into(), data }
}
