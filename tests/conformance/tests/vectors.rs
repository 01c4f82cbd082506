//! Every committed model against its vectors, on every instruction set of this machine, with pinned ids and digests.

use std::{collections::BTreeSet, env};

use praxis_conformance::{
    Vectors,
    agreement::{Verdict, check},
    fixture, pins,
    pins::{Pin, Pins},
    zoo::{self, ZooModel},
};
use praxis_import::{ImportOptions, import_file};
use praxis_inference::Isa;

fn models() -> Vec<ZooModel> {
    [zoo::operators().unwrap(), zoo::committed().unwrap()].concat()
}

#[test]
fn every_model_gives_its_vectors() {
    let sets = Isa::available();
    let (mut found, mut wrong, mut refused) = (Pins::new(), Vec::new(), Vec::new());
    for model in models() {
        let name = &model.name;
        assert!(Vectors::read(&model.vectors()).unwrap().cases >= 3, "{name} has too few cases");
        match check(&model, &sets) {
            Verdict::Agrees(report) => {
                for (output, errors) in &report.outputs {
                    println!("{name}, {output}: {errors}");
                }
                found.insert(name.clone(), Pin { id: report.id, digest: report.digest });
            }
            Verdict::Wrong(why) => wrong.push(format!("{name}: {}", why.join("; "))),
            Verdict::Refused(why) => refused.push((name.clone(), why)),
        }
    }
    println!("instruction sets: {sets:?}");
    for (name, why) in &refused {
        println!("refused: {name}: {why}");
    }
    let update = env::var_os("PRAXIS_UPDATE").is_some();
    if update {
        pins::write(&found).unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    if update {
        return;
    }
    let pinned = pins::read().unwrap();
    for (name, why) in &refused {
        assert!(!pinned.contains_key(name), "{name} was imported before and is refused: {why}");
    }
    for (name, pin) in &pinned {
        let now = found.get(name).unwrap_or_else(|| panic!("{name} is pinned and no longer there"));
        assert!(now == pin, "{name} changed: {now:?}, pinned {pin:?}; PRAXIS_UPDATE=1 writes pins.toml");
    }
    for name in found.keys().filter(|name| !pinned.contains_key(*name)) {
        println!("not pinned yet: {name}; PRAXIS_UPDATE=1 writes pins.toml");
    }
}

/// Between them the committed models hold every family that the zoo promises, and are small.
#[test]
fn the_zoo_is_whole() {
    let models = zoo::committed().unwrap();
    let families: BTreeSet<&str> = models.iter().map(|model| model.about.family.as_str()).collect();
    let promised = [
        "convolution",
        "forest",
        "gaussian process",
        "gradient boosting",
        "linear",
        "loop",
        "norm",
        "perceptron",
        "pipeline",
        "quantised",
        "recurrent",
        "support vectors",
        "text",
        "transformer",
    ];
    assert_eq!(families.into_iter().collect::<Vec<_>>(), promised);
    let bytes: u64 = models.iter().map(|model| std::fs::metadata(model.onnx()).unwrap().len()).sum();
    println!("{} models, {bytes} bytes of ONNX", models.len());
    assert!(models.len() >= 26 && bytes < 8 << 20);
    for model in &models {
        assert_eq!(std::fs::metadata(model.onnx()).unwrap().len(), model.about.bytes, "{}", model.name);
    }
}

#[test]
fn the_strategy_fits_its_budget() {
    let file = fixture("strategy.onnx");
    let bytes = std::fs::metadata(&file).unwrap().len();
    let plan = import_file(file, &ImportOptions::default()).unwrap().plan;
    let cost = plan.cost();
    println!("strategy: {bytes} bytes of ONNX, {} of Plan, {cost:?}", plan.encode().len());
    assert!(bytes < 300_000);
    assert!(cost.gas + cost.cold_gas < 1_000_000, "{cost:?}");
}
