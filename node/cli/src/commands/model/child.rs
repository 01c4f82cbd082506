//! Imports run in a child process with limits: a file that finds a way to use up memory or time takes a process with it
//! that nothing else depends on.
//!
//! The child is this program again. The file goes in by its standard input; the child opens no file of its own. It
//! answers with one line of JSON, then the Plan's bytes.

use crate::failure::Failure;
use praxis_import::ImportOptions;
use praxis_model::{DType, Plan, Tensor};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    io::{Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Address space of the child: what the largest file may decode to, constants, a Plan, and the program itself.
const MEMORY_BYTES: u64 = 3 << 30;
/// Processor time of the child.
const CPU_SECONDS: u64 = 120;
/// How long the child may take by the clock, on a machine that has other work.
const WALL_TIME: Duration = Duration::from_secs(300);
/// Open files of the child: its standard streams, and what the runtime opens to look at the machine.
const OPEN_FILES: u64 = 16;
/// How often the parent looks whether the time is up.
const POLL: Duration = Duration::from_millis(20);

/// What the child is told.
#[derive(Debug, Serialize, Deserialize)]
struct Request {
    shapes: BTreeMap<String, Vec<u32>>,
    frozen: Vec<Frozen>,
    to_float32: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Frozen {
    name: String,
    dtype: u8,
    shape: Vec<u32>,
    data: Vec<u8>,
}

/// What the child answers before the Plan.
#[derive(Debug, Serialize, Deserialize)]
struct Answer {
    notes: Vec<String>,
}

/// A Plan and what the importer decided about it, in words.
pub(super) struct ChildImport {
    pub(super) plan: Plan,
    pub(super) notes: Vec<String>,
}

/// Imports an ONNX file in a child process.
pub(super) fn import(path: &Path, bytes: Vec<u8>, options: &ImportOptions) -> Result<ChildImport, Failure> {
    let request = serde_json::to_string(&Request::of(options))?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["model", "import-worker", &request]);
    let output = run(command, bytes, path)?;
    let (line, plan) = output.iter().position(|&byte| byte == b'\n').map_or((&output[..], &[][..]), |end| {
        let (line, rest) = output.split_at(end);
        (line, &rest[1..])
    });
    let answer: Answer = serde_json::from_slice(line)?;
    Ok(ChildImport { plan: Plan::decode(plan)?, notes: answer.notes })
}

/// Runs the child on the bytes and gives what it wrote; its error where it failed, with the limit named that it met.
pub(super) fn run(mut command: Command, bytes: Vec<u8>, path: &Path) -> Result<Vec<u8>, Failure> {
    let shown = path.display();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| Failure::failed(format!("the importer can't be started: {error}")))?;
    let mut input = child.stdin.take();
    // A child that ends early closes its end; what it said counts, not that the rest could not be written.
    let writer = std::thread::spawn(move || input.take().map(|mut input| input.write_all(&bytes)));
    let output = collect(child.stdout.take());
    let errors = collect(child.stderr.take());
    let status = wait(&mut child)?;
    let _ = writer.join();
    let output = output.join().unwrap_or_default();
    let errors = errors.join().unwrap_or_default();
    match status {
        Some(status) if status.success() => Ok(output),
        Some(status) if status.code() == Some(1) => {
            let text = String::from_utf8_lossy(&errors);
            Err(Failure::failed(format!("{shown}: {}", text.trim().trim_start_matches("error: "))))
        }
        Some(status) => Err(Failure::failed(format!(
            "{shown}: the importer was stopped ({status}): the file needs more than {} GiB of memory or {CPU_SECONDS} \
             seconds; export a smaller model, or one without the constants that expand",
            MEMORY_BYTES >> 30
        ))),
        None => Err(Failure::failed(format!(
            "{shown}: the import took longer than {} seconds and was stopped",
            WALL_TIME.as_secs()
        ))),
    }
}

fn collect(stream: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(stream) = stream {
            // Its answer is a Plan and some notes at most; more is cut off and then does not decode.
            let limit = 2 * praxis_model::MAX_PLAN_BYTES as u64;
            let _ = stream.take(limit).read_to_end(&mut bytes);
        }
        bytes
    })
}

/// Waits within the time; `None` where it was up and the child was killed.
fn wait(child: &mut Child) -> Result<Option<std::process::ExitStatus>, Failure> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() > WALL_TIME {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(if start.elapsed() < POLL { Duration::from_millis(1) } else { POLL });
    }
}

impl Request {
    fn of(options: &ImportOptions) -> Self {
        let frozen = options.frozen.iter().map(|(name, tensor)| Frozen {
            name: name.clone(),
            dtype: tensor.dtype.code(),
            shape: tensor.shape.clone(),
            data: tensor.data.clone(),
        });
        Self { shapes: options.shapes.clone(), frozen: frozen.collect(), to_float32: options.to_float32 }
    }

    fn options(self) -> Result<ImportOptions, Failure> {
        let Self { shapes, frozen, to_float32 } = self;
        let mut options = ImportOptions { shapes, to_float32, ..ImportOptions::default() };
        for frozen in frozen {
            let dtype = DType::try_from(frozen.dtype)?;
            options.frozen.insert(frozen.name, Tensor { dtype, shape: frozen.shape, data: frozen.data });
        }
        Ok(options)
    }
}

/// Takes from this process what an import does not need, for good.
pub(super) fn limit_this_process() -> Result<(), Failure> {
    let limits = [
        (Resource::As, MEMORY_BYTES),
        (Resource::Cpu, CPU_SECONDS),
        (Resource::Fsize, 0),
        (Resource::Nofile, OPEN_FILES),
        (Resource::Core, 0),
    ];
    for (resource, limit) in limits {
        // Whoever started this process may have set a tighter bound, which only the superuser could raise.
        let bound = getrlimit(resource).maximum.map_or(limit, |maximum| maximum.min(limit));
        let limit = Rlimit { current: Some(bound), maximum: Some(bound) };
        setrlimit(resource, limit)
            .map_err(|error| Failure::failed(format!("{resource:?} can't be limited: {error}")))?;
    }
    Ok(())
}

/// The child: imports what comes by standard input.
pub(super) fn work(request: &str) -> Result<(), Failure> {
    limit_this_process()?;
    let options = serde_json::from_str::<Request>(request)?.options()?;
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(praxis_import::limits::MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    let imported = praxis_import::import_bytes(&bytes, &options)?;
    let answer = Answer { notes: imported.notes.iter().map(ToString::to_string).collect() };
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(&answer)?)?;
    out.write_all(&imported.plan.encode())?;
    out.flush()?;
    Ok(())
}
