#![allow(clippy::disallowed_methods, reason = "the C library's float64 functions are the reference here")]

use super::*;

/// Float32 with the special values among them: each combination of sign, extreme exponent and extreme fraction.
fn special() -> Vec<f32> {
    let exponents = [0u32, 1, 2, 23, 24, 25, 63, 64, 103, 104, 126, 127, 128, 150, 151, 191, 192, 230, 253, 254, 255];
    let fractions = [0u32, 1, 2, 3, 0x3F_FFFF, 0x40_0000, 0x40_0001, 0x55_5555, 0x7F_FFFE, 0x7F_FFFF];
    let mut values = Vec::new();
    for exponent in exponents {
        for fraction in fractions {
            let bits = exponent << 23 | fraction;
            values.extend([f32::from_bits(bits), f32::from_bits(bits | 1 << 31)]);
        }
    }
    values
}

fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Compares with the processor's instruction where there is one. The C library's software is no reference: under an
/// emulator without the instruction it was seen to round a subnormal result twice.
fn check_fma(a: f32, b: f32, c: f32) -> f32 {
    let found = exact_fma(a, b, c).canonical();
    if let Some(expected) = hardware::fma(a, b, c) {
        let expected = expected.canonical();
        assert_eq!(found.to_bits(), expected.to_bits(), "{a:e} * {b:e} + {c:e}: {found:e}, not {expected:e}");
    }
    found
}

#[test]
fn exact_fma_is_right_on_special_values() {
    let values = special();
    // FNV-1a over the results, so that a machine without the instruction checks them too.
    let mut digest = 0xCBF2_9CE4_8422_2325u64;
    for &a in &values {
        for &b in values.iter().step_by(3) {
            for &c in &values {
                let bits = check_fma(a, b, c).to_bits();
                digest = (digest ^ u64::from(bits)).wrapping_mul(0x100_0000_01B3);
            }
        }
    }
    assert_eq!(digest, 0xDC11_327D_829D_74AD, "{digest:#x}");
}

#[test]
fn exact_fma_is_right_on_random_bits() {
    let mut state = 1;
    for _ in 0..3_000_000 {
        let (x, y) = (next(&mut state), next(&mut state));
        check_fma(f32::from_bits(x as u32), f32::from_bits((x >> 32) as u32), f32::from_bits(y as u32));
    }
}

/// Addends that put the sum next to a tie, a cancellation or the subnormal range.
#[test]
fn exact_fma_is_right_near_ties() {
    let mut state = 2;
    for _ in 0..3_000_000 {
        let (x, y) = (next(&mut state), next(&mut state));
        let a = f32::from_bits(x as u32);
        let b = f32::from_bits((x >> 32) as u32);
        let product = f64::from(a) * f64::from(b);
        let distance = (y & 63) as i32 - 32;
        let scale = f64::from_bits(((1023 + distance) as u64) << 52);
        let near = (-product * scale) as f32;
        let c = f32::from_bits(near.to_bits().wrapping_add((y >> 32) as u32 & 3));
        check_fma(a, b, c);
        // The same significands with a product in the subnormal range.
        let small = f32::from_bits((y as u32 & 0x807F_FFFF) | ((y >> 40) as u32 % 50) << 23);
        let other = f32::from_bits((b.to_bits() & 0x807F_FFFF) | (70 + (y >> 50) as u32 % 30) << 23);
        check_fma(small, other, f32::from_bits((y >> 20) as u32 & 0x81FF_FFFF));
    }
}

/// Distance of a result from the real value in units of the last place of a float32 of that size.
fn ulp_error(found: f32, real: f64) -> f64 {
    const END: f64 = 340_282_366_920_938_463_463_374_607_431_768_211_456.0;
    let found = if found.is_infinite() { END.copysign(f64::from(found)) } else { f64::from(found) };
    let real = if real.abs() > END { END.copysign(real) } else { real };
    let exponent = ((real.abs().to_bits() >> 52) as i64 - 1023).clamp(-126, 127) - 23;
    (found - real).abs() / f64::from_bits(((exponent + 1023) as u64) << 52)
}

struct Function {
    name: &'static str,
    exact: fn(f32) -> f32,
    hardware: fn(f32) -> Option<f32>,
    real: fn(f64) -> f64,
    bound: f64,
}

#[cfg(target_arch = "x86_64")]
mod hardware {
    use super::*;

    macro_rules! on_fma {
        ($($name:ident)*) => {
            $(pub(super) fn $name(x: f32) -> Option<f32> {
                #[target_feature(enable = "fma")]
                fn inner(x: f32) -> f32 {
                    super::super::$name::<Hardware>(x)
                }
                // SAFETY: the feature was detected.
                is_x86_feature_detected!("fma").then(|| unsafe { inner(x) })
            })*
        };
    }

    on_fma!(exp tanh sigmoid erf gelu gelu_tanh softplus expm1);

