//! Time on the wall and time of the processor: beside other work only the second says what something costs.

use std::time::{Duration, Instant};

/// Whose processor time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Whose {
    /// The calling thread's.
    Thread,
    /// All threads' of this process, those that the database runs in the background included.
    Process,
}

/// A running measurement.
pub(crate) struct Clock {
    whose: Whose,
    wall: Instant,
    processor: Duration,
}

/// What something took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Took {
    /// Processor time.
    pub(crate) processor: Duration,
    /// Time on the wall.
    pub(crate) wall: Duration,
}

impl Took {
    /// Longer than anything.
    pub(crate) const MAX: Self = Self { processor: Duration::MAX, wall: Duration::MAX };

    /// The smaller of both times, each for itself.
    pub(crate) fn fastest(self, other: Self) -> Self {
        Self { processor: self.processor.min(other.processor), wall: self.wall.min(other.wall) }
    }
}

impl std::ops::Add for Took {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

impl std::ops::AddAssign for Took {
    fn add_assign(&mut self, other: Self) {
        self.processor += other.processor;
        self.wall += other.wall;
    }
}

impl Clock {
    pub(crate) fn start(whose: Whose) -> Self {
        Self { whose, wall: Instant::now(), processor: processor_time(whose) }
    }

    pub(crate) fn stop(self) -> Took {
        Took { processor: processor_time(self.whose).saturating_sub(self.processor), wall: self.wall.elapsed() }
    }
}

/// Processor time so far.
pub(crate) fn processor_time(whose: Whose) -> Duration {
    let clock = match whose {
        Whose::Thread => libc::CLOCK_THREAD_CPUTIME_ID,
        Whose::Process => libc::CLOCK_PROCESS_CPUTIME_ID,
    };
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes the struct that it is given, which lives until it returns.
    let failed = unsafe { libc::clock_gettime(clock, &raw mut time) };
    assert_eq!(failed, 0, "Linux has both clocks since 2.6.12");
    Duration::new(time.tv_sec.cast_unsigned(), u32::try_from(time.tv_nsec).unwrap_or_default())
}
