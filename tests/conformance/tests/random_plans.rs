//! Random Plans give the same bits on every instruction set, node by node as in one run, and as a row in a batch.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use praxis_conformance::random_plans::{self, Source};
use praxis_inference::{Isa, Session, trace};
use praxis_model::{Op, Plan, Tensor, hash_tensors};

/// Plans that are compared.
const PLANS: usize = 1_000;

#[test]
fn a_thousand_random_plans_agree_on_every_path() {
    let paths = Isa::available();
    let mut source = Source::seeded(0x7072_6178_6973);
    let mut covered: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut found, mut tried) = (0, 0);
    while found < PLANS {
        tried += 1;
        assert!(tried < 20 * PLANS, "only {found} Plans in {tried} tries");
        let Some(plan) = random_plans::plan(&mut source, tried) else { continue };
        found += 1;
        plan.nodes.iter().for_each(|node| *covered.entry(node.op.name()).or_default() += 1);
        assert_eq!(Plan::decode(&plan.encode()).unwrap(), plan, "its encoding is read back as it was");
        agrees(&Arc::new(plan), &paths, &mut source);
    }
    let all: BTreeSet<&str> = Op::TABLE.iter().map(|(_, name)| *name).collect();
    let missing: Vec<&&str> = all.iter().filter(|name| !covered.contains_key(**name)).collect();
    println!("{tried} tries, {} of {} operators; without {missing:?}", covered.len(), all.len());
    assert!(covered.len() * 100 >= all.len() * 85, "too few operators take part; without {missing:?}");
}

fn agrees(plan: &Arc<Plan>, paths: &[Isa], source: &mut Source<'_>) {
    let sessions: Vec<Session> = paths.iter().map(|&isa| Session::with_isa(Arc::clone(plan), isa).unwrap()).collect();
    for wild in [0, 40] {
        let inputs = random_plans::inputs(source, plan, wild);
        let results: Vec<Vec<Tensor>> = sessions.iter().map(|session| session.run(&inputs).unwrap()).collect();
        for (result, isa) in results.iter().zip(paths) {
            let same = hash_tensors(result) == hash_tensors(&results[0]);
            assert!(same, "{isa:?} differs from {:?} for {plan:#?}\n{inputs:?}", paths[0]);
        }
        let traced = trace::trace(plan, &inputs, paths[paths.len() - 1]).unwrap();
        assert_eq!(hash_tensors(&traced.outputs), hash_tensors(&results[0]), "node by node: {plan:#?}\n{inputs:?}");
    }
}
