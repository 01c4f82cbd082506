//! A digest for each operator and case: an accidental change of the arithmetic fails as a one-line difference.
//!
//! Each family is a file of cases beside a file of digests in `conformance/`. `PRAXIS_UPDATE=1` writes the digests again.

mod base;
mod classical;
mod convolution;
mod elementwise;
mod movement;
mod products;
mod quantised;
mod reduction;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use praxis_model::{DType, Op, Tensor, TensorType, hash_tensors};

use super::agreement::Random;
use crate::{Isa, evaluate::evaluate_with};

/// One application of an operator to fixed inputs.
pub(super) struct Case {
    /// What it shows, in words without spaces.
    name: String,
    pub(super) op: Op,
    pub(super) inputs: Vec<Tensor>,
}

impl Case {
    pub(super) fn new(name: impl Into<String>, op: impl Into<Op>, inputs: Vec<Tensor>) -> Self {
        Self { name: name.into(), op: op.into(), inputs }
    }

    /// Inputs of these types, from the case's name: about one in six numbers is NaN, infinite, subnormal, -0 or has any
    /// bits.
    pub(super) fn wild(name: &str, op: impl Into<Op>, kinds: &[(DType, &[u32])]) -> Self {
        Self::random(name, op, kinds, 40)
    }

    /// Inputs of these types, from the case's name, without special values.
    pub(super) fn tame(name: &str, op: impl Into<Op>, kinds: &[(DType, &[u32])]) -> Self {
        Self::random(name, op, kinds, 0)
    }

    fn random(name: &str, op: impl Into<Op>, kinds: &[(DType, &[u32])], wild: u64) -> Self {
        let op = op.into();
        let mut random = Random(seed(op.name(), name));
        let tensor = |&(dtype, shape): &(DType, &[u32])| any_tensor(&mut random, &TensorType::new(dtype, shape), wild);
        let inputs = kinds.iter().map(tensor).collect();
        Self { name: name.to_owned(), op, inputs }
    }

    pub(super) fn key(&self) -> String {
        format!("{}.{}", self.op.name(), self.name)
    }
}

/// Constants that a case needs beside its random inputs.
pub(super) fn any_tensor(random: &mut Random, kind: &TensorType, wild: u64) -> Tensor {
    let mut data = Vec::with_capacity(kind.bytes() as usize);
    for _ in 0..kind.elements() {
        match kind.dtype {
            DType::F32 => data.extend_from_slice(&random.float(wild).to_le_bytes()),
            DType::F64 => data.extend_from_slice(&double(random, wild).to_le_bytes()),
            DType::Bool => data.push(random.below(2) as u8),
            other => data.extend_from_slice(&random.next().to_le_bytes()[..other.size()]),
        }
    }
    Tensor { dtype: kind.dtype, shape: kind.shape.clone(), data }
}

fn double(random: &mut Random, wild: u64) -> f64 {
    let base = f64::from(random.float(wild));
    let bits = random.next();
    if bits & 255 < wild { f64::from_bits(random.next()) } else { base + base * (bits >> 12) as f64 / 1e25 }
}

fn seed(op: &str, name: &str) -> u64 {
    op.bytes()
        .chain(name.bytes())
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3))
}

/// The families: a name, which is that of the file of digests, and the cases.
pub(super) fn families() -> Vec<(&'static str, Vec<Case>)> {
    vec![
        ("base", base::cases()),
        ("elementwise", elementwise::cases()),
        // Reductions, normalisation, the softmax family.
        ("reduction", reduction::cases()),
        // Movement, gathering and scattering of elements.
        ("movement", movement::cases()),
        // Convolution and pooling.
        ("convolution", convolution::cases()),
        // Products, recurrent cells, attention.
        ("products", products::cases()),
        // Trees and classical models.
        ("classical", classical::cases()),
        // Quantised arithmetic.
        ("quantised", quantised::cases()),
    ]
}

fn digest(case: &Case, isa: Isa) -> String {
    let outputs = evaluate_with(&case.op, &case.inputs, isa).unwrap_or_else(|error| panic!("{}: {error}", case.key()));
    hash_tensors(&outputs).to_string()
}

fn path(family: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("conformance").join(format!("{family}.toml"))
}

fn pinned(family: &str) -> BTreeMap<String, String> {
    let text = fs::read_to_string(path(family)).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" = "));
    lines.map(|(key, value)| (key.to_owned(), value.trim_matches('"').to_owned())).collect()
}

#[test]
fn conformance_digests_hold_on_every_path() {
    let update = std::env::var_os("PRAXIS_UPDATE").is_some();
    let mut wrong = Vec::new();
    for (family, cases) in families() {
        let mut found = BTreeMap::new();
        for case in &cases {
            let digests: Vec<_> = Isa::available().into_iter().map(|isa| (isa, digest(case, isa))).collect();
            let (_, first) = &digests[0];
            wrong.extend(
                digests
                    .iter()
                    .filter(|(_, digest)| digest != first)
                    .map(|(isa, _)| format!("{}: {} differs from {}", case.key(), isa.name(), digests[0].0.name())),
            );
            assert!(found.insert(case.key(), first.clone()).is_none(), "two cases are called {}", case.key());
        }
        if update {
            let lines: String = found.iter().map(|(key, digest)| format!("{key} = \"{digest}\"\n")).collect();
            fs::write(path(family), format!("# keccak256 of the outputs of each case.\n{lines}")).unwrap();
        }
        let pinned = pinned(family);
        for key in found.keys().chain(pinned.keys()).collect::<BTreeSet<_>>() {
            if found.get(key) != pinned.get(key) {
                wrong.push(format!("{key}: {:?}, pinned {:?}", found.get(key), pinned.get(key)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn conformance_has_a_case_for_every_operator() {
    let covered: BTreeSet<&str> = families().iter().flat_map(|(_, cases)| cases).map(|case| case.op.name()).collect();
    let missing: Vec<_> = Op::TABLE.iter().filter(|(_, name)| !covered.contains(name)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}
