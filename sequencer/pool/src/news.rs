//! Waiting for transactions without a runtime.

use parking_lot::{Condvar, Mutex};
use std::time::Instant;

/// Counts what came; a thread can wait for more.
#[derive(Debug, Default)]
pub(crate) struct News {
    count: Mutex<u64>,
    more: Condvar,
}

impl News {
    pub(crate) fn add(&self) {
        *self.count.lock() += 1;
        self.more.notify_all();
    }

    pub(crate) fn count(&self) -> u64 {
        *self.count.lock()
    }

    /// Waits until more than `seen` came, or for `deadline`; gives how many came.
    pub(crate) fn wait(&self, seen: u64, deadline: Instant) -> u64 {
        let mut count = self.count.lock();
        while *count <= seen {
            if self.more.wait_until(&mut count, deadline).timed_out() {
                break;
            }
        }
        *count
    }
}