    pub(super) fn fma(a: f32, b: f32, c: f32) -> Option<f32> {
        #[target_feature(enable = "fma")]
        fn inner(a: f32, b: f32, c: f32) -> f32 {
            a.mul_add(b, c)
        }
        // SAFETY: the feature was detected.
        is_x86_feature_detected!("fma").then(|| unsafe { inner(a, b, c) })
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod hardware {
    pub(super) fn exp(_: f32) -> Option<f32> {
        None
    }
    pub(super) use self::{
        exp as tanh, exp as sigmoid, exp as erf, exp as gelu, exp as gelu_tanh, exp as softplus, exp as expm1,
    };
    pub(super) fn fma(_: f32, _: f32, _: f32) -> Option<f32> {
        None
    }
}

fn real_sigmoid(x: f64) -> f64 {
    if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) }
}

fn real_softplus(x: f64) -> f64 {
    if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() }
}

const FUNCTIONS: [Function; 8] = [
    Function {
        name: "expm1",
        exact: expm1::<Exact>,
        hardware: hardware::expm1,
        real: f64::exp_m1,
        bound: EXPM1_MAX_ULP,
    },
    // The float64 functions are compared with arithmetic of 60 digits, see their tests.
    Function { name: "erf", exact: erf::<Exact>, hardware: hardware::erf, real: |x| wide::erf(x), bound: ERF_MAX_ULP },
    Function {
        name: "gelu",
        exact: gelu::<Exact>,
        hardware: hardware::gelu,
        real: |x| wide::gelu(x),
        bound: GELU_MAX_ULP,
    },
    Function {
        name: "gelu_tanh",
        exact: gelu_tanh::<Exact>,
        hardware: hardware::gelu_tanh,
        real: |x| wide::gelu_tanh(x),
        bound: GELU_TANH_MAX_ULP,
    },
    Function {
        name: "softplus",
        exact: softplus::<Exact>,
        hardware: hardware::softplus,
        real: real_softplus,
        bound: SOFTPLUS_MAX_ULP,
    },
    Function { name: "exp", exact: exp::<Exact>, hardware: hardware::exp, real: f64::exp, bound: EXP_MAX_ULP },
    Function { name: "tanh", exact: tanh::<Exact>, hardware: hardware::tanh, real: f64::tanh, bound: TANH_MAX_ULP },
    Function {
        name: "sigmoid",
        exact: sigmoid::<Exact>,
        hardware: hardware::sigmoid,
        real: real_sigmoid,
        bound: SIGMOID_MAX_ULP,
    },
];

/// Largest error over the given bit patterns. Where the processor has the instruction, the software path is compared on
/// every `stride`-th pattern: it differs only in its multiply-add, which is tested above, and is 25 times slower.
fn worst(function: &Function, patterns: impl Iterator<Item = u32>, stride: usize) -> (f64, f32) {
    let mut worst = (0.0, 0.0);
    for (number, bits) in patterns.enumerate() {
        let x = f32::from_bits(bits);
        let found = (function.hardware)(x).unwrap_or_else(|| (function.exact)(x)).canonical();
        if number % stride == 0 {
            let exact = (function.exact)(x).canonical();
            assert_eq!(exact.to_bits(), found.to_bits(), "{} of {x:e}", function.name);
        }
        if x.is_nan() {
            assert_eq!(found.to_bits(), CANONICAL_NAN_F32, "{} of {bits:#x}", function.name);
            continue;
        }
        let real = (function.real)(f64::from(x));
        let error = ulp_error(found, real);
        assert!(error <= function.bound, "{} of {x:e} is {found:e}, {error} ulp from {real:e}", function.name);
        if error > worst.0 {
            worst = (error, x);
        }
    }
    worst
}

#[test]
fn functions_keep_their_bounds_on_every_997th_input() {
    for function in &FUNCTIONS {
        worst(function, (0..=u32::MAX).step_by(997), 8);
    }
}

/// All 2^32 inputs: minutes. Run with `--run-ignored all --no-capture` to see the measured errors.
#[test]
#[ignore = "takes minutes"]
fn functions_keep_their_bounds_on_all_inputs() {
    for function in &FUNCTIONS {
        let half = 1u32 << 31;
        let (low, high) = std::thread::scope(|scope| {
            let high = scope.spawn(|| worst(function, half..=u32::MAX, 64));
            (worst(function, 0..=half - 1, 64), high.join().unwrap())
        });
        let (error, x) = if low.0 > high.0 { low } else { high };
        eprintln!("{}: at most {error:.4} ulp, at {x:e} ({:#010x})", function.name, x.to_bits());
    }
}

#[test]
fn functions_have_the_right_special_values() {
    type Case = (fn(f32) -> f32, &'static str, &'static [(f32, f32)]);
    const INFINITY: f32 = f32::INFINITY;
    let cases: [Case; 3] = [
        (exp::<Exact>, "exp", &[(0.0, 1.0), (-0.0, 1.0), (INFINITY, INFINITY), (-INFINITY, 0.0), (89.0, INFINITY)]),
        (tanh::<Exact>, "tanh", &[(0.0, 0.0), (-0.0, -0.0), (INFINITY, 1.0), (-INFINITY, -1.0), (1e-45, 1e-45)]),
        (sigmoid::<Exact>, "sigmoid", &[(0.0, 0.5), (-0.0, 0.5), (INFINITY, 1.0), (-INFINITY, 0.0), (30.0, 1.0)]),
    ];
    for (function, name, values) in cases {
        for &(x, expected) in values {
            assert_eq!(function(x).to_bits(), expected.to_bits(), "{name} of {x}");
        }
    }
}
