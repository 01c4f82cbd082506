//! Random schedules of everything that can happen.

use praxis_harness::{Ran, run_schedule};
use std::sync::atomic::{AtomicU64, Ordering};

fn variable(name: &str, otherwise: u64) -> u64 {
    match std::env::var(name) {
        Ok(value) => value.parse().unwrap_or_else(|_| panic!("{name} is {value}, but must be a number")),
        Err(_) => otherwise,
    }
}

/// `PRAXIS_SCHEDULES` of them, beginning with seed `PRAXIS_SEED`.
#[test]
fn random_schedules_end_in_one_chain() {
    let (count, first) = (variable("PRAXIS_SCHEDULES", 500), variable("PRAXIS_SEED", 0));
    let next = AtomicU64::new(0);
    let workers = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(4));
    let work = || {
        let mut all = Ran::default();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            if place >= count {
                return all;
            }
            let ran = run_schedule(first + place);
            all.blocks += ran.blocks;
            all.forced += ran.forced;
            all.reorgs += ran.reorgs;
            all.dropped += ran.dropped;
            all.updates += ran.updates;
            all.calls += ran.calls;
        }
    };
    let all: Vec<Ran> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().expect("a schedule failed")).collect()
    });
    println!("{count} schedules from seed {first}: {all:?}");
    // What never happens is not tested.
    let sum = |of: fn(&Ran) -> u64| all.iter().map(of).sum::<u64>();
    if count >= 100 {
        assert!(sum(|ran| ran.forced) > count / 10, "hardly a window passed: {all:?}");
        assert!(sum(|ran| ran.reorgs) > count / 4, "hardly a reorg: {all:?}");
        assert!(sum(|ran| ran.calls) > count / 2, "hardly a scheduled call: {all:?}");
        assert!(sum(|ran| ran.dropped) > count && sum(|ran| ran.updates) > count / 2, "too little happened: {all:?}");
    }
}
