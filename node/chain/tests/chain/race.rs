//! A sequencer and derivation on one chain at the same time.

use praxis_chain::ChainOptions;
use praxis_harness::{World, chain_options};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::SeqCst},
};

/// Derivation wants to force a block while the sequencer is in the middle of importing one of the same number. Each
/// found the head free when it looked.
#[test]
fn derivation_waits_for_an_import_and_then_replaces_it() {
    let (importing, slow) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (entered, is_slow) = (importing.clone(), slow.clone());
    let hook = move |number: u64, _: &mut praxis_primitives::StateDiff| {
        // The second execution of block 1 is its import, under the writer's lock.
        if number == 1 && is_slow.swap(false, SeqCst) {
            entered.store(true, SeqCst);
            std::thread::sleep(std::time::Duration::from_millis(150));
        }
    };
    let options = ChainOptions { diff_hook: Some(Arc::new(hook)), ..chain_options() };
    let mut world = World::with_sequencer_options(|_| {}, options);
    // The window has passed without a batch: derivation is about to force block 1.
    world.l1.mine_empty(world.config.sequencing_window);

    let chain = world.sequencer.chain().clone();
    let l1 = &world.l1;
    let attributes = {
        let head = chain.block_info(0).unwrap();
        praxis_derive::attributes::build(&world.config, &head, l1.at(100).unwrap(), false, vec![]).unwrap()
    };
    let built = chain.build(&attributes, &mut praxis_chain::NoTransactions).unwrap();
    slow.store(true, SeqCst);
    std::thread::scope(|scope| {
        let importer = scope.spawn(|| chain.import(&built.block).map(|imported| imported.block.hash()));
        while !importing.load(SeqCst) {
            std::thread::yield_now();
        }
        let followed = world.sequencer.follow(&world.l1).expect("derivation goes on");
        assert!(followed.blocks.first().is_some_and(|block| block.forced && block.info.number == 1));
        assert_eq!(importer.join().unwrap().unwrap(), built.block.hash());
    });
    assert_ne!(chain.db().hash_of(1).unwrap(), Some(built.block.hash()), "the forced block stands");
}
