//! How many requests of one kind run and wait at once.

use crate::Failure;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;

/// Bounds concurrency, queue and time of work that blocks its thread.
pub(crate) struct Gate {
    running: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    time: Duration,
}

/// When a piece of work must have come to an end. Work that walks over many blocks asks in between; the gas limit bounds
/// the rest.
#[derive(Debug, Clone)]
pub(crate) struct Deadline {
    at: Instant,
    cancelled: Arc<AtomicBool>,
}

impl Deadline {
    /// A failure once the time is over or nobody waits any more.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let over = Instant::now() >= self.at || self.cancelled.load(Ordering::Relaxed);
        if over { Err(too_slow()) } else { Ok(()) }
    }

    /// Becomes true when nobody waits for the work any more: the time is over, or the client has gone.
    pub(crate) fn cancelled(&self) -> Arc<AtomicBool> {
        self.cancelled.clone()
    }
}

/// Says so when whoever waits goes away.
struct CancelOnDrop(Arc<AtomicBool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn too_slow() -> Failure {
    Failure::Limit("the request took longer than this node allows; ask for less at once".into())
}

impl Gate {
    pub(crate) fn new(running: usize, waiting: usize, time: Duration) -> Self {
        Self {
            running: Arc::new(Semaphore::new(running)),
            queue: Arc::new(Semaphore::new(running.saturating_add(waiting).min(Semaphore::MAX_PERMITS))),
            time,
        }
    }

    /// Runs `work` on a thread that may block, when it is its turn. A client that goes away, or a deadline that passes,
    /// frees the place in the queue; work that has begun holds its permit until it ends.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(Deadline) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let place = self.queue.clone().try_acquire_owned().map_err(|_| Failure::Busy)?;
        let deadline = Instant::now() + self.time;
        let cancelled = Arc::new(AtomicBool::new(false));
        let _waiting = CancelOnDrop(cancelled.clone());
        let begun = async {
            let permit = self.running.clone().acquire_owned().await.map_err(|_| Failure::Busy)?;
            let task = tokio::task::spawn_blocking(move || {
                let _held = (place, permit);
                work(Deadline { at: deadline, cancelled })
            });
            task.await.map_err(|error| Failure::Fault(format!("a request ended unexpectedly: {error}")))?
        };
        tokio::time::timeout_at(deadline.into(), begun).await.map_err(|_| too_slow())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_more_run_at_once_than_allowed() {
        let gate = Arc::new(Gate::new(2, 100, Duration::from_secs(10)));
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let (gate, now, most) = (gate.clone(), now.clone(), most.clone());
                tokio::spawn(async move {
                    gate.run(move |_| {
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::sleep(Duration::from_millis(5));
                        now.fetch_sub(1, Ordering::SeqCst);
                        Ok(())
                    })
                    .await
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(most.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_full_queue_refuses_and_a_late_one_is_told() {
        let gate = Arc::new(Gate::new(1, 0, Duration::from_millis(30)));
        let (started, has_started) = tokio::sync::oneshot::channel();
        let (release, released) = std::sync::mpsc::channel::<()>();
        let slow = {
            let gate = gate.clone();
            tokio::spawn(async move {
                gate.run(move |_| {
                    started.send(()).unwrap();
                    assert!(released.recv().is_err(), "nothing is sent");
                    Ok(())
                })
                .await
            })
        };
        has_started.await.unwrap();
        assert!(matches!(gate.run(|_| Ok(())).await, Err(Failure::Busy)));
        assert!(matches!(slow.await.unwrap(), Err(Failure::Limit(_))));
        // The thread still works: its place is not given away before it ends.
        assert!(matches!(gate.run(|_| Ok(())).await, Err(Failure::Busy)));
        drop(release);
        while matches!(gate.run(|_| Ok(())).await, Err(Failure::Busy)) {
            tokio::task::yield_now().await;
        }
    }
}
