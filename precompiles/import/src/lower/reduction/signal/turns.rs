//! Cosines and sines of fractions of a turn, by our own float64 functions.

use praxis_model::{Tensor, ops};

use crate::{lower::Context, refusal::Refusal};

/// Most fractions of one table.
const MAX_TURNS: u32 = 1 << 16;

/// Cosine and sine of 2 pi * m / n for m below n. Fractions are taken to the first eighth of a turn in whole numbers, so that
/// quarters are exact and symmetric angles have symmetric values.
pub(super) fn table(cx: &mut Context<'_, '_>, n: u32) -> Result<Vec<(f64, f64)>, Refusal> {
    if n == 0 || n > MAX_TURNS {
        return Err(format!("it divides the circle into {n} parts; 1 to {MAX_TURNS} are supported").into());
    }
    // Entry a is the angle of a / n of an eighth of a turn.
    let eighth = core::f64::consts::FRAC_PI_4;
    let angles: Vec<f64> = (0..=n).map(|a| eighth * (f64::from(a) / f64::from(n))).collect();
    let angles = cx.constant(Tensor::from_f64([n + 1], &angles))?;
    let (cosines, sines) = (cx.emit1(ops::Cos, &[angles])?, cx.emit1(ops::Sin, &[angles])?);
    let known = |value| cx.known(value).and_then(|tensor| tensor.to_f64()).ok_or("a constant is not known");
    let (cosines, sines) = (known(cosines)?, known(sines)?);
    let entry = |m: u64| {
        let n = u64::from(n);
        // In units of 1 / 8n of a turn.
        let (a, below) = if 2 * m > n { (8 * (n - m), true) } else { (8 * m, false) };
        let (a, left) = if a > 2 * n { (4 * n - a, true) } else { (a, false) };
        let (a, swapped) = if a > n { (2 * n - a, true) } else { (a, false) };
        let (cos, sin) = (cosines[a as usize], sines[a as usize]);
        let (cos, sin) = if swapped { (sin, cos) } else { (cos, sin) };
        (if left { -cos } else { cos }, if below { -sin } else { sin })
    };
    Ok((0..u64::from(n)).map(entry).collect())
}
