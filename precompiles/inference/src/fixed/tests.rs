use proptest::prelude::*;

use super::*;

fn one(value: I256, decimals: u8, dtype: DType) -> u64 {
    let tensor = to_tensor(&[value], decimals, dtype, vec![1]).unwrap();
    let mut wide = [0; 8];
    wide[..tensor.data.len()].copy_from_slice(&tensor.data);
    u64::from_le_bytes(wide)
}

fn integer(text: &str) -> I256 {
    text.parse().unwrap()
}

/// Rust's parser of decimal numbers rounds to the nearest float, ties to even: an independent reference.
fn parsed(value: I256, decimals: u8) -> (u32, u64) {
    let text = format!("{value}e-{decimals}");
    (text.parse::<f32>().unwrap().to_bits(), text.parse::<f64>().unwrap().to_bits())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn to_float_agrees_with_the_decimal_parser(
        limbs in any::<[u64; 4]>(),
        shift in 0usize..256,
        decimals in 0u8..=77,
    ) {
        // An arithmetic shift gives all sizes and both signs.
        let value = I256::from_raw(U256::from_limbs(limbs)).asr(shift);
        let (f32_bits, f64_bits) = parsed(value, decimals);
        prop_assert_eq!(one(value, decimals, DType::F32), u64::from(f32_bits), "{} / 10^{}", value, decimals);
        prop_assert_eq!(one(value, decimals, DType::F64), f64_bits, "{} / 10^{}", value, decimals);
    }

    #[test]
    fn ties_go_to_even(significand in 0u64..(1 << 24), below in any::<bool>()) {
        // Halfway between two float32, and the nearest value on either side that 30 more digits can express.
        let tie = I256::try_from(((1 << 24 | significand) << 1) | 1).unwrap();
        prop_assert_eq!(one(tie, 0, DType::F32), u64::from(parsed(tie, 0).0));
        let scaled = tie * integer("1000000000000000000000000000000");
        let near = if below { scaled - I256::ONE } else { scaled + I256::ONE };
        prop_assert_eq!(one(near, 30, DType::F32), u64::from(parsed(near, 30).0));
    }

    #[test]
    fn integers_come_back(value in any::<i32>(), decimals in 0u8..=9) {
        // A float64 holds value / 10^decimals closely enough to give the same mantissa again.
        let value = I256::try_from(value).unwrap();
        let tensor = to_tensor(&[value], decimals, DType::F64, vec![1]).unwrap();
        prop_assert_eq!(from_tensor(&tensor, decimals).unwrap(), vec![value]);
    }

    #[test]
    fn from_float_agrees_with_exact_formatting(bits in any::<u32>(), decimals in 0u8..=30) {
        // Rust prints a float with a fixed number of decimals exactly rounded, ties to even.
        let x = f32::from_bits(bits);
        let found = from_tensor(&Tensor::from_f32([1], &[x]), decimals);
        if !x.is_finite() {
            prop_assert_eq!(found, Err(FixedError::NotRepresentable { index: 0 }));
            return Ok(());
        }
        let text = format!("{x:.*}", usize::from(decimals)).replace('.', "");
        match text.parse::<I256>() {
            Ok(expected) => prop_assert_eq!(found.unwrap(), vec![expected]),
            Err(_) => prop_assert_eq!(found, Err(FixedError::NotRepresentable { index: 0 })),
        }
    }
}

#[test]
fn the_ends_of_int256_are_exact() {
    let end = 2f64.to_bits() + (254 << 52);
    let least = Tensor::from_f64([1], &[-f64::from_bits(end)]);
    assert_eq!(from_tensor(&least, 0).unwrap(), vec![I256::MIN]);
    let over = Tensor::from_f64([2], &[0.0, f64::from_bits(end)]);
    assert_eq!(from_tensor(&over, 0), Err(FixedError::NotRepresentable { index: 1 }));
    let below = Tensor::from_f64([1], &[f64::from_bits(end - 1)]);
    assert!(from_tensor(&below, 0).is_ok());
    assert_eq!(one(I256::MIN, 0, DType::F32), u64::from(f32::NEG_INFINITY.to_bits()));
    assert_eq!(one(I256::MIN, 0, DType::F64), (-f64::from_bits(end)).to_bits());
}

#[test]
fn halves_go_to_even_on_the_way_back() {
    let halves = Tensor::from_f64([6], &[0.5, 1.5, 2.5, -0.5, -1.5, -2.5]);
    let expected: Vec<I256> = [0, 2, 2, 0, -2, -2].map(|x: i64| I256::try_from(x).unwrap()).to_vec();
    assert_eq!(from_tensor(&halves, 0).unwrap(), expected);
}

#[test]
fn too_many_decimals_and_other_types_are_refused() {
    assert_eq!(to_tensor(&[I256::ONE], 78, DType::F32, vec![1]), Err(FixedError::Decimals(78)));
    assert_eq!(from_tensor(&Tensor::from_f32([1], &[1.0]), 78), Err(FixedError::Decimals(78)));
    let refused = FixedError::NotFloat { index: 0, dtype: DType::I64 };
    assert_eq!(from_tensor(&Tensor::from_i64([1], &[1]), 0), Err(refused));
}
