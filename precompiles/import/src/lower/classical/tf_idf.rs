//! TfIdfVectorizer of integers: how often each n-gram of a pool stands in a row, counted by comparisons.

use std::collections::BTreeSet;

use praxis_model::{
    DType, Tensor,
    ops::{Add, And, Cast, Concat, Equal, Gather, Greater, Mul, ReduceSum, Reduction, Reshape, Slice, SliceRange},
};

use crate::{graph::Value, limits::shown, lower::Context, refusal::Refusal};

/// Most comparisons of pairs of n-gram length and distance.
const MAX_PASSES: i64 = 64;

/// What a count becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Count,
    Presence,
    Weighted,
}

/// The n-grams of one length.
struct Grams<'a> {
    length: usize,
    /// Items of one n-gram after the other.
    items: &'a [i64],
}

impl Grams<'_> {
    fn count(&self) -> usize {
        self.items.len() / self.length
    }
}

pub(super) fn tf_idf_vectorizer(cx: &mut Context<'_, '_>) -> Result<Vec<Value>, Refusal> {
    cx.at_most(1)?;
    let mode = match cx.attributes.string("mode")?.ok_or("the attribute mode is missing")? {
        "TF" => Mode::Count,
        "IDF" => Mode::Presence,
        "TFIDF" => Mode::Weighted,
        other => return Err(format!("the mode {} is unknown", shown(other)).into()),
    };
    let [min, max, skips] =
        ["min_gram_length", "max_gram_length", "max_skip_count"].map(|name| cx.attributes.int(name));
    let missing = "one of min_gram_length, max_gram_length and max_skip_count is missing";
    let (min, max, skips) = (min?.ok_or(missing)?, max?.ok_or(missing)?, skips?.ok_or(missing)?);
    if cx.attributes.strings("pool_strings")?.is_some_and(|pool| !pool.is_empty()) {
        return Err("it counts strings, which Plans do not have; do this step before the call".into());
    }
    let pool = cx.attributes.ints("pool_int64s")?.unwrap_or(&[]);
    let starts = cx.attributes.short_ints("ngram_counts")?.unwrap_or(&[]);
    let columns = cx.attributes.ints("ngram_indexes")?.unwrap_or(&[]);
    let weights = cx.attributes.floats("weights")?;
    let passes = max.saturating_sub(min).saturating_add(1).saturating_mul(skips.saturating_add(1));
    if min < 1 || max < min || skips < 0 || passes > MAX_PASSES {
        return Err(format!("n-grams of {min} to {max} items with {skips} skipped are out of range").into());
    }
    let grams = split(pool, starts)?;
    let total: usize = grams.iter().map(Grams::count).sum();
    if total != columns.len() || weights.is_some_and(|weights| weights.len() != total) {
        return Err(format!("it has {total} n-grams, {} columns and weights that may differ", columns.len()).into());
    }
    let mut counts = Vec::new();
    for grams in &grams {
        let used = (min..=max).contains(&(grams.length as i64));
        counts.push(count(cx, grams, if used { Some(skips) } else { None })?);
    }
    let rank = cx.shape(cx.input(0)?).len();
    let counts = cx.emit1(Concat { axis: rank as u32 - 1 }, &counts)?;
    let values = weigh(cx, counts, mode, weights)?;
    Ok(vec![arrange(cx, values, columns)?])
}

/// The pool by the length of n-grams: those of n items start at `starts[n - 1]`.
fn split<'a>(pool: &'a [i64], starts: &[i64]) -> Result<Vec<Grams<'a>>, Refusal> {
    let mut grams = Vec::new();
    for (index, &start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(pool.len() as i64);
        let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        let items = range.and_then(|(start, end)| pool.get(start..end)).ok_or("ngram_counts does not fit the pool")?;
        let length = index + 1;
        if items.len() % length != 0 {
            return Err(format!("the pool has {} items for n-grams of {length}", items.len()).into());
        }
        if !items.is_empty() {
            grams.push(Grams { length, items });
        }
    }
    if grams.is_empty() { Err("its pool is empty".into()) } else { Ok(grams) }
}

