use super::{
    double::two_product,
    exp::{parts, scale, sigmoid},
    horner,
};

/// erf(x) / x - 1 on |x| <= 0.84, ascending powers of x^2.
const SMALL: [u64; 12] = [
    0x3FC0_6EBA_8214_DB69,
    0xBFD8_1274_6B03_79E6,
    0x3FBC_E2F2_1A04_2AAF,
    0xBF9B_82CE_3128_0EC9,
    0x3F75_65BC_D0CC_8470,
    0xBF4C_02DB_398A_3CEB,
    0x3F1F_9A31_6AC0_C3F4,
    0xBEEF_4D0A_AFEA_4F21,
    0x3EBB_9C8A_EFB9_1B2E,
    0xBE85_E105_49B6_E20D,
    0x3E4E_7AE4_932B_B4E4,
    0xBE0E_6619_B796_C9C3,
];
/// (x + 4) * e^(x^2) * erfc(x) on 0 <= x <= 28, ascending powers of u = (x - 4) / (x + 4).
const LARGE: [u64; 23] = [
    0x3FF1_8932_BF08_E154,
    0xBFEF_3FE3_1ECB_49C0,
    0x3FE8_BE20_2D26_C708,
    0xBFE1_4EAC_B1AD_02B6,
    0x3FD5_2CAC_2371_0011,
    0xBFC6_45FD_8A4C_08C6,
    0x3FB3_8DBD_2C8E_8E74,
    0xBF9B_00C0_529F_C336,
    0x3F79_08F4_71FF_E9AF,
    0xBF32_69B5_7099_46D1,
    0xBF3D_D284_3B0C_3D54,
    0x3F27_2CDD_BDBA_093A,
    0xBECE_7EBD_7777_A24E,
    0xBEF3_C744_0D5E_91E8,
    0x3ED3_B0CF_5024_BF2D,
    0x3EB7_F048_F4EA_1FBD,
    0xBEAC_6596_B17A_2096,
    0xBE75_34DB_F9F8_D75F,
    0x3E80_A395_A44D_8D18,
    0x3E2D_1693_0EDB_8C31,
    0xBE50_55C6_4243_0266,
    0xBE05_E243_BCB5_BCD0,
    0x3E0F_36D8_F260_67D6,
];
/// From here on erf is 1.
const ONE: f64 = 6.0;
/// Below this nothing is left of a normal distribution.
const END: f64 = -38.6;
/// 2 * sqrt(2 / pi), and 0.044715 times that.
const LINEAR: f64 = f64::from_bits(0x3FF9_8845_33D4_3651);
const CUBIC: f64 = f64::from_bits(0x3FB2_444F_2A4D_8B4B);
/// sqrt(1/2).
const SQRT_HALF: f64 = f64::from_bits(0x3FE6_A09E_667F_3BCD);

/// e^(x^2) * erfc(x) for 0 <= x <= 28.
#[inline(always)]
fn scaled(x: f64) -> f64 {
    let inverse = 1.0 / (x + 4.0);
    horner((x - 4.0) * inverse, &LARGE) * inverse
}

/// erf(x).
#[inline(always)]
pub(crate) fn erf(x: f64) -> f64 {
    let a = x.abs();
    let bounded = if a > ONE { ONE } else { a };
    let z = a * a;
    let small = a + a * horner(z, &SMALL);
    let (m, n) = parts(-(bounded * bounded), 0.0);
    let large = 1.0 - scale((1.0 + m) * scaled(bounded), n);
    let result = if a < 0.84 { small } else { large };
    result.copysign(x)
}

/// x * P(a normal variable is at most x), with its relative accuracy kept for negative x.
#[inline(always)]
pub(crate) fn gelu(x: f64) -> f64 {
    let a = x.abs();
    let bounded = if a > -END { -END } else { a };
    // P beyond a = erfc(a / sqrt(2)) / 2; the square is kept in full.
    let (square, rest) = two_product(bounded, bounded);
    let (m, n) = parts(-0.5 * square, -0.5 * rest);
    let beyond = (1.0 + m) * (0.5 * scaled(bounded * SQRT_HALF));
    // Scaled last, so that results below the normal range are rounded once.
    let (below, above) = (scale(x * beyond, n), x * (1.0 - scale(beyond, n)));
    let result = if x < 0.0 { below } else { above };
    // Far below, x times 0; at -infinity the limit.
    if x < END { -0.0 } else { result }
}

/// x / (1 + e^-(2 sqrt(2 / pi) (x + 0.044715 x^3))), ONNX's approximation of [`gelu`].
#[inline(always)]
pub(crate) fn gelu_tanh(x: f64) -> f64 {
    let share = sigmoid(x * (CUBIC * (x * x) + LINEAR));
    // At -infinity the limit, not the product.
    if x < END { -0.0 } else { x * share }
}
