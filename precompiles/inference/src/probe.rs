//! Rule R1: the arithmetic's behaviour is observed on entry, since a foreign library may have changed the rounding mode or
//! switched on flush-to-zero for this thread.

use core::hint::black_box;

use crate::Fault;

/// Refuses unless this thread rounds to nearest even and keeps subnormal numbers.
pub(crate) fn probe() -> Result<(), Fault> {
    let half_ulp = black_box(f32::EPSILON / 2.0);
    let one = black_box(1.0f32);
    let odd = black_box(1.0 + f32::EPSILON);
    // A tie goes to the even neighbour: down from 1, up from the next number; both signs.
    let ties = one + half_ulp == 1.0
        && odd + half_ulp == 1.0 + 2.0 * f32::EPSILON
        && -one - half_ulp == -1.0
        && -odd - half_ulp == -1.0 - 2.0 * f32::EPSILON;
    if !ties {
        return Err(Fault::Arithmetic("float32 ties do not round to even"));
    }
    let (one, odd) = (black_box(1.0f64), black_box(1.0 + f64::EPSILON));
    let half_ulp = black_box(f64::EPSILON / 2.0);
    if !(one + half_ulp == 1.0 && odd + half_ulp == 1.0 + 2.0 * f64::EPSILON && -one - half_ulp == -1.0) {
        return Err(Fault::Arithmetic("float64 ties do not round to even"));
    }
    let least_normal = black_box(f32::MIN_POSITIVE);
    if (least_normal * black_box(0.5)).to_bits() != 0x0040_0000 {
        return Err(Fault::Arithmetic("subnormal float32 results are flushed to zero"));
    }
    let least = black_box(f32::from_bits(1));
    if (least * black_box(8_388_608.0)).to_bits() != f32::MIN_POSITIVE.to_bits() {
        return Err(Fault::Arithmetic("subnormal float32 operands count as zero"));
    }
    let least = black_box(f64::from_bits(1));
    if (least + least).to_bits() != 2 || (black_box(f64::MIN_POSITIVE) * black_box(0.5)).to_bits() == 0 {
        return Err(Fault::Arithmetic("subnormal float64 numbers are flushed to zero"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_thread_passes() {
        assert_eq!(std::thread::spawn(probe).join().unwrap(), Ok(()));
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn changed_modes_are_refused() {
        // Bits of MXCSR: flush to zero, denormals are zero, three directed rounding modes.
        for bits in [0x8000u32, 0x0040, 0x2000, 0x4000, 0x6000] {
            let refused = std::thread::spawn(move || {
                let mut old = 0u32;
                let mut seen = Ok(());
                // SAFETY: the old state is written back before anything else of this thread runs.
                unsafe {
                    core::arch::asm!("stmxcsr [{}]", in(reg) &mut old);
                    let new = old | bits;
                    core::arch::asm!("ldmxcsr [{}]", in(reg) &new);
                    core::hint::black_box(&mut seen);
                    seen = probe();
                    core::arch::asm!("ldmxcsr [{}]", in(reg) &old);
                }
                seen
            });
            assert!(refused.join().unwrap().is_err(), "{bits:#x}");
        }
    }
}
