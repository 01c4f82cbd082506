use praxis_model::{
    DType::{F32, F64, I32, I64},
    Tensor,
    ops::{
        Aggregate, ClassLabels, Decision, LabelMap, PairwiseLabels, PairwiseProbabilities, SetMembership,
        SquaredDistances, TreeEnsemble,
    },
};

use super::{
    super::{agreement::Random, trees::Ensemble},
    Case,
};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = trees();
    cases.extend(labels());
    cases.push(Case::tame("five_classes", PairwiseLabels { labels: vec![4, -3, 2, 1, 0] }, &[(F32, &[7, 10])]));
    cases.push(pair_probabilities(3));
    cases.push(pair_probabilities(20));
    cases.push(Case::tame("over_a_block", SquaredDistances, &[(F32, &[3, 300]), (F32, &[21, 300])]));
    cases.push(Case::wild("special", SquaredDistances, &[(F32, &[5, 20]), (F32, &[16, 20])]));
    cases
}

fn trees() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, aggregate) in
        [("sum", Aggregate::Sum), ("average", Aggregate::Average), ("min", Aggregate::Min), ("max", Aggregate::Max)]
    {
        for dtype in [F32, F64] {
            let mut random = Random(17 + aggregate as u64);
            for (form, targets, all_targets) in
                [("one_target", 1, false), ("tree_targets", 3, false), ("leaf_targets", 3, true)]
            {
                let ensemble = Ensemble::random(&mut random, 29, 6, 5, targets, all_targets);
                let rows = ensemble.rows(&mut random, 9);
                let op = TreeEnsemble { aggregate, total_depth: ensemble.total_depth() };
                cases.push(Case::new(format!("{name}_{form}_{dtype}"), op, ensemble.inputs(dtype, &rows)));
            }
        }
    }
    let mut random = Random(5);
    let chain = Ensemble::chain(&mut random, 300, 3000);
    let op = TreeEnsemble { aggregate: Aggregate::Sum, total_depth: chain.total_depth() };
    let rows = chain.rows(&mut random, 2);
    cases.push(Case::new("deep_and_wide", op, chain.inputs(F32, &rows)));
    cases
}

fn labels() -> Vec<Case> {
    let sets = Tensor {
        dtype: praxis_model::DType::U32,
        shape: vec![3, 2],
        data: [1u32, 3, 0, 2, 1, 1].iter().flat_map(|w| w.to_le_bytes()).collect(),
    };
    let members = [-1.0, 0.0, 2.5, 7.0, f32::NAN, f32::INFINITY];
    let wide: Vec<f64> = members.iter().map(|&member| f64::from(member)).collect();
    let rows = [0.0, -0.0, f32::NAN, 2.5, 7.0, f32::INFINITY, -1.0, f32::NAN];
    let wide_rows: Vec<f64> = rows.iter().map(|&x| f64::from(x)).collect();
    let scores = [1.0, f32::NAN, 1.0, f32::NAN, 2.0, 3.0, -0.0, 0.0, -1.0];
    let wide_scores: Vec<f64> = scores.iter().map(|&x| f64::from(x)).collect();
    let greatest = ClassLabels { decision: Decision::Greatest, labels: vec![7, -8, 9] };
    let above = ClassLabels { decision: Decision::Above(0.5), labels: vec![3, 4] };
    let keys = [-1.5, 0.0, 2.0, f32::NAN];
    let asked = [f32::NAN, -0.0, 2.0, 3.0, f32::NEG_INFINITY, -1.5];
    vec![
        Case::new(
            "float32",
            SetMembership,
            vec![Tensor::from_f32([4, 2], &rows), sets.clone(), Tensor::from_f32([6], &members)],
        ),
        Case::new(
            "float64",
            SetMembership,
            vec![Tensor::from_f64([4, 2], &wide_rows), sets, Tensor::from_f64([6], &wide)],
        ),
        Case::new("greatest", greatest.clone(), vec![Tensor::from_f32([3, 3], &scores)]),
        Case::new("greatest_float64", greatest, vec![Tensor::from_f64([3, 3], &wide_scores)]),
        Case::new("above", above, vec![Tensor::from_f32([3, 3], &scores)]),
        Case::new(
            "float32_to_int64",
            LabelMap,
            vec![
                Tensor::from_f32([2, 3], &asked),
                Tensor::from_f32([4], &keys),
                Tensor::from_i64([5], &[1, 2, 3, 4, -1]),
            ],
        ),
        Case::new(
            "int64_to_float32",
            LabelMap,
            vec![
                Tensor::from_i64([4], &[5, i64::MIN, 7, 6]),
                Tensor::from_i64([3], &[i64::MIN, 5, 6]),
                Tensor::from_f32([4], &[0.5, f32::NAN, 1.5, -0.0]),
            ],
        ),
        Case::tame("int32_unknown", LabelMap, &[(I32, &[9]), (I32, &[1]), (I64, &[2])]),
    ]
}

fn pair_probabilities(classes: u32) -> Case {
    let mut random = Random(u64::from(classes));
    let pairs = classes * (classes - 1) / 2;
    let values: Vec<f32> = (0..4 * pairs).map(|_| (random.below(999_999) + 1) as f32 / 1e6).collect();
    Case::new(format!("{classes}_classes"), PairwiseProbabilities, vec![Tensor::from_f32([4, pairs], &values)])
}
