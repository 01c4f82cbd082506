//! `praxis agent new`: a project that builds and passes its tests as it is.

mod files;

use crate::{args::AgentNewArgs, failure::Failure, ui::Ui};
use files::{FILES, FOUNDRY, File, HARDHAT, MODEL};
use serde_json::json;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// Longest name: npm's bound.
const MAX_NAME: usize = 214;

pub(super) fn run(args: &AgentNewArgs, ui: &Ui) -> Result<(), Failure> {
    let name = checked_name(&args.name)?;
    let folder = free_folder(&args.dir, name)?;
    let extra = if args.hardhat { HARDHAT } else { FOUNDRY };
    for file in FILES.iter().chain(extra) {
        write(&folder, file, name)?;
    }
    write_bytes(&folder.join(MODEL.0), MODEL.1)?;
    ui.table(
        &["", "where"],
        [
            ["strategy", "src/Momentum.sol"],
            ["policy", "policy.toml; src/Policy.sol for the tests"],
            ["model and training", "model/model.onnx, train/train.py"],
            ["mock feeds, token, venue", "src/mocks"],
            ["tests", if args.hardhat { "test/Momentum.t.sol, test/momentum.test.cjs" } else { "test/Momentum.t.sol" }],
        ]
        .map(|row| row.map(str::to_owned).to_vec()),
    );
    ui.line(format!("wrote {}; next, with `praxis dev` running:", folder.display()));
    ui.line(format!("  cd {} && npm install && npm run publish-model && npm test", folder.display()));
    ui.document(&json!({ "name": name, "folder": folder, "hardhat": args.hardhat }));
    Ok(())
}

/// A name that npm takes too.
fn checked_name(name: &str) -> Result<&str, Failure> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
    if !begins || !name.chars().all(allowed) || name.len() > MAX_NAME {
        let suggested: String =
            name.to_lowercase().chars().map(|c| if allowed(c) { c } else { '-' }).take(40).collect();
        let suggested = suggested.trim_start_matches(|c: char| !c.is_ascii_lowercase());
        let suggested = if suggested.is_empty() { "my-agent" } else { suggested };
        return Err(Failure::usage(format!(
            "{name:?} can't be a project's name: it begins with a lower-case letter and has only those, digits, - and _ \
             ({suggested} would do)"
        )));
    }
    Ok(name)
}

/// The project's folder, which may exist where it is empty.
fn free_folder(dir: &Path, name: &str) -> Result<PathBuf, Failure> {
    let folder = dir.join(name);
    match fs::read_dir(&folder) {
        Ok(mut entries) => match entries.next() {
            None => Ok(folder),
            Some(_) => Err(Failure::failed(format!(
                "{} is not empty: choose another name, or another folder with --dir",
                folder.display()
            ))),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(folder),
        Err(error) => Err(Failure::failed(format!("{} can't be the project's folder: {error}", folder.display()))),
    }
}

fn write(folder: &Path, file: &File, name: &str) -> Result<(), Failure> {
    let path = folder.join(file.path);
    write_bytes(&path, file.text.replace("{{name}}", name).as_bytes())?;
    if file.executable {
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::failed(format!("{} can't be written: {error}", path.display()));
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    fs::write(path, bytes).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_packages() {
        assert_eq!(checked_name("trend-2_a").map_err(|f| f.message), Ok("trend-2_a"));
        for (bad, suggested) in [("My Agent", "my-agent"), ("2nd", "nd"), ("", "my-agent"), ("../up", "up")] {
            let failure = checked_name(bad).unwrap_err();
            assert_eq!(failure.code, crate::failure::USAGE);
            assert!(failure.message.contains(&format!("({suggested} would do)")), "{}", failure.message);
        }
    }

    #[test]
    fn every_import_of_a_project_is_a_file_of_it() {
        for extra in [FOUNDRY, HARDHAT] {
            let all: Vec<&File> = FILES.iter().chain(extra).collect();
            for file in all.iter().filter(|file| file.path.ends_with(".sol")) {
                for line in file.text.split(';').filter(|part| part.contains("import ")) {
                    let Some(target) = line.rsplit('"').nth(1).filter(|target| target.starts_with('.')) else {
                        continue;
                    };
                    let mut path = PathBuf::from(file.path);
                    path.pop();
                    for part in target.split('/') {
                        match part {
                            "." => {}
                            ".." => assert!(path.pop(), "{target}"),
                            part => path.push(part),
                        }
                    }
                    assert!(all.iter().any(|f| Path::new(f.path) == path), "{} imports {target}", file.path);
                }
            }
        }
    }

    #[test]
    fn a_folder_with_something_in_it_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let ui = Ui::new(true);
        let args = AgentNewArgs { name: "one".into(), dir: dir.path().into(), hardhat: true };
        run(&args, &ui).map_err(|f| f.message).unwrap();
        assert!(dir.path().join("one/hardhat.config.cjs").is_file());
        assert!(fs::read_to_string(dir.path().join("one/package.json")).unwrap().contains("\"name\": \"one\""));
        let failure = run(&args, &ui).unwrap_err();
        assert!(failure.message.contains("is not empty"), "{}", failure.message);
    }
}
