//! decode inverts encode, nothing else decodes, and no bytes make it panic.

use alloy_primitives::keccak256;
use proptest::prelude::*;

use super::plans::{Shape, plan, shapes};
use crate::{
    DType, MAX_PLAN_BYTES, Plan, PlanError, Tensor, decode_tensors, encode_tensors, hash_tensors, id::LEAF_BYTES,
};

fn sample() -> Plan {
    let name = "x".to_owned();
    plan(&Shape { rows: 2, width: 20, hidden: 16, choice: 3, alpha: 0.5, step: 1, name })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn decode_inverts_encode(shape in shapes()) {
        let plan = plan(&shape);
        let bytes = plan.encode();
        let decoded = Plan::decode(&bytes).unwrap();
        prop_assert_eq!(&decoded, &plan);
        prop_assert_eq!(decoded.encode(), bytes);
        prop_assert_eq!(decoded.validate().unwrap(), plan.cost());
    }

    /// Changed bytes are refused, or they are the canonical encoding of another Plan.
    #[test]
    fn changed_bytes_are_another_plan_or_refused(
        shape in shapes(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
        cut in proptest::option::of(any::<proptest::sample::Index>()),
    ) {
        let mut bytes = plan(&shape).encode();
        // Most changes fall into the graph, which is far smaller than the weights.
        let graph = bytes.len().min(900);
        for (place, value) in changes {
            bytes[place.index(graph)] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(decoded) = Plan::decode(&bytes) {
            prop_assert_eq!(decoded.encode(), bytes);
            // Neither this nor the cost of a refused Plan may panic.
            let _ = (decoded.validate(), decoded.cost());
        }
    }

    #[test]
    fn random_bytes_never_panic(tail in proptest::collection::vec(any::<u8>(), 0..600), header in any::<bool>()) {
        let mut bytes = if header { sample().encode()[..20].to_vec() } else { Vec::new() };
        bytes.extend(tail);
        if let Ok(decoded) = Plan::decode(&bytes) {
            prop_assert_eq!(decoded.encode(), bytes);
        }
    }

    #[test]
    fn tensors_come_back(dims in proptest::collection::vec(1u32..5, 0..4), code in 0usize..11, fill in any::<u8>()) {
        let dtype = DType::ALL[code];
        let count: u32 = dims.iter().product();
        let fill = if dtype == DType::Bool { fill & 1 } else { fill };
        let tensor = Tensor { dtype, shape: dims, data: vec![fill; count as usize * dtype.size()] };
        let tensors = vec![tensor.clone(), tensor];
        let bytes = encode_tensors(&tensors);
        prop_assert_eq!(decode_tensors(&bytes).unwrap(), tensors);
        prop_assert!(decode_tensors(&bytes[..bytes.len() - 1]).is_err());
        prop_assert!(decode_tensors(&[&bytes[..], &[0]].concat()).is_err());
    }

    #[test]
    fn random_tensor_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(tensors) = decode_tensors(&bytes) {
            prop_assert_eq!(encode_tensors(&tensors), bytes);
        }
    }
}

#[test]
fn every_cut_is_refused() {
    let bytes = sample().encode();
    for end in 0..bytes.len() {
        assert!(Plan::decode(&bytes[..end]).is_err(), "{end} of {} bytes", bytes.len());
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(Plan::decode(&longer), Err(PlanError::NotCanonical { what: "bytes after the last field" }));
}

#[test]
fn padding_is_zero() {
    let plan = sample();
    let bytes = plan.encode();
    let weights = bytes.len() - plan.weights.len();
    assert_eq!(weights % LEAF_BYTES, 0, "weights start at a leaf");
    let mut changed = bytes.clone();
    changed[weights - 1] = 1;
    assert_eq!(Plan::decode(&changed), Err(PlanError::NotCanonical { what: "padding before the weights" }));
    // Two constants: 20 * 16 float32 end at a multiple of 64; 16 more leave no gap before the flags either.
    let wide = Shape { rows: 1, width: 3, hidden: 3, choice: 0, alpha: 1.0, step: 1, name: "x".into() };
    let plan = super::plans::plan(&wide);
    let mut changed = plan.encode();
    let gap = changed.len() - plan.weights.len() + 3 * 3 * 4;
    changed[gap] = 1;
    assert_eq!(Plan::decode(&changed), Err(PlanError::NotCanonical { what: "padding between weights" }));
}

#[test]
fn counts_are_bounded_before_anything_is_allocated() {
    let mut bytes = sample().encode();
    // The number of inputs stands after magic, lengths, versions and the source's hash.
    let inputs = 20 + 8 + 32;
    bytes[inputs..inputs + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    let refused = PlanError::Limit { what: "number of inputs", found: u64::from(u32::MAX), limit: 16 };
    assert_eq!(Plan::decode(&bytes), Err(refused));
    bytes[inputs..inputs + 4].copy_from_slice(&16u32.to_le_bytes());
    assert!(Plan::decode(&bytes).is_err());
    let large = vec![0; MAX_PLAN_BYTES + 1];
    assert!(matches!(Plan::decode(&large), Err(PlanError::Limit { what: "size of the plan in bytes", .. })));
}

#[test]
fn attributes_are_finite() {
    let plan = sample();
    let bytes = plan.encode();
    let alpha = 0.5f32.to_le_bytes();
    let at = bytes.windows(4).position(|window| window == alpha).unwrap();
    for value in [f32::NAN, f32::INFINITY] {
        let mut changed = bytes.clone();
        changed[at..at + 4].copy_from_slice(&value.to_le_bytes());
        assert_eq!(Plan::decode(&changed), Err(PlanError::NotCanonical { what: "an attribute is not finite" }));
    }
}

/// The formats are fixed: a change of either is a new format version.
#[test]
fn the_formats_are_pinned() {
    let plan = sample();
    assert_eq!(plan.encode().len(), 2371);
    assert_eq!(
        keccak256(plan.encode()).to_string(),
        "0x12d9bda0a8687a5259186d7d23094a73dc9a0c43e3c992e71eb4b6cdeed89391"
    );
    let tensors = [Tensor::from_f32([1, 2], &[1.0, -2.0]), Tensor::from_i64([], &[7])];
    let expected = [
        &[2u8, 0, 0, 0][..],
        &[1, 2, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0],
        &[7, 0, 7, 0, 0, 0, 0, 0, 0, 0],
    ]
    .concat();
    assert_eq!(encode_tensors(&tensors), expected);
    assert_eq!(hash_tensors(&tensors), keccak256(expected));
}

#[test]
fn labels_are_kept_and_checked() {
    let mut plan = sample();
    assert!(plan.outputs[0].dtype.is_float());
    let columns = plan.outputs[0].shape.last().copied().unwrap() as usize;
    plan.labels[0] = (0..columns).map(|column| format!("class {column}")).collect();
    plan.validate().unwrap();
    assert_eq!(Plan::decode(&plan.encode()).unwrap(), plan);
    let refused = |change: &dyn Fn(&mut Plan)| {
        let mut plan = plan.clone();
        change(&mut plan);
        plan.validate().unwrap_err().to_string()
    };
    assert!(refused(&|plan| plan.labels[0].push("one more".to_owned())).contains("columns and their labels"));
    assert!(refused(&|plan| plan.labels.push(Vec::new())).contains("outputs and their labels"));
    assert!(refused(&|plan| plan.labels[0][0] = "x".repeat(129)).contains("length of a label"));
    assert!(refused(&|plan| plan.labels[0][0] = "\n".to_owned()).contains("control characters"));
}
