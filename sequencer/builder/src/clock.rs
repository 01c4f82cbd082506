//! The clock that blocks are made by.

use parking_lot::{Mutex, MutexGuard};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

/// The system's clock, and whose turn it is to make blocks. A development chain's commands move the one and take the other; for
/// everybody else it is the system's clock. Clones are one clock.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    shift_ms: Arc<AtomicI64>,
    turn: Arc<Mutex<()>>,
    wanted: Arc<AtomicBool>,
}

impl Clock {
    /// Milliseconds since 1970.
    pub fn now_ms(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        now.saturating_add_signed(self.shift_ms.load(Ordering::Relaxed))
    }

    /// Moves the clock so that it shows `now_ms`.
    pub fn set(&self, now_ms: u64) {
        let shift = i128::from(now_ms) - i128::from(Self::default().now_ms());
        self.shift_ms.store(i64::try_from(shift).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    /// Moves the clock forward to `now_ms`, unless it is later already.
    pub fn at_least(&self, now_ms: u64) {
        if self.now_ms() < now_ms {
            self.set(now_ms);
        }
    }

    /// Set when an open block is to be left unsealed.
    pub(crate) fn wanted(&self) -> &AtomicBool {
        &self.wanted
    }

    /// The builder's turn, for one look.
    pub(crate) fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock()
    }

    /// Takes the turn from the builder, which leaves its open block for it.
    pub(crate) fn take_turn(&self) -> MutexGuard<'_, ()> {
        self.wanted.store(true, Ordering::Relaxed);
        let turn = self.turn.lock();
        self.wanted.store(false, Ordering::Relaxed);
        turn
    }

    /// Tells a waiting builder that nobody waits for it any more.
    pub(crate) fn stop(&self) {
        self.wanted.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_moved_forward_and_set_in_all_clones() {
        let (clock, system) = (Clock::default(), Clock::default());
        let later = system.now_ms() + 86_400_000;
        clock.clone().at_least(later);
        assert!(clock.now_ms() >= later && clock.now_ms() < later + 60_000);
        clock.at_least(later - 1000);
        assert!(clock.now_ms() >= later);
        clock.set(later - 90_000_000);
        assert!(clock.now_ms() < system.now_ms());
    }
}
