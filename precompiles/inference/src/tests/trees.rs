//! Random trees, and a plain walk over linked nodes to compare with.

use praxis_model::{
    DType, PlanBuilder, Tensor, TensorType,
    ops::{Aggregate, LEAF, Split, TreeEnsemble},
};

use super::agreement::Random;
use crate::{Isa, evaluate::evaluate_with};

/// A node of a linked tree.
#[derive(Clone, Debug)]
enum Linked {
    Split {
        feature: usize,
        missing: bool,
        value: f64,
        yes: Box<Linked>,
        no: Box<Linked>,
    },
    /// A weight for each target; `None` where it gives nothing.
    Leaf(Vec<Option<f64>>),
}

/// Trees with what the tables need.
#[derive(Clone, Debug)]
pub(super) struct Ensemble {
    trees: Vec<Linked>,
    features: usize,
    targets: usize,
    all_targets: bool,
    base: Vec<f64>,
}

/// Numbers that have few bits, so that they are equal to thresholds at times and exact in float32.
fn number(random: &mut Random) -> f64 {
    match random.below(24) {
        0 => f64::INFINITY,
        1 => f64::NEG_INFINITY,
        2 => -0.0,
        _ => (random.below(17) as f64 - 8.0) / 4.0,
    }
}

impl Linked {
    fn random(
        random: &mut Random,
        features: usize,
        depth: u64,
        leaf: &mut dyn FnMut(&mut Random) -> Vec<Option<f64>>,
    ) -> Self {
        if depth == 0 || random.below(8) == 0 {
            return Self::Leaf(leaf(random));
        }
        let yes = Box::new(Self::random(random, features, depth - 1, leaf));
        let no = Box::new(Self::random(random, features, depth - 1, leaf));
        Self::Split {
            feature: random.below(features as u64) as usize,
            missing: random.below(2) == 1,
            value: if random.below(30) == 0 { f64::NAN } else { number(random) },
            yes,
            no,
        }
    }

    fn depth(&self) -> u64 {
        match self {
            Self::Leaf(_) => 0,
            Self::Split { yes, no, .. } => 1 + yes.depth().max(no.depth()),
        }
    }

    fn leaf(&self, row: &[f64]) -> &[Option<f64>] {
        match self {
            Self::Leaf(weights) => weights,
            Self::Split { feature, missing, value, yes, no } => {
                let x = row[*feature];
                if x <= *value || (x.is_nan() && *missing) { yes.leaf(row) } else { no.leaf(row) }
            }
        }
    }

    /// Nodes level by level.
    fn levels(&self) -> Vec<&Self> {
        let mut nodes = vec![self];
        let mut at = 0;
        while at < nodes.len() {
            if let Self::Split { yes, no, .. } = nodes[at] {
                nodes.extend([&**yes, &**no]);
            }
            at += 1;
        }
        nodes
    }
}

impl Ensemble {
    pub(super) fn random(
        random: &mut Random,
        trees: usize,
        features: usize,
        depth: u64,
        targets: usize,
        all_targets: bool,
    ) -> Self {
        let tree = |index: usize, random: &mut Random| {
            let mut leaf = |random: &mut Random| {
                let weight = |target: usize, random: &mut Random| {
                    let weight = (random.below(2_000_001) as f64 - 1e6) / 1e5;
                    let given = if all_targets { random.below(5) > 0 } else { target == index % targets };
                    given.then_some(f64::from(weight as f32))
                };
                (0..targets).map(|target| weight(target, random)).collect()
            };
            Linked::random(random, features, depth, &mut leaf)
        };
        let trees = (0..trees).map(|index| tree(index, random)).collect();
        Self { trees, features, targets, all_targets, base: (0..targets).map(|target| target as f64 - 0.75).collect() }
    }

