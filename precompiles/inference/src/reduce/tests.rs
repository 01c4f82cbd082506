//! Both ways to reduce give the bits of the rule as it is written in SPEC.md.

use super::*;
use crate::{
    Isa,
    arith::Canonical,
    isa::{Job, Path},
    tests::Random,
};

/// The rule for one row, word by word.
fn by_the_rule(values: &[f32], absent: f32, join: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes: Vec<f32> = (0..LANES).map(|lane| values.get(lane).copied().unwrap_or(absent)).collect();
    for (index, &x) in values.iter().enumerate().skip(LANES) {
        lanes[index % LANES] = join(lanes[index % LANES], x);
    }
    for distance in [8, 4, 2, 1] {
        for lane in 0..distance {
            lanes[lane] = join(lanes[lane], lanes[lane + distance]);
        }
    }
    lanes[0].canonical()
}

/// IEEE 754-2019 maximum, as its definition says.
fn maximum(a: f32, b: f32) -> f32 {
    match (a.is_nan(), b.is_nan()) {
        (true, _) => a,
        (_, true) => b,
        _ if a == b => {
            if a.is_sign_negative() {
                b
            } else {
                a
            }
        }
        _ => {
            if a > b {
                a
            } else {
                b
            }
        }
    }
}

struct Both<'a> {
    values: &'a [f32],
    stride: usize,
}

impl Job for Both<'_> {
    type Output = Vec<[f32; 5]>;

    #[inline(always)]
    fn run<F: Fma>(self) -> Self::Output {
        let rows = self.values.len() / self.stride;
        let matrix = Columns { values: self.values, stride: self.stride, rows };
        let sums = columns::<f32, Sum, F>(Sum, matrix, self.stride);
        let maxima = columns::<f32, Maximum, F>(Maximum, matrix, self.stride);
        let row_of =
            |column: usize| -> Vec<f32> { self.values[column..].iter().step_by(self.stride).copied().collect() };
        (0..self.stride)
            .map(|column| {
                let values = row_of(column);
                let sum = row::<f32, Sum, F>(Sum, &values);
                let max = row::<f32, Maximum, F>(Maximum, &values);
                let short =
                    if rows <= LANES { short_rows::<f32, Sum, F>(Sum, &values.repeat(2), rows)[1] } else { sum };
                [sum, sums[column], short, max, maxima[column]].map(Canonical::canonical)
            })
            .collect()
    }
}

#[test]
fn rows_and_columns_follow_the_rule() {
    let mut random = Random(7);
    for isa in Isa::available() {
        for rows in [1, 2, 3, 8, 9, 15, 16, 17, 31, 33, 100] {
            for stride in [1, 5, COLUMNS] {
                for wild in [0, 30] {
                    let values: Vec<f32> = (0..rows * stride).map(|_| random.float(wild)).collect();
                    let found = Path::new(isa).unwrap().run(Both { values: &values, stride });
                    for (column, [sum, sums, short, max, maxima]) in found.into_iter().enumerate() {
                        let values: Vec<f32> = values[column..].iter().step_by(stride).copied().collect();
                        let expected = by_the_rule(&values, -0.0, |a, b| a + b);
                        let sums = [sum, sums, short].map(f32::to_bits);
                        assert_eq!(sums, [expected.to_bits(); 3], "{rows} {stride}");
                        let expected = by_the_rule(&values, f32::NEG_INFINITY, maximum);
                        assert_eq!([max.to_bits(), maxima.to_bits()], [expected.to_bits(); 2], "{rows} {stride}");
                    }
                }
            }
        }
    }
}
