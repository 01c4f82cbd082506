//! Running a folder of test files.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// What became of one test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It gave what it should.
    Passed,
    /// It is about rules that this project does not have, for this reason.
    Skipped(String),
    /// It gave something else.
    Failed(String),
}

/// Outcomes by test, in the order of files and of tests in them.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Name of a test with its file, and what became of it.
    pub outcomes: Vec<(String, Outcome)>,
}

impl Report {
    /// How many tests passed.
    pub fn passed(&self) -> usize {
        self.outcomes.iter().filter(|(_, outcome)| *outcome == Outcome::Passed).count()
    }

    /// How many were skipped.
    pub fn skipped(&self) -> usize {
        self.outcomes.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Skipped(_))).count()
    }

    /// Tests that failed, a line each.
    pub fn failures(&self) -> Vec<String> {
        let failed = |(name, outcome): &(String, Outcome)| match outcome {
            Outcome::Failed(reason) => Some(format!("{name}: {reason}")),
            _ => None,
        };
        self.outcomes.iter().filter_map(failed).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (passed, skipped) = (self.passed(), self.skipped());
        write!(f, "{passed} passed, {skipped} skipped, {} failed", self.outcomes.len() - passed - skipped)
    }
}

/// Runs `test` on every JSON file below `folder`, on all processors.
///
/// # Errors
/// When the folder or a file in it can't be read.
pub fn run_folder(
    folder: &Path,
    test: impl Fn(&str) -> Result<Vec<(String, Outcome)>, serde_json::Error> + Sync,
) -> io::Result<Report> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    let next = AtomicUsize::new(0);
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let mut results = thread::scope(|scope| {
        let worker = || {
            let mut done = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(file) = files.get(index) else { return Ok(done) };
                done.push((index, run_file(folder, file, &test)?));
            }
        };
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        let mut results = Vec::new();
        for thread in threads {
            let done: io::Result<Vec<_>> = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            results.extend(done?);
        }
        io::Result::Ok(results)
    })?;
    results.sort_by_key(|(index, _)| *index);
    Ok(Report { outcomes: results.into_iter().flat_map(|(_, outcomes)| outcomes).collect() })
}

fn run_file(
    folder: &Path,
    file: &Path,
    test: &impl Fn(&str) -> Result<Vec<(String, Outcome)>, serde_json::Error>,
) -> io::Result<Vec<(String, Outcome)>> {
    let short = file.strip_prefix(folder).unwrap_or(file).display();
    let outcomes = match test(&fs::read_to_string(file)?) {
        Ok(outcomes) => outcomes,
        Err(error) => vec![(String::new(), Outcome::Failed(format!("not readable: {error}")))],
    };
    Ok(outcomes.into_iter().map(|(name, outcome)| (format!("{short} {name}"), outcome)).collect())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if folder.is_file() {
        files.push(folder.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    Ok(())
}
