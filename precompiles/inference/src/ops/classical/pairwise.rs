use praxis_model::ops::{PairwiseLabels, PairwiseProbabilities};

use crate::{
    Fault,
    align::{LINE, elements_mut},
    arith::{Canonical, Fma},
    call::{Call, Kernel, NodeContext, Prepared},
    isa::Job,
};

/// Rounds of the coupling at most.
const MAX_ROUNDS: usize = 100;
/// The coupling ends when no equation is violated by more than this, divided by the number of classes.
const TOLERANCE: f32 = 0.005;

/// All pairs in order.
fn pairs(classes: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..classes).flat_map(move |first| (first + 1..classes).map(move |second| (first, second)))
}

fn votes(call: &mut Call<'_>, labels: &[i64]) -> Result<(), Fault> {
    let classes = labels.len();
    let scores = call.input::<f32>(0)?;
    let (output, scratch) = call.output_and_scratch::<i64>()?;
    let votes = &mut elements_mut::<u32>(scratch)?[..classes];
    for (row, label) in scores.chunks_exact(classes * (classes - 1) / 2).zip(output) {
        votes.fill(0);
        for (&score, (first, second)) in row.iter().zip(pairs(classes)) {
            votes[if score > 0.0 { first } else { second }] += 1;
        }
        let mut best = 0;
        for class in 1..classes {
            if votes[class] > votes[best] {
                best = class;
            }
        }
        *label = labels[best];
    }
    Ok(())
}

impl Kernel for PairwiseLabels {
    fn prepare(&self, _node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let labels = self.labels.clone();
        let scratch_bytes = (labels.len() * size_of::<u32>()).next_multiple_of(LINE);
        let mut prepared = Prepared::new(move |call| votes(call, &labels));
        prepared.scratch_bytes = scratch_bytes;
        Ok(prepared)
    }
}

/// One row: p minimises the sum over pairs of (r_ji p_i - r_ij p_j)^2 with sum 1. Each round improves one class after the
/// other.
struct Coupling<'a> {
    /// Probabilities of the first class of each pair.
    pairs: &'a [f32],
    /// classes * classes.
    q: &'a mut [f32],
    qp: &'a mut [f32],
    p: &'a mut [f32],
}

impl Coupling<'_> {
    #[inline(always)]
    fn fill(&mut self) {
        let classes = self.p.len();
        self.q.fill(0.0);
        for (&first, (i, j)) in self.pairs.iter().zip(pairs(classes)) {
            let second = 1.0 - first;
            // Each pair's row of sums ascends in the other class: i < j comes for all j in order, then as the second one.
            self.q[i * classes + j] = -(second * first);
            self.q[j * classes + i] = -(second * first);
        }
        for i in 0..classes {
            let mut sum = 0.0;
            for j in (0..classes).filter(|&j| j != i) {
                let (low, high) = (i.min(j), i.max(j));
                let first = self.pairs[low * (2 * classes - low - 1) / 2 + high - low - 1];
                let other = if i < j { 1.0 - first } else { first };
                sum += other * other;
            }
            self.q[i * classes + i] = sum;
        }
    }

    /// Qp and p Qp, from the start.
    #[inline(always)]
    fn product(&mut self) -> f32 {
        let mut whole = 0.0;
        for ((row, to), &p) in self.q.chunks_exact(self.p.len()).zip(self.qp.iter_mut()).zip(self.p.iter()) {
            let mut sum = 0.0;
            for (&q, &p) in row.iter().zip(self.p.iter()) {
                sum += q * p;
            }
            *to = sum;
            whole += p * sum;
        }
        whole
    }

    #[inline(always)]
    fn improve(&mut self, mut whole: f32) {
        let classes = self.p.len();
        for class in 0..classes {
            let row = &self.q[class * classes..(class + 1) * classes];
            let own = row[class];
            let step = (whole - self.qp[class]) / own;
            let scale = 1.0 + step;
            self.p[class] += step;
            whole = (whole + step * (step * own + 2.0 * self.qp[class])) / scale / scale;
            for ((qp, p), &q) in self.qp.iter_mut().zip(self.p.iter_mut()).zip(row) {
                *qp = (*qp + step * q) / scale;
                *p /= scale;
            }
        }
    }
}

impl Job for Coupling<'_> {
    type Output = ();

    #[inline(always)]
    fn run<F: Fma>(mut self) {
        let classes = self.p.len() as f32;
        self.p.fill(1.0 / classes);
        self.fill();
        for _ in 0..MAX_ROUNDS {
            let whole = self.product();
            let mut violated = false;
            for &qp in self.qp.iter() {
                violated |= (qp - whole).abs() >= TOLERANCE / classes;
            }
            if !violated {
                break;
            }
            self.improve(whole);
        }
        for p in self.p.iter_mut() {
            *p = p.canonical();
        }
    }
}

impl Kernel for PairwiseProbabilities {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let classes = node.outputs[0].shape[1] as usize;
        let count = node.inputs[0].shape[1] as usize;
        let mut prepared = Prepared::new(move |call| {
            let (path, rows) = (call.path, call.input::<f32>(0)?);
            let (output, scratch) = call.output_and_scratch::<f32>()?;
            let (q, rest) = elements_mut::<f32>(scratch)?.split_at_mut(classes * classes);
            for (pairs, p) in rows.chunks_exact(count).zip(output.chunks_exact_mut(classes)) {
                path.run(Coupling { pairs, q: &mut *q, qp: &mut rest[..classes], p });
            }
            Ok(())
        });
        prepared.scratch_bytes = ((classes * classes + classes) * size_of::<f32>()).next_multiple_of(LINE);
        Ok(prepared)
    }
}