/// How often each n-gram stands in each row with 0 to `skips` items between neighbours, float32`[…, n-grams]`; all 0 without.
fn count(cx: &mut Context<'_, '_>, grams: &Grams<'_>, skips: Option<i64>) -> Result<Value, Refusal> {
    let input = cx.input(0)?;
    let Some((&length, outer)) = cx.shape(input).split_last() else { return Err("its input is a scalar".into()) };
    let (outer, dtype) = (outer.to_vec(), cx.kind(input).dtype);
    let count = grams.count() as u32;
    // One item has no distance to others.
    let distances = skips.map_or(0, |skips| if grams.length == 1 { 1 } else { skips + 1 });
    let mut sum = None;
    for distance in 1..=distances {
        let windows = i64::from(length) - (grams.length as i64 - 1) * distance;
        if windows <= 0 {
            break;
        }
        let mut all: Option<Value> = None;
        for item in 0..grams.length {
            let start = item as i64 * distance;
            let ranges = vec![SliceRange { axis: outer.len() as u32, start, end: start + windows, step: 1 }];
            let part = cx.emit1(Slice { ranges }, &[input])?;
            let shape = outer.iter().copied().chain([1, windows as u32]).collect();
            let part = cx.emit1(Reshape { shape }, &[part])?;
            let wanted: Vec<i64> = grams.items.iter().skip(item).step_by(grams.length).copied().collect();
            let mut wanted = cx.constant(Tensor::from_i64([count, 1], &wanted))?;
            if dtype != DType::I64 {
                wanted = cx.emit1(Cast { to: dtype }, &[wanted])?;
            }
            let equal = cx.emit1(Equal, &[part, wanted])?;
            all = Some(match all {
                Some(all) => cx.emit1(And, &[all, equal])?,
                None => equal,
            });
        }
        let Some(all) = all else { continue };
        let found = cx.emit1(Cast { to: DType::F32 }, &[all])?;
        let axes = vec![outer.len() as u32 + 1];
        let found = cx.emit1(ReduceSum(Reduction { axes, keep_dims: false }), &[found])?;
        sum = Some(match sum {
            Some(sum) => cx.emit1(Add, &[sum, found])?,
            None => found,
        });
    }
    match sum {
        Some(sum) => Ok(sum),
        None => {
            let shape: Vec<u32> = outer.into_iter().chain([count]).collect();
            let elements = shape.iter().map(|&dim| dim as usize).product();
            cx.constant(Tensor::from_f32(shape, &vec![0.0; elements]))
        }
    }
}

fn weigh(cx: &mut Context<'_, '_>, counts: Value, mode: Mode, weights: Option<&[f32]>) -> Result<Value, Refusal> {
    let mut values = counts;
    if mode == Mode::Presence {
        let zero = cx.constant(Tensor::from_f32([], &[0.0]))?;
        let present = cx.emit1(Greater, &[counts, zero])?;
        values = cx.emit1(Cast { to: DType::F32 }, &[present])?;
    }
    match weights {
        Some(weights) if mode != Mode::Count => {
            let weights = cx.constant(Tensor::from_f32([weights.len() as u32], weights))?;
            cx.emit1(Mul, &[values, weights])
        }
        _ => Ok(values),
    }
}

/// Puts the value of each n-gram into its column; columns without one are 0.
fn arrange(cx: &mut Context<'_, '_>, values: Value, columns: &[i64]) -> Result<Value, Refusal> {
    let width = columns.iter().max().and_then(|&last| usize::try_from(last).ok()).map_or(0, |last| last + 1);
    let distinct: BTreeSet<i64> = columns.iter().copied().collect();
    if width > 1 << 20 || distinct.len() != columns.len() || distinct.first().is_some_and(|&first| first < 0) {
        return Err("ngram_indexes are out of range or name a column twice".into());
    }
    let rank = cx.shape(values).len();
    let axis = rank as u32 - 1;
    // The place after all n-grams is the zero.
    let mut places = vec![columns.len() as i64; width];
    for (place, &column) in (0..).zip(columns) {
        places[column as usize] = place;
    }
    let mut shape = cx.shape(values).to_vec();
    shape[rank - 1] = 1;
    let elements = shape.iter().map(|&dim| dim as usize).product();
    let zero = cx.constant(Tensor::from_f32(shape, &vec![0.0; elements]))?;
    let values = cx.emit1(Concat { axis }, &[values, zero])?;
    let places = cx.constant(Tensor::from_i64([width as u32], &places))?;
    cx.emit1(Gather { axis }, &[values, places])
}
