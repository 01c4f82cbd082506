use praxis_model::{
    DType::{self, F32, F64, I8, U8},
    ops::{AveragePool, Axis, Conv, ConvTranspose, DeformConv, Ending, IndexOrder, LpPool, MaxPool, Pool, Window},
};

use super::Case;

type Kind = (DType, &'static [u32]);

fn axis(stride: u32, dilation: u32, begin: u32, end: u32) -> Axis {
    Axis { stride, dilation, begin, end }
}

fn conv(axes: &[Axis], groups: u32) -> Conv {
    Conv { window: Window { axes: axes.to_vec() }, groups, activation: Ending::Identity }
}

pub(super) fn cases() -> Vec<Case> {
    [convolutions(), activations(), transposed(), deformed(), pools()].into_iter().flatten().collect()
}

fn convolutions() -> Vec<Case> {
    let same = axis(1, 1, 1, 1);
    let plain = axis(1, 1, 0, 0);
    let three: &[(DType, &[u32])] = &[(F32, &[2, 5, 20, 18]), (F32, &[7, 5, 3, 3]), (F32, &[7])];
    vec![
        Case::wild("same", conv(&[same, same], 1), three),
        Case::tame("few_filters", conv(&[same, same], 1), &[(F32, &[1, 3, 9, 40]), (F32, &[2, 3, 3, 3])]),
        Case::tame("long_rows", conv(&[same, same], 1), &[(F32, &[1, 40, 6, 32]), (F32, &[3, 40, 3, 3])]),
        Case::tame("many_filters", conv(&[same, same], 1), &[(F32, &[1, 40, 14, 14]), (F32, &[40, 40, 3, 3])]),
        Case::tame(
            "small_image",
            conv(&[same, same], 1),
            &[(F32, &[1, 40, 5, 3]), (F32, &[83, 40, 3, 3]), (F32, &[83])],
        ),
        Case::tame("whole_image", conv(&[plain, plain], 1), &[(F32, &[1, 40, 4, 4]), (F32, &[35, 40, 4, 4])]),
        Case::tame(
            "strided",
            conv(&[axis(2, 1, 1, 0), axis(3, 1, 1, 2)], 1),
            &[(F32, &[1, 4, 19, 50]), (F32, &[9, 4, 3, 5])],
        ),
        Case::tame(
            "dilated",
            conv(&[axis(1, 3, 2, 4), axis(2, 3, 3, 1)], 1),
            &[(F32, &[1, 4, 19, 50]), (F32, &[9, 4, 3, 2])],
        ),
        Case::tame(
            "pointwise",
            conv(&[plain, plain], 1),
            &[(F32, &[1, 300, 7, 9]), (F32, &[33, 300, 1, 1]), (F32, &[33])],
        ),
        Case::tame(
            "strided_points",
            conv(&[axis(2, 1, 0, 0), axis(2, 1, 1, 1)], 1),
            &[(F32, &[1, 30, 9, 9]), (F32, &[33, 30, 1, 1])],
        ),
        Case::wild(
            "depthwise",
            conv(&[same, same], 12),
            &[(F32, &[1, 12, 14, 23]), (F32, &[12, 1, 3, 3]), (F32, &[12])],
        ),
        Case::tame(
            "depthwise_strided",
            conv(&[axis(2, 1, 1, 1), axis(2, 1, 1, 1)], 6),
            &[(F32, &[2, 6, 15, 9]), (F32, &[12, 1, 5, 5])],
        ),
        Case::tame("grouped", conv(&[same, same], 3), &[(F32, &[1, 12, 9, 9]), (F32, &[24, 4, 3, 3])]),
        Case::tame(
            "one_dimension",
            conv(&[axis(1, 2, 3, 1)], 1),
            &[(F32, &[1, 4, 100]), (F32, &[8, 4, 5]), (F32, &[8])],
        ),
        Case::tame(
            "three_dimensions",
            conv(&[same, axis(2, 1, 0, 1), same], 2),
            &[(F32, &[1, 4, 6, 7, 8]), (F32, &[6, 2, 3, 2, 3])],
        ),
        Case::tame(
            "more_padding_than_image",
            conv(&[axis(1, 1, 4, 5), axis(2, 1, 6, 3)], 1),
            &[(F32, &[1, 2, 2, 3]), (F32, &[3, 2, 3, 3])],
        ),
        Case::wild(
            "float64",
            conv(&[same, axis(2, 1, 1, 1)], 2),
            &[(F64, &[2, 4, 9, 21]), (F64, &[6, 2, 3, 3]), (F64, &[6])],
        ),
        Case::tame("float64_blocks", conv(&[plain], 1), &[(F64, &[1, 300, 20]), (F64, &[3, 300, 2])]),
    ]
}

fn activations() -> Vec<Case> {
    let kinds: &[(DType, &[u32])] = &[(F32, &[1, 3, 9, 20]), (F32, &[5, 3, 3, 3]), (F32, &[5])];
    let with = |activation| Conv { activation, ..conv(&[axis(1, 1, 1, 1); 2], 1) };
    vec![
        Case::wild("relu", with(Ending::Relu), kinds),
        Case::wild("leaky_relu", with(Ending::LeakyRelu { alpha: 0.1 }), kinds),
        Case::wild("leaky_relu_0", with(Ending::LeakyRelu { alpha: 0.0 }), kinds),
        Case::wild("relu6", with(Ending::Clip { min: 0.0, max: 6.0 }), kinds),
        Case::wild("clip", with(Ending::Clip { min: f32::NEG_INFINITY, max: 0.0 }), kinds),
        Case::wild("clip_from_minus_0", with(Ending::Clip { min: -0.0, max: 1.0 }), kinds),
    ]
}

fn transposed() -> Vec<Case> {
    let transpose = |axes: &[Axis], groups, output: &[u32]| ConvTranspose {
        window: Window { axes: axes.to_vec() },
        groups,
        output: output.to_vec(),
    };
    let (plain, twice) = (axis(1, 1, 0, 0), axis(2, 1, 1, 0));
    vec![
        Case::wild(
            "plain",
            transpose(&[plain, plain], 1, &[9, 22]),
            &[(F32, &[1, 4, 7, 20]), (F32, &[4, 5, 3, 3]), (F32, &[5])],
        ),
        Case::tame("twice", transpose(&[twice, twice], 2, &[14, 40]), &[(F32, &[2, 6, 7, 20]), (F32, &[6, 4, 4, 3])]),
        Case::tame(
            "gaps",
            transpose(&[axis(4, 1, 0, 0), axis(3, 1, 0, 0)], 1, &[20, 30]),
            &[(F32, &[1, 3, 5, 9]), (F32, &[3, 4, 2, 2]), (F32, &[4])],
        ),
        Case::tame(
            "dilated",
            transpose(&[axis(2, 3, 2, 0), axis(3, 2, 4, 0)], 1, &[17, 40]),
            &[(F32, &[1, 3, 6, 14]), (F32, &[3, 4, 3, 5])],
        ),
        Case::tame(
            "many_filters",
            transpose(&[twice, twice], 1, &[6, 6]),
            &[(F32, &[1, 70, 3, 3]), (F32, &[70, 40, 4, 4])],
        ),
        Case::tame(
            "three_dimensions",
            transpose(&[plain, twice, plain], 1, &[4, 6, 5]),
            &[(F32, &[1, 2, 3, 4, 4]), (F32, &[2, 3, 2, 3, 2])],
        ),
        Case::wild("float64", transpose(&[twice], 1, &[21]), &[(F64, &[1, 3, 11]), (F64, &[3, 2, 3]), (F64, &[2])]),
    ]
}

fn deformed() -> Vec<Case> {
    let deform = |groups, offset_groups, bias, mask| DeformConv {
        window: Window { axes: vec![axis(1, 1, 1, 1), axis(2, 1, 1, 0)] },
        groups,
        offset_groups,
        bias,
        mask,
    };
    let x: Kind = (F32, &[2, 4, 7, 9]);
    let w: Kind = (F32, &[6, 2, 3, 2]);
    let offset: Kind = (F32, &[2, 24, 7, 5]);
    let mask: Kind = (F32, &[2, 12, 7, 5]);
    vec![
        Case::tame("masked", deform(2, 2, true, true), &[x, w, offset, (F32, &[6]), mask]),
        Case::wild("special", deform(2, 2, false, true), &[x, w, offset, mask]),
        Case::tame("plain", deform(2, 1, false, false), &[x, w, (F32, &[2, 12, 7, 5])]),
    ]
}

fn pools() -> Vec<Case> {
    let pool = |kernel: &[u32], axes: &[Axis], ceil| Pool {
        kernel: kernel.to_vec(),
        window: Window { axes: axes.to_vec() },
        ceil,
    };
    let two = || pool(&[2, 2], &[axis(2, 1, 0, 0); 2], false);
    let three = || pool(&[3, 3], &[axis(1, 1, 1, 1); 2], false);
    let wide = || pool(&[5, 7], &[axis(2, 1, 2, 1), axis(3, 2, 3, 4)], true);
    let cube = || pool(&[2, 3, 2], &[axis(1, 1, 0, 1), axis(2, 1, 1, 1), axis(1, 2, 1, 0)], true);
    let all = || pool(&[77], &[axis(1, 1, 0, 0)], false);
    let max = |pool, indices| MaxPool { pool, indices };
    let image: &[(DType, &[u32])] = &[(F32, &[2, 3, 11, 40])];
    let (row, column) = (Some(IndexOrder::RowMajor), Some(IndexOrder::ColumnMajor));
    let mut cases = vec![
        Case::wild("two", max(two(), None), image),
        Case::wild("three", max(three(), None), image),
        Case::wild("wide", max(wide(), None), image),
        Case::wild("float64", max(three(), None), &[(F64, &[1, 3, 9, 20])]),
        Case::tame("int8", max(three(), None), &[(I8, &[1, 3, 9, 20])]),
        Case::tame("uint8", max(wide(), row), &[(U8, &[1, 3, 9, 20])]),
        Case::wild("indices", max(three(), row), image),
        Case::wild("columns", max(wide(), column), image),
        Case::wild("three_dimensions", max(cube(), column), &[(F32, &[1, 2, 4, 5, 6])]),
        Case::wild("all", max(all(), None), &[(F32, &[2, 3, 77])]),
    ];
    for count_padding in [false, true] {
        let average = |pool| AveragePool { pool, count_padding };
        let suffix = if count_padding { "_with_padding" } else { "" };
        let name = |name: &str| format!("{name}{suffix}");
        cases.push(Case::wild(&name("two"), average(two()), image));
        cases.push(Case::tame(&name("three"), average(three()), image));
        cases.push(Case::tame(&name("wide"), average(wide()), image));
        cases.push(Case::tame(&name("three_dimensions"), average(cube()), &[(F32, &[1, 2, 4, 5, 6])]));
        cases.push(Case::wild(&name("float64"), average(three()), &[(F64, &[1, 3, 9, 20])]));
    }
    cases.push(Case::tame("all", AveragePool { pool: all(), count_padding: false }, &[(F32, &[2, 3, 77])]));
    for p in [1, 2, 3, 16] {
        cases.push(Case::wild(&format!("three_p{p}"), LpPool { pool: three(), p }, image));
        cases.push(Case::tame(&format!("all_p{p}"), LpPool { pool: all(), p }, &[(F32, &[2, 3, 77])]));
        cases.push(Case::tame(&format!("float64_p{p}"), LpPool { pool: wide(), p }, &[(F64, &[1, 3, 11, 40])]));
    }
    cases
}