    /// Full trees for one target.
    fn full(random: &mut Random, trees: usize, features: usize, depth: u64) -> Self {
        fn tree(random: &mut Random, features: usize, depth: u64) -> Linked {
            if depth == 0 {
                return Linked::Leaf(vec![Some(random.below(1000) as f64 / 8.0)]);
            }
            let [yes, no] = [0, 1].map(|_| Box::new(tree(random, features, depth - 1)));
            let (feature, value) = (random.below(features as u64) as usize, (random.below(17) as f64 - 8.0) / 4.0);
            Linked::Split { feature, missing: false, value, yes, no }
        }
        let trees = (0..trees).map(|_| tree(random, features, depth)).collect();
        Self { trees, features, targets: 1, all_targets: false, base: vec![0.5] }
    }

    /// One tree whose splits all lie on one path, on many features.
    pub(super) fn chain(random: &mut Random, depth: usize, features: usize) -> Self {
        let leaf = |weight: usize| Box::new(Linked::Leaf(vec![Some(weight as f64)]));
        let chain = (0..depth).fold(leaf(depth), |rest, step| {
            let feature = random.below(features as u64) as usize;
            Box::new(Linked::Split { feature, missing: step % 2 == 0, value: 4.0, yes: rest, no: leaf(step) })
        });
        Self { trees: vec![*chain], features, targets: 1, all_targets: false, base: vec![0.5] }
    }

    pub(super) fn total_depth(&self) -> u64 {
        self.trees.iter().map(Linked::depth).sum()
    }

    pub(super) fn rows(&self, random: &mut Random, count: usize) -> Vec<Vec<f64>> {
        let mut element = || if random.below(10) == 0 { f64::NAN } else { number(random) };
        (0..count).map(|_| (0..self.features).map(|_| element()).collect()).collect()
    }

    /// The operator's inputs.
    pub(super) fn inputs(&self, dtype: DType, rows: &[Vec<f64>]) -> Vec<Tensor> {
        let floats = |shape: &[u32], values: &[f64]| match dtype {
            DType::F64 => Tensor::from_f64(shape, values),
            _ => Tensor::from_f32(shape, &values.iter().map(|&x| x as f32).collect::<Vec<_>>()),
        };
        let (mut words, mut values, mut trees, mut weights) = (vec![], vec![], vec![], vec![]);
        for (index, tree) in self.trees.iter().enumerate() {
            let nodes = tree.levels();
            trees.extend([nodes.len() as u32, if self.all_targets { 0 } else { (index % self.targets) as u32 }]);
            for node in nodes {
                match node {
                    Linked::Split { feature, missing, value, .. } => {
                        let split = Split { feature: *feature as u32, missing_is_true: *missing };
                        words.push(split.word().unwrap());
                        values.push(*value);
                    }
                    Linked::Leaf(given) => {
                        words.push(LEAF);
                        let own = given.iter().flatten().next().copied().unwrap_or(f64::NAN);
                        values.push(if self.all_targets { 0.0 } else { own });
                        weights.extend(given.iter().map(|weight| weight.unwrap_or(f64::NAN)));
                    }
                }
            }
        }
        let integers = |shape: &[u32], words: &[u32]| Tensor {
            dtype: DType::U32,
            shape: shape.to_vec(),
            data: words.iter().flat_map(|word| word.to_le_bytes()).collect(),
        };
        let flat: Vec<f64> = rows.iter().flatten().copied().collect();
        let mut inputs = vec![
            floats(&[rows.len() as u32, self.features as u32], &flat),
            integers(&[words.len() as u32], &words),
            floats(&[words.len() as u32], &values),
            integers(&[self.trees.len() as u32, 2], &trees),
            floats(&[self.targets as u32], &self.base),
        ];
        if self.all_targets {
            let leaves = (weights.len() / self.targets) as u32;
            inputs.push(floats(&[leaves, self.targets as u32], &weights));
        }
        inputs
    }

