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
            all.add(run_schedule(first + place));
        }
    };
    let mut all = Ran::default();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads.into_iter().for_each(|thread| all.add(thread.join().expect("a schedule failed")));
    });
    println!("{count} schedules from seed {first}:\n{}", all.table());
    if count >= 100 {
        let rare = all.rare(count);
        assert!(rare.is_empty(), "these hardly happened, so they are not tested: {rare:?}\n{}", all.table());
    }
}
