//! An older processor gives every model the same id and the same bits: Nehalem has neither AVX nor fused multiply-add.

use std::{collections::BTreeMap, process::Command};

use praxis_conformance::pins;

const QEMU: &str = "qemu-x86_64";

/// What `zoo --digests` prints, by model.
fn digests(mut command: Command) -> BTreeMap<String, String> {
    let output = command.arg("--digests").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split_once(' ')).map(|(name, rest)| (name.into(), rest.into())).collect()
}

#[test]
fn every_model_has_the_same_id_and_bits_without_fused_multiply_add() {
    if !Command::new(QEMU).arg("--version").output().is_ok_and(|output| output.status.success()) {
        return eprintln!("skipped: {QEMU} is not installed (Debian's package qemu-user)");
    }
    let mut emulator = Command::new(QEMU);
    emulator.args(["-cpu", "Nehalem", env!("CARGO_BIN_EXE_zoo")]);
    let emulated = digests(emulator);
    let native = digests(Command::new(env!("CARGO_BIN_EXE_zoo")));
    for (name, found) in &native {
        assert_eq!(emulated.get(name), Some(found), "{name}: emulated on the left");
    }
    assert_eq!(emulated.len(), native.len());
    for (name, pin) in pins::read().unwrap() {
        let found = &emulated[&name];
        assert!(found.starts_with(&pin.id.to_string()), "{name}: {found}, pinned {}", pin.id);
    }
    let ran = native.values().filter(|found| found.starts_with("0x")).count();
    println!("{ran} of {} models have the same id and bits on Nehalem", native.len());
}
