//! Every path that our documents mention exists.
//!
//! A mention is a relative link, or a word in backticks that has the form of a path. Code blocks are not read: what they show
//! may be a command's output.

use std::path::{Component, Path, PathBuf};

/// Words in backticks that look like paths and are none of ours, with what they are.
const NOT_PATHS: &[(&str, &str)] = &[
    ("_data/stocks.csv", "a file inside a Python package"),
    ("@praxis/sdk", "the name of an npm package"),
    ("lib/praxis", "a folder of projects that `praxis agent new` writes"),
];

/// Folders that hold other people's documents, or what a build leaves.
const SKIPPED: &[&str] = &["node_modules", "target", "out", "cache", "lib"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository's root")
}

/// The root's documents and every README below it.
fn documents() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        let at_root = folder == root();
        for entry in std::fs::read_dir(&folder).expect("a folder of the repository").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if !name.starts_with('.') && !SKIPPED.contains(&name.as_str()) {
                    folders.push(entry.path());
                }
            } else if name == "README.md" || (at_root && name.ends_with(".md")) {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

/// The text without fenced code blocks.
fn prose(text: &str) -> String {
    let mut inside = false;
    let keep = |line: &&str| {
        let fence = line.trim_start().starts_with("```");
        inside ^= fence;
        !inside && !fence
    };
    text.lines().filter(keep).collect::<Vec<_>>().join("\n")
}

/// Targets of relative links: `[words](path#anchor)`.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let target = |after: &'_ str| after.find(')').map(|end| after[..end].to_owned());
    text.match_indices("](")
        .filter_map(move |(at, _)| target(&text[at + 2..]).map(|found| (at + 2, found.len())))
        .map(move |(start, length)| &text[start..start + length])
        .filter(|link| !link.contains("://") && !link.starts_with(['#', '<']) && !link.starts_with("mailto:"))
        .map(|link| link.split('#').next().unwrap_or(link))
}

/// Words in backticks that have the form of a path: a slash, and only characters that stand in file names here. Of a command,
/// as in `./dev test`, the first word.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2).filter_map(|span| {
        let word = if span.starts_with("./") { span.split_whitespace().next()? } else { span };
        let is_path = word.contains('/')
            && !word.starts_with('/')
            && word.chars().all(|c| c.is_ascii_alphanumeric() || "_-./@*".contains(c));
        is_path.then_some(word)
    })
}

/// Whether a mention resolves, from the document's folder or from the root. A `*` in the last part stands for anything.
fn exists(mention: &str, folder: &Path) -> bool {
    [folder, &root()].into_iter().any(|base| {
        let path = base.join(mention);
        let (Some(parent), Some(Component::Normal(last))) = (path.parent(), path.components().next_back()) else {
            return path.exists();
        };
        let last = last.to_string_lossy();
        match last.split_once('*') {
            None => path.exists(),
            Some((head, tail)) => std::fs::read_dir(parent).into_iter().flatten().flatten().any(|entry| {
                let name = entry.file_name().to_string_lossy().into_owned();
                name.len() >= head.len() + tail.len() && name.starts_with(head) && name.ends_with(tail)
            }),
        }
    })
}

/// The mentions of one document that do not resolve.
fn dangling(text: &str, folder: &Path) -> Vec<String> {
    let text = prose(text);
    links(&text)
        .chain(quoted(&text))
        .filter(|mention| !NOT_PATHS.iter().any(|(known, _)| known == mention))
        .filter(|mention| !exists(mention, folder))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_path_in_the_documents_exists() {
    let mut wrong = Vec::new();
    let documents = documents();
    for required in ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"] {
        assert!(documents.contains(&root().join(required)), "{required} is missing");
    }
    for document in &documents {
        let text = std::fs::read_to_string(document).expect("a readable document");
        let folder = document.parent().expect("a folder");
        wrong.extend(dangling(&text, folder).iter().map(|mention| format!("{}: {mention}", document.display())));
    }
    assert!(wrong.is_empty(), "these paths do not exist:\n{}", wrong.join("\n"));
}

/// The documents speak about the project as anyone may clone it.
#[test]
fn no_document_names_somebodys_machine() {
    for document in documents() {
        let text = std::fs::read_to_string(&document).expect("a readable document");
        for word in ["/home/", "/root/", "/work/", "/tmp/"] {
            assert!(!text.contains(word), "{} mentions {word}", document.display());
        }
    }
}

#[test]
fn a_wrong_path_is_found_in_every_form() {
    let root = root();
    let text =
        "`tests/gone.rs`, [a link](tests/no.md#part), `./nothing run`, `node/*.gone`; these are fine: `Cargo.toml`,
        [here](README.md), [out](https://example.org/x/y), `a / b`, `./dev test`, `tests/conf*`, `0x7E`, `x/y z`
        ```
        `in/code`
        ```
        `tests/after`";
    assert_eq!(dangling(text, &root), ["tests/no.md", "tests/gone.rs", "./nothing", "node/*.gone", "tests/after"]);
    assert_eq!(
        dangling("`src/lib.rs` and `bindings/src/lib.rs`", &root.join("contracts/bindings")),
        ["bindings/src/lib.rs"]
    );
}
