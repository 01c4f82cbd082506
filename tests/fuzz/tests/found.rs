//! What fuzzing found, without the fuzzer: every committed input keeps its target's promises.

use praxis_fuzz::{TARGETS, Target, corpus};

#[test]
fn inputs_that_broke_a_target_once_do_not_again() {
    for (name, target) in TARGETS {
        for (path, bytes) in corpus::regressions(name).unwrap() {
            eprintln!("{}", path.display());
            target(&bytes);
        }
    }
}

fn corpus_of(name: &str) {
    let target: Target = TARGETS.iter().find(|(known, _)| *known == name).unwrap().1;
    let inputs = corpus::unpack(&corpus::committed(name)).unwrap();
    assert!(inputs.len() > 100, "{} inputs", inputs.len());
    for (index, input) in inputs.iter().enumerate() {
        eprintln!("{name} {index}");
        target(input);
    }
}

#[test]
fn the_corpus_of_onnx_files_keeps_its_promises() {
    corpus_of("onnx_import");
}

#[test]
fn the_corpus_of_plans_keeps_its_promises() {
    corpus_of("plan_decode");
}

#[test]
fn the_corpus_of_random_plans_keeps_its_promises() {
    corpus_of("plan_run");
}

#[test]
fn the_corpora_of_what_comes_from_l1_keep_their_promises() {
    corpus_of("frames");
    corpus_of("channels");
    corpus_of("batches");
    corpus_of("deposits");
}

#[test]
fn the_corpus_of_what_peers_say_keeps_its_promises() {
    corpus_of("peers");
}

/// A folder packed and unpacked is the same inputs; bytes that nobody packed are an error.
#[test]
fn a_corpus_is_read_as_it_was_packed() {
    let folder = std::env::temp_dir().join(format!("praxis-fuzz-{}", std::process::id()));
    let inputs = folder.join("inputs");
    std::fs::create_dir_all(&inputs).unwrap();
    for (index, bytes) in [&b"longer"[..], b"", b"ab", b"ab"].iter().enumerate() {
        std::fs::write(inputs.join(index.to_string()), bytes).unwrap();
    }
    let file = folder.join("packed.br");
    assert_eq!(corpus::pack(&inputs, &file).unwrap(), 3);
    assert_eq!(corpus::unpack(&file).unwrap(), [&b""[..], b"ab", b"longer"]);
    std::fs::write(&file, b"not Brotli").unwrap();
    assert!(corpus::unpack(&file).is_err());
    std::fs::remove_dir_all(&folder).unwrap();
}
