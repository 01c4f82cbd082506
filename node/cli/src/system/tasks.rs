//! The tasks of a process. When one of them ends, the process does.

use crate::failure::Failure;
use std::{any::Any, future::Future};
use tokio::task::JoinSet;

/// Long-running parts of a process, by name.
#[derive(Default)]
pub(crate) struct Tasks {
    set: JoinSet<(&'static str, Result<(), Failure>)>,
    /// Servers run until their handles are dropped.
    handles: Vec<Box<dyn Any + Send>>,
}

impl Tasks {
    /// Starts a part.
    pub(crate) fn spawn<E>(&mut self, name: &'static str, task: impl Future<Output = Result<(), E>> + Send + 'static)
    where
        E: Into<Failure> + Send + 'static,
    {
        self.set.spawn(async move { (name, task.await.map_err(Into::into)) });
    }

    /// Keeps a server running for as long as the parts run.
    pub(crate) fn keep(&mut self, handle: impl Any + Send) {
        self.handles.push(Box::new(handle));
    }

    /// Waits until a part ends, which none does by itself unless something is broken.
    pub(crate) async fn ended(&mut self) -> Failure {
        let (name, result) = describe(self.set.join_next().await);
        match result {
            Ok(()) => Failure::failed(format!("the {name} stopped")),
            Err(failure) => Failure { message: format!("the {name} stopped: {}", failure.message), ..failure },
        }
    }

    /// Waits for Ctrl-C, SIGTERM or the end of a part.
    pub(crate) async fn until_stopped(&mut self) -> Result<(), Failure> {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            failure = self.ended() => Err(failure),
            _ = tokio::signal::ctrl_c() => Ok(()),
            _ = terminate.recv() => Ok(()),
        }
    }
}

type Ended = Option<Result<(&'static str, Result<(), Failure>), tokio::task::JoinError>>;

fn describe(ended: Ended) -> (&'static str, Result<(), Failure>) {
    match ended {
        Some(Ok(ended)) => ended,
        Some(Err(error)) => ("process", Err(Failure::failed(format!("a part of the process panicked: {error}")))),
        None => ("process", Err(Failure::failed("it has no part to run"))),
    }
}
