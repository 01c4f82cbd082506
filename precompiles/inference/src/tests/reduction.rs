//! Selection and positions against the plainest way to find them.

use core::cmp::Ordering;

use praxis_model::{
    Op, Tensor,
    ops::{Arg, ArgMax, ArgMin, TopK},
};

use super::Random;
use crate::{Isa, evaluate::evaluate_with};

/// Rows that are hard on a selection: rising, falling, one value, few values, saw teeth, special values, random.
fn rows(length: usize) -> Vec<Vec<f32>> {
    let mut random = Random(length as u64);
    let numbers = |value: &dyn Fn(usize) -> f32| (0..length).map(value).collect::<Vec<_>>();
    vec![
        numbers(&|i| i as f32),
        numbers(&|i| -(i as f32)),
        numbers(&|_| 0.5),
        numbers(&|i| [0.0, -0.0, 1.0][i % 3]),
        numbers(&|i| (i % 17) as f32 - (i / 17) as f32 / 100.0),
        (0..length).map(|_| random.float(60)).collect(),
        (0..length).map(|_| random.float(0)).collect(),
    ]
}

/// The order of TopK: NaN above all numbers, both zeros equal.
fn order(a: f32, b: f32) -> Ordering {
    match (a.is_nan(), b.is_nan()) {
        (false, false) => a.partial_cmp(&b).unwrap(),
        (a, b) => a.cmp(&b),
    }
}

fn run(op: impl Into<Op>, row: &[f32]) -> Vec<Tensor> {
    let op = op.into();
    let input = [Tensor::from_f32([1, row.len() as u32], row)];
    let mut results = Isa::available().into_iter().map(|isa| evaluate_with(&op, &input, isa).unwrap());
    let first = results.next().unwrap();
    results.for_each(|other| assert_eq!(other, first));
    first
}

#[test]
fn top_k_is_a_stable_sort_cut_short() {
    for length in [1, 2, 31, 32, 33, 64, 500] {
        for row in rows(length) {
            for k in [1, 2, 15, 16, 17, 250, 499, 500].into_iter().filter(|&k| k <= length) {
                for largest in [false, true] {
                    let mut expected: Vec<usize> = (0..length).collect();
                    let forward = |&a: &usize, &b: &usize| order(row[a], row[b]);
                    expected.sort_by(|a, b| if largest { forward(b, a) } else { forward(a, b) });
                    let found = run(TopK { axis: 1, k: k as u32, largest }, &row);
                    let positions: Vec<usize> = found[1].to_i64().unwrap().iter().map(|&i| i as usize).collect();
                    assert_eq!(positions, expected[..k], "{k} of {row:?}");
                    let values = found[0].to_f32().unwrap();
                    assert!(values.iter().zip(&positions).all(|(x, &i)| x.to_bits() == row[i].to_bits()));
                }
            }
        }
    }
}

#[test]
fn positions_of_extremes_are_the_first_or_the_last() {
    for length in [1, 5, 31, 32, 33, 64, 95, 500] {
        for row in rows(length) {
            for select_last in [false, true] {
                let arg = Arg { axis: 1, select_last };
                // NaN is preferred by both, so it is greatest for one and least for the other.
                let least = |a: f32, b: f32| order(a, b).reverse();
                let lowest = |a: f32, b: f32| if a.is_nan() || b.is_nan() { order(a, b) } else { least(a, b) };
                let best = |order: &dyn Fn(f32, f32) -> Ordering| {
                    (1..length).fold(0, |best, i| match order(row[i], row[best]) {
                        Ordering::Greater => i,
                        Ordering::Equal if select_last => i,
                        _ => best,
                    })
                };
                let found = |op: Op| run(op, &row)[0].to_i64().unwrap()[0] as usize;
                assert_eq!(found(ArgMax(arg).into()), best(&order), "greatest of {row:?}");
                assert_eq!(found(ArgMin(arg).into()), best(&lowest), "least of {row:?}");
            }
        }
    }
}