    /// What the operator should give, in the element type's own arithmetic.
    fn expected(&self, dtype: DType, aggregate: Aggregate, row: &[f64]) -> Vec<f64> {
        let round = |x: f64| if dtype == DType::F32 { f64::from(x as f32) } else { x };
        let target = |target: usize| {
            let given: Vec<f64> = self.trees.iter().filter_map(|tree| tree.leaf(row)[target]).collect();
            let sum = given.iter().fold(0.0, |sum, weight| round(sum + weight));
            let whole = match aggregate {
                Aggregate::Sum => sum,
                Aggregate::Average => round(sum / self.trees.len() as f64),
                Aggregate::Min => given.iter().copied().reduce(|a, b| if b < a { b } else { a }).unwrap_or(0.0),
                Aggregate::Max => given.iter().copied().reduce(|a, b| if b > a { b } else { a }).unwrap_or(0.0),
            };
            round(whole + self.base[target])
        };
        (0..self.targets).map(target).collect()
    }
}

#[test]
fn trees_give_what_a_plain_walk_gives_on_every_path() {
    let mut random = Random(99);
    for round in 0..60 {
        let (targets, all_targets) = [(1, false), (4, false), (3, true)][round % 3];
        let aggregate = [Aggregate::Sum, Aggregate::Average, Aggregate::Min, Aggregate::Max][round / 3 % 4];
        let dtype = if round % 2 == 0 { DType::F32 } else { DType::F64 };
        let trees = random.below(40) as usize + 1;
        let ensemble = Ensemble::random(&mut random, trees, 1 + round % 9, (round % 7) as u64, targets, all_targets);
        let rows = ensemble.rows(&mut random, 6);
        let expected: Vec<f64> = rows.iter().flat_map(|row| ensemble.expected(dtype, aggregate, row)).collect();
        let op = TreeEnsemble { aggregate, total_depth: ensemble.total_depth() }.into();
        let inputs = ensemble.inputs(dtype, &rows);
        for isa in Isa::available() {
            let output = evaluate_with(&op, &inputs, isa).unwrap().remove(0);
            let found: Vec<f64> = match dtype {
                DType::F32 => output.to_f32().unwrap().into_iter().map(f64::from).collect(),
                _ => output.to_f64().unwrap(),
            };
            let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&found), bits(&expected), "round {round}, {}", isa.name());
        }
    }
}

/// The tables of two trees, and the same with one change each that makes them no trees.
#[test]
fn tables_that_are_no_trees_are_refused() {
    let mut random = Random(4);
    let ensemble = Ensemble::random(&mut random, 6, 4, 4, 2, false);
    let rows = ensemble.rows(&mut random, 1);
    let good = ensemble.inputs(DType::F32, &rows);
    let total_depth = ensemble.total_depth();
    let refusal = |inputs: Vec<Tensor>, total_depth: u64| {
        let mut builder = PlanBuilder::new(0, [0; 32]);
        let x = builder.input("x", TensorType::new(DType::F32, [1, 4])).unwrap();
        let mut handles = vec![x];
        handles.extend(inputs.into_iter().skip(1).map(|tensor| builder.constant(tensor).unwrap()));
        let op = TreeEnsemble { aggregate: Aggregate::Sum, total_depth };
        let y = builder.node1(op, &handles).unwrap();
        builder.output("y", y);
        builder.finish().err().map(|error| error.to_string())
    };
    assert_eq!(refusal(good.clone(), total_depth), None);
    let set = |input: usize, word: usize, value: u32| {
        let mut inputs = good.clone();
        inputs[input].data[4 * word..4 * word + 4].copy_from_slice(&value.to_le_bytes());
        inputs
    };
    let feature = |feature| Split { feature, missing_is_true: false }.word().unwrap();
    let says = |inputs, depth, part: &str| {
        let error = refusal(inputs, depth).unwrap_or_default();
        assert!(error.contains(part), "{error:?} should say {part:?}");
    };
    let nodes = good[1].tensor_type().elements() as usize;
    // The price rests on the depth.
    says(good.clone(), total_depth - 1, "the trees' depths add up to");
    // A root that is a leaf leaves the rest of its tree over; a last leaf that splits asks for more nodes.
    says(set(1, 0, LEAF), total_depth, "nodes, its splits");
    says(set(1, nodes - 1, feature(0)), total_depth, "nodes, its splits ask for");
    says(set(1, 0, feature(4)), total_depth, "reads feature 4");
    says(set(1, 0, u32::MAX), total_depth, "reads feature");
    says(set(3, 0, 0), total_depth, "nodes");
    says(set(3, 0, u32::MAX), total_depth, "more nodes than there are");
    says(set(3, 1, 2), total_depth, "feeds target 2");
    let mut fewer = good.clone();
    fewer[3].data.truncate(8);
    fewer[3].shape[0] = 1;
    says(fewer, total_depth, "belong to no tree");
}

