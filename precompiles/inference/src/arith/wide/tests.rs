use super::*;

/// Written by `reference/wide.py`.
const REFERENCE: &[u8] = include_bytes!("../../../reference/reference.bin");
const COUNT: usize = 1000;

type Function = (&'static str, fn(f64) -> f64, f64);

/// In the order of the file.
const FUNCTIONS: [Function; 19] = [
    ("exp", |x| exp(x), MAX_ULP),
    ("expm1", |x| expm1(x), MAX_ULP),
    ("log", |x| log(x), MAX_ULP),
    ("log1p", |x| log1p(x), MAX_ULP),
    ("sin", sin, MAX_ULP),
    ("cos", cos, MAX_ULP),
    ("tan", tan, MAX_ULP),
    ("asin", |x| asin(x), MAX_ULP),
    ("acos", |x| acos(x), MAX_ULP),
    ("atan", |x| atan(x), MAX_ULP),
    ("sinh", |x| sinh(x), MAX_ULP),
    ("cosh", |x| cosh(x), MAX_ULP),
    ("tanh", |x| tanh(x), MAX_ULP),
    ("asinh", |x| asinh(x), MAX_ULP),
    ("acosh", |x| acosh(x), MAX_ULP),
    ("atanh", |x| atanh(x), MAX_ULP),
    ("erf", |x| erf(x), MAX_ULP),
    ("sigmoid", |x| sigmoid(x), MAX_ULP),
    ("gelu", |x| gelu(x), GELU_MAX_ULP),
];

/// Distance from high + low in units of the last place of `high`.
fn ulp_error(found: f64, high: f64, low: f64) -> f64 {
    if found == high && high.is_infinite() {
        return 0.0;
    }
    let exponent = (high.abs().to_bits() >> 52).max(1);
    let unit = if exponent > 52 { f64::from_bits((exponent - 52) << 52) } else { f64::from_bits(1 << (exponent - 1)) };
    ((found - high) - low).abs() / unit
}

#[test]
fn functions_are_near_the_reference() {
    let mut words = REFERENCE.as_chunks::<8>().0.iter().map(|&bytes| f64::from_le_bytes(bytes));
    let mut take = || words.next().unwrap();
    for (name, function, bound) in FUNCTIONS {
        for _ in 0..COUNT {
            let (x, high, low) = (take(), take(), take());
            let error = ulp_error(function(x), high, low);
            assert!(error <= bound, "{name} of {x:e} is {:e}, not {high:e}: {error} ulp", function(x));
        }
    }
    for _ in 0..2 * COUNT {
        let (x, y, high, low) = (take(), take(), take(), take());
        let error = ulp_error(pow(x, y), high, low);
        assert!(error <= MAX_ULP, "{x:e} to the power {y:e} is {:e}, not {high:e}: {error} ulp", pow(x, y));
    }
    assert_eq!(words.next(), None);
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the C library's special values are the standard's")]
fn special_values_are_the_standards() {
    type Library = (&'static str, fn(f64) -> f64);
    let library: [Library; 15] = [
        ("exp", f64::exp),
        ("expm1", f64::exp_m1),
        ("log", f64::ln),
        ("sin", f64::sin),
        ("cos", f64::cos),
        ("tan", f64::tan),
        ("asin", f64::asin),
        ("acos", f64::acos),
        ("atan", f64::atan),
        ("sinh", f64::sinh),
        ("cosh", f64::cosh),
        ("tanh", f64::tanh),
        ("asinh", f64::asinh),
        ("acosh", f64::acosh),
        ("atanh", f64::atanh),
    ];
    let special = [0.0, 1.0, 0.5, 2.0, f64::INFINITY, 5e-324, 1e-310, 800.0, 1e308, 1e-20];
    for (name, expected) in library {
        let (_, function, _) = FUNCTIONS.into_iter().find(|row| row.0 == name).unwrap();
        for x in special.into_iter().flat_map(|x| [x, -x]).chain([f64::NAN]) {
            let (a, b) = (function(x), expected(x));
            let close = a.is_sign_negative() == b.is_sign_negative() && (a - b).abs() <= b.abs() * 1e-15;
            assert!(
                a == b && a.is_sign_negative() == b.is_sign_negative() || close || a.is_nan() && b.is_nan(),
                "{name} of {x:e}: {a:e}, not {b:e}"
            );
        }
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the C library's special values are the standard's")]
fn powers_of_special_values_are_the_standards() {
    let numbers = [0.0, 1.0, 0.5, 1.5, 2.0, 3.0, f64::INFINITY, f64::NAN, 1e300, 9_007_199_254_740_991.0, 5e-324];
    let signed: Vec<f64> = numbers.into_iter().flat_map(|x| [x, -x]).collect();
    for &x in &signed {
        for &y in &signed {
            let (found, expected) = (pow(x, y), x.powf(y));
            let same = found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan();
            let close = ((found - expected) / expected).abs() < 1e-15
                && found.is_sign_negative() == expected.is_sign_negative();
            assert!(same || close, "{x:e} to the power {y:e}: {found:e}, not {expected:e}");
            let narrow = pow_f32(x, y);
            let close = ((narrow - expected) / expected).abs() < 1e-12 || narrow == expected;
            assert!(close || narrow.is_nan() && expected.is_nan(), "{x:e} ** {y:e}: {narrow:e}, not {expected:e}");
        }
    }
}
