//! The network process: started, spoken to, and started again when it ends.

use super::actor::{Input, Inputs};
use crate::failure::Failure;
use praxis_link::{FromNetwork, NetworkConfig, ToNetwork, read_frame, write_frame};
use std::{
    io::{BufReader, BufWriter, Write},
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// The program, beside this one.
const PROGRAM: &str = "praxis-net";
/// Another place for it, for tests and packagers.
const PROGRAM_VARIABLE: &str = "PRAXIS_NET";
/// The first pause before it is started again, doubled each time it ends soon.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Addresses that wait to be read.
const ADDRESSES: usize = 64;
/// How often a writer without anything to write looks whether the process is still the one that it writes to.
const LOOK: Duration = Duration::from_millis(500);

/// What the process says about itself: an address at which it listens, or why it can't work.
type Said = mpsc::Receiver<Result<String, String>>;

fn program() -> Result<PathBuf, Failure> {
    let path = match std::env::var_os(PROGRAM_VARIABLE) {
        Some(path) => PathBuf::from(path),
        None => std::env::current_exe()?.with_file_name(PROGRAM),
    };
    if path.is_file() {
        return Ok(path);
    }
    let shown = path.display();
    Err(Failure::failed(format!(
        "{shown} is not there, and without it this node can't speak to others: `./dev build` puts it beside `praxis` (or `cargo build \
         -p praxis-net`, by itself), or {PROGRAM_VARIABLE} names its place; leave out --p2p-listen and --p2p-peer to run alone"
    )))
}

/// Starts the process and keeps it running. What it says goes to `inputs`, what it is told comes from `outputs`.
pub(super) fn start(config: NetworkConfig, inputs: Inputs, outputs: Receiver<ToNetwork>) -> Result<Said, Failure> {
    let program = program()?;
    let (addresses, said) = mpsc::channel(ADDRESSES);
    let outputs = Arc::new(Mutex::new(outputs));
    let keeper = Keeper { program, config, inputs, addresses, outputs, first_pause: FIRST_PAUSE };
    std::thread::Builder::new().name("network process".into()).spawn(move || keeper.run())?;
    Ok(said)
}

struct Keeper {
    program: PathBuf,
    config: NetworkConfig,
    inputs: Inputs,
    addresses: mpsc::Sender<Result<String, String>>,
    outputs: Arc<Mutex<Receiver<ToNetwork>>>,
    first_pause: Duration,
}

/// How the reading of a process's words came to its end.
enum End {
    /// The process is gone, or says what is no message.
    Gone,
    /// It said that it can't work, and why.
    Failed(String),
    /// Nobody wants to hear it any more.
    Unheard,
}

impl Keeper {
    /// Until this node stops, or the first process says that it can't work. One that takes the place of another may find its port
    /// not yet free: that is no reason to stop the node.
    fn run(self) {
        let (mut pause, mut worked) = (self.first_pause, false);
        loop {
            let started = Instant::now();
            match self.spawn() {
                Ok((mut child, input)) => {
                    let ended = Arc::new(AtomicBool::new(false));
                    let writer = self.write_to(input, ended.clone());
                    let end = self.read_from(&mut child, &mut worked);
                    let _ = child.kill();
                    ended.store(true, Ordering::Relaxed);
                    let status = child.wait();
                    let _ = writer.join();
                    match end {
                        End::Failed(reason) if !worked => {
                            let _ = self.addresses.blocking_send(Err(reason));
                            return;
                        }
                        End::Failed(reason) => tracing::error!(reason, "the network process can't work; trying again"),
                        End::Gone => tracing::error!(?status, "the network process ended; starting it again"),
                        End::Unheard => return,
                    }
                    if self.inputs.send(Input::NetworkEnded).is_err() {
                        return;
                    }
                    metrics::counter!("praxis_p2p_restarts_total").increment(1);
                }
                Err(error) => tracing::error!(%error, "the network process can't be started"),
            }
            if started.elapsed() > LONGEST_PAUSE {
                pause = self.first_pause;
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn spawn(&self) -> std::io::Result<(Child, ChildStdin)> {
        let mut command = Command::new(&self.program);
        // It needs nothing of this node's environment, which may hold keys.
        command.env_clear().envs(std::env::var_os("PRAXIS_LOG").map(|filter| ("PRAXIS_LOG", filter)));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn()?;
        let mut input = child.stdin.take().ok_or(std::io::ErrorKind::BrokenPipe)?;
        match write_frame(&mut input, &ToNetwork::Start(self.config.clone()).encode()) {
            Ok(()) => Ok((child, input)),
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    /// Hands on what the process says until it ends; notes that it said something else than that it can't work.
    fn read_from(&self, child: &mut Child, worked: &mut bool) -> End {
        let Some(output) = child.stdout.take() else { return End::Gone };
        let mut stream = BufReader::new(output);
        while let Ok(Some(frame)) = read_frame(&mut stream) {
            let message = match FromNetwork::decode(&frame) {
                Ok(message) => message,
                Err(error) => {
                    tracing::error!(%error, "the network process says something that is no message");
                    return End::Gone;
                }
            };
            let sent = match message {
                FromNetwork::Failed(reason) => return End::Failed(reason),
                FromNetwork::Listening(address) => self.addresses.blocking_send(Ok(address)).is_ok(),
                message => self.inputs.send(Input::Network(message)).is_ok(),
            };
            if !sent {
                return End::Unheard;
            }
            *worked = true;
        }
        End::Gone
    }

    /// A thread that writes to the process until it no longer reads.
    fn write_to(&self, input: ChildStdin, ended: Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
        let outputs = self.outputs.clone();
        std::thread::spawn(move || {
            let mut stream = BufWriter::new(input);
            // One writer at a time: the last one is joined before the next process is started.
            let Ok(outputs) = outputs.lock() else { return };
            while !ended.load(Ordering::Relaxed) {
                let written = match outputs.recv_timeout(LOOK) {
                    Ok(message) => write_frame(&mut stream, &message.encode()).and_then(|()| stream.flush()),
                    Err(RecvTimeoutError::Timeout) => Ok(()),
                    Err(RecvTimeoutError::Disconnected) => return,
                };
                if written.is_err() {
                    return;
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        os::unix::fs::PermissionsExt,
        path::Path,
        sync::mpsc::{channel, sync_channel},
    };

    /// A program that says one more of these each time it is started.
    fn program_that_says(folder: &Path, messages: &[FromNetwork]) -> PathBuf {
        for (number, message) in messages.iter().enumerate() {
            let mut frame = Vec::new();
            write_frame(&mut frame, &message.encode()).unwrap();
            std::fs::write(folder.join(format!("said-{number}")), frame).unwrap();
        }
        let shown = folder.display();
        let script = format!(
            r#"#!/bin/sh
command -p head -c 1 >/dev/null
for n in 0 1 2 3; do
  [ -e "{shown}/said-$n" ] || continue
  command -p cat "{shown}/said-$n"
  command -p rm "{shown}/said-$n"
  exit
done
"#
        );
        let path = folder.join("program");
        std::fs::write(&path, script).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        path
    }

    fn keep(messages: &[FromNetwork]) -> Vec<Result<String, String>> {
        let folder = tempfile::tempdir().unwrap();
        let program = program_that_says(folder.path(), messages);
        let (addresses, mut said) = mpsc::channel(ADDRESSES);
        let (inputs, heard) = sync_channel(ADDRESSES);
        let (told, outputs) = channel();
        let config =
            NetworkConfig { secret: [0; 32], network: "1".into(), listen: vec![], peers: vec![], max_inbound: 0 };
        let outputs = Arc::new(Mutex::new(outputs));
        let keeper = Keeper { program, config, inputs, addresses, outputs, first_pause: Duration::from_millis(10) };
        let keeper = std::thread::spawn(move || keeper.run());
        let mut all = Vec::new();
        while let Some(one) = said.blocking_recv() {
            let last = one.is_err() || one == Ok("again".to_owned());
            all.push(one);
            if last {
                break;
            }
        }
        drop((said, heard, told));
        keeper.join().unwrap();
        all
    }

    #[test]
    fn a_process_that_fails_stops_the_node_only_if_none_worked_before() {
        let failed = FromNetwork::Failed("the port is taken".into());
        assert_eq!(keep(std::slice::from_ref(&failed)), [Err("the port is taken".to_owned())]);
        let listening = |text: &str| FromNetwork::Listening(text.into());
        let said = keep(&[listening("first"), failed, listening("again")]);
        assert_eq!(said, [Ok("first".to_owned()), Ok("again".to_owned())]);
    }
}