/// A path of as many splits as a tensor holds is checked without recursion.
#[test]
fn trees_of_great_depth_are_walked_and_priced() {
    let depth = 100_000usize;
    let mut random = Random(1);
    let word = Split { feature: 0, missing_is_true: false }.word().unwrap();
    // Each level is a leaf and a split.
    let words: Vec<u32> =
        core::iter::once(word).chain((1..depth).flat_map(|_| [LEAF, word])).chain([LEAF, LEAF]).collect();
    let count = words.len() as u32;
    let integers = |shape: Vec<u32>, words: &[u32]| Tensor {
        dtype: DType::U32,
        shape,
        data: words.iter().flat_map(|word| word.to_le_bytes()).collect(),
    };
    let values: Vec<f32> = (0..count).map(|_| random.below(100) as f32).collect();
    let inputs = vec![
        Tensor::from_f32([1, 1], &[1e3]),
        integers(vec![count], &words),
        Tensor::from_f32([count], &values),
        integers(vec![1, 2], &[count, 0]),
        Tensor::from_f32([1], &[0.0]),
    ];
    let op = TreeEnsemble { aggregate: Aggregate::Sum, total_depth: depth as u64 };
    let work = praxis_model::Op::from(op).work(&inputs.iter().map(Tensor::tensor_type).collect::<Vec<_>>(), &[]);
    assert_eq!(work.random_accesses, depth as u64 + 1);
    let output = evaluate_with(&op.into(), &inputs, Isa::best()).unwrap().remove(0);
    assert_eq!(output.to_f32().unwrap(), vec![*values.last().unwrap()]);
}

/// Time of a row, for ensembles as exporters write them.
#[test]
#[ignore = "measures time; run it by hand with --no-capture"]
#[allow(clippy::disallowed_methods, reason = "it measures time")]
fn nanoseconds_per_row() {
    for (name, trees, depth) in [("100 x depth 6", 100, 6), ("500 x depth 8", 500, 8), ("1000 x depth 5", 1000, 5)] {
        let mut random = Random(7);
        let ensemble = Ensemble::full(&mut random, trees, 30, depth);
        let rows = ensemble.rows(&mut random, 200);
        let inputs = ensemble.inputs(DType::F32, &rows[..1]);
        let mut builder = PlanBuilder::new(0, [0; 32]);
        let mut handles = vec![builder.input("x", TensorType::new(DType::F32, [1, 30])).unwrap()];
        handles.extend(inputs.into_iter().skip(1).map(|tensor| builder.constant(tensor).unwrap()));
        let op = TreeEnsemble { aggregate: Aggregate::Sum, total_depth: ensemble.total_depth() };
        let y = builder.node1(op, &handles).unwrap();
        builder.output("y", y);
        let plan = std::sync::Arc::new(builder.finish().unwrap());
        let rows: Vec<_> = rows
            .iter()
            .map(|row| vec![Tensor::from_f32([1, 30], &row.iter().map(|&x| x as f32).collect::<Vec<_>>())])
            .collect();
        for isa in Isa::available() {
            let session = crate::Session::with_isa(plan.clone(), isa).unwrap();
            let mut best = f64::INFINITY;
            for _ in 0..40 {
                let begin = std::time::Instant::now();
                for row in &rows {
                    session.run(row).unwrap();
                }
                let taken = begin.elapsed().as_nanos() as f64 / rows.len() as f64;
                best = if taken < best { taken } else { best };
            }
            eprintln!("{name:16} {:9} {best:9.0} ns, {} gas", isa.name(), plan.cost().gas);
        }
    }
}
