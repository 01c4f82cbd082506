use super::world::World;
use crate::{
    AddBlock, ChannelId, EncodeError, Encoder, EncoderConfig, SafeUpdate, Submission, Waiting, frame::decode_calldata,
};
use alloy_primitives::B256;
use std::collections::BTreeSet;

fn small() -> EncoderConfig {
    EncoderConfig { max_submission_bytes: 400, target_channel_bytes: 700, ..EncoderConfig::default() }
}

fn world() -> World {
    let mut world = World::new(11, |_| {});
    world.mine(1, vec![]);
    world.build_many(12, 1, 200);
    world
}

fn encoder(world: &World, config: EncoderConfig) -> Encoder {
    let mut encoder = Encoder::new(world.config.clone(), config, &world.info(0), 101);
    feed(world, &mut encoder);
    encoder
}

fn feed(world: &World, encoder: &mut Encoder) {
    while let Some(block) = world.blocks.get(encoder.next_block() as usize - 1) {
        assert_eq!(encoder.add_block(block), Ok(AddBlock::Added));
    }
}

fn all(encoder: &mut Encoder) -> Vec<Submission> {
    std::iter::from_fn(|| encoder.next_submission()).collect()
}

fn channel_ids(submissions: &[Submission]) -> BTreeSet<ChannelId> {
    submissions.iter().map(|s| s.channel).collect()
}

#[test]
fn submissions_come_in_order_and_once() {
    let world = world();
    let mut encoder = encoder(&world, small());
    encoder.close().unwrap();
    let submissions = all(&mut encoder);
    assert!(channel_ids(&submissions).len() >= 2 && submissions.len() > channel_ids(&submissions).len());
    assert!(submissions.iter().all(|s| s.calldata.len() <= 400));
    let mut covered = 1;
    for pair in submissions.windows(2) {
        let number = |s: &Submission| decode_calldata(&s.calldata).unwrap()[0].number;
        if pair[0].channel == pair[1].channel {
            assert_eq!(number(&pair[1]), number(&pair[0]) + 1);
        } else {
            assert_eq!(number(&pair[1]), 0);
            covered = pair[1].blocks.start().max(&covered).to_owned();
            assert_eq!(*pair[1].blocks.start(), pair[0].blocks.end() + 1);
        }
    }
    assert_eq!(submissions.last().unwrap().blocks.end(), &12);
    assert_eq!(encoder.next_submission(), None);
}

#[test]
fn a_failed_submission_takes_everything_after_it_along() {
    let world = world();
    let mut encoder = encoder(&world, small());
    encoder.close().unwrap();
    let first = all(&mut encoder);
    assert!(encoder.confirm(first[0].id, 102));
    assert!(encoder.requeue(first[1].id));
    assert!(!encoder.requeue(first[1].id), "the attempt is over");
    assert!(!encoder.confirm(first[2].id, 102), "it is to be sent again");
    let second = all(&mut encoder);
    let calldata = |s: &[Submission]| s.iter().map(|s| s.calldata.clone()).collect::<Vec<_>>();
    assert_eq!(calldata(&second), calldata(&first[1..]));
    assert!(second.iter().zip(&first[1..]).all(|(a, b)| a.id != b.id));
}

#[test]
fn a_channel_closes_by_time_and_nothing_is_lost_while_l1_is_away() {
    let world = world();
    let config = EncoderConfig { max_channel_l1_blocks: 2, ..EncoderConfig::default() };
    let mut encoder = encoder(&world, config);
    encoder.advance_l1(102).unwrap();
    assert_eq!(encoder.next_submission(), None);
    encoder.advance_l1(103).unwrap();
    assert_eq!(all(&mut encoder).len(), 1 + world.blocks.len() * 300 / 100_000);
}

#[test]
fn an_idle_channel_stays_open_until_a_transaction_comes_or_its_own_time() {
    let config = EncoderConfig { max_channel_l1_blocks: 2, max_idle_l1_blocks: 30, ..EncoderConfig::default() };
    let idle = |sequencing_window: u64| {
        let mut world = World::new(11, |config| config.sequencing_window = sequencing_window);
        world.build_many(5, 0, 0);
        let encoder = encoder(&world, config.clone());
        (world, encoder)
    };
    let closes_at = |encoder: &mut Encoder| {
        (102..200).find(|l1| {
            encoder.advance_l1(*l1).unwrap();
            encoder.next_submission().is_some()
        })
    };
    assert_eq!(closes_at(&mut idle(200).1), Some(131));
    assert_eq!(closes_at(&mut idle(40).1), Some(111), "a quarter of the sequencing window");
    let (mut world, mut encoder) = idle(200);
    encoder.advance_l1(110).unwrap();
    world.build_many(1, 1, 10);
    feed(&world, &mut encoder);
    assert_eq!(closes_at(&mut encoder), Some(112), "a transaction does not wait for that");
}

#[test]
fn the_backlog_is_bounded_and_goes_on_when_blocks_become_safe() {
    let world = world();
    let config = EncoderConfig { max_pending_bytes: 1500, ..small() };
    let mut encoder = Encoder::new(world.config.clone(), config, &world.info(0), 101);
    let mut taken = 0;
    while encoder.add_block(&world.blocks[taken]).unwrap() == AddBlock::Added {
        taken += 1;
    }
    assert!((2..12).contains(&taken));
    assert_eq!(encoder.next_block(), taken as u64 + 1);
    encoder.close().unwrap();
    let safe = world.info(taken as u64);
    assert_eq!(encoder.update_safe(&safe, 101), SafeUpdate::Kept);
    assert_eq!(encoder.pending_bytes(), 0);
    assert_eq!(encoder.add_block(&world.blocks[taken]), Ok(AddBlock::Added));
}

#[test]
fn what_derivation_dropped_is_encoded_again_under_another_name() {
    let world = world();
    let mut encoder = encoder(&world, small());
    encoder.close().unwrap();
    let first = all(&mut encoder);
    first.iter().for_each(|s| assert!(encoder.confirm(s.id, 103)));
    assert_eq!(encoder.update_safe(&world.info(0), 102), SafeUpdate::Kept, "L1 block 103 is not derived yet");
    assert_eq!(encoder.update_safe(&world.info(1), 102), SafeUpdate::Kept, "derivation is in the middle of it");
    assert_eq!(encoder.update_safe(&world.info(1), 103), SafeUpdate::Restarted);
    assert_eq!(encoder.next_block(), 2);
    feed(&world, &mut encoder);
    encoder.close().unwrap();
    let second = all(&mut encoder);
    assert_eq!(second[0].blocks.start(), &2);
    assert!(channel_ids(&first).is_disjoint(&channel_ids(&second)));
    assert!(!encoder.confirm(first[0].id, 104), "results of the first attempt no longer count");
}

#[test]
fn the_safe_head_may_go_back_ahead_or_to_another_chain() {
    let world = world();
    let fresh = || {
        let mut encoder = encoder(&world, small());
        encoder.close().unwrap();
        encoder
    };
    let mut back = fresh();
    assert_eq!(back.update_safe(&world.info(12), 105), SafeUpdate::Kept);
    assert_eq!(back.update_safe(&world.info(4), 105), SafeUpdate::Restarted, "an L1 reorg orphaned batches");
    assert_eq!(back.next_block(), 5);

    let mut ahead = Encoder::new(world.config.clone(), small(), &world.info(0), 101);
    assert_eq!(ahead.update_safe(&world.info(9), 105), SafeUpdate::Restarted);
    assert_eq!(ahead.next_block(), 10);

    let mut covered = fresh();
    assert_eq!(covered.update_safe(&world.info(1), 105), SafeUpdate::Restarted, "another batch covers block 1");

    let mut other = fresh();
    let mut safe = world.info(12);
    safe.hash = B256::repeat_byte(1);
    assert_eq!(other.update_safe(&safe, 105), SafeUpdate::Restarted);
    assert!(matches!(other.add_block(&world.blocks[11]), Err(EncodeError::Reorg { .. })));
}

#[test]
fn a_channel_that_times_out_half_way_begins_again_under_another_name() {
    let world = world();
    let mut encoder = encoder(&world, small());
    encoder.close().unwrap();
    let first = encoder.next_submission().unwrap();
    let second = encoder.next_submission().unwrap();
    assert_eq!(first.channel, second.channel);
    encoder.confirm(first.id, 102);
    encoder.advance_l1(102 + world.config.channel_timeout - 1).unwrap();
    let rest = all(&mut encoder);
    assert!(!channel_ids(&rest).is_empty());
    encoder.advance_l1(102 + world.config.channel_timeout).unwrap();
    let again = encoder.next_submission().unwrap();
    assert_eq!(decode_calldata(&again.calldata).unwrap()[0].number, 0);
    assert!(again.channel != first.channel && again.blocks == first.blocks);
}

#[test]
fn nothing_is_posted_after_its_window_passed() {
    let world = world();
    let mut encoder = encoder(&world, small());
    let deadline = world.info(1).l1_origin.number + world.config.sequencing_window;
    encoder.advance_l1(deadline - 1).unwrap();
    assert_eq!(encoder.waiting(), None);
    assert!(encoder.next_submission().is_some(), "the next L1 block is the last that may hold it");
    encoder.advance_l1(deadline).unwrap();
    assert_eq!(encoder.waiting(), Some(Waiting::WindowPassed { first: 1, deadline }));
    assert_eq!(encoder.next_submission(), None);
}

#[test]
fn forced_blocks_and_blocks_of_another_chain_are_refused() {
    let world = world();
    let mut encoder = Encoder::new(world.config.clone(), small(), &world.info(0), 101);
    assert!(matches!(encoder.add_block(&world.blocks[1]), Err(EncodeError::Reorg { .. })));
    let origin = world.l1_at(100).unwrap();
    let attributes = crate::attributes::build(&world.config, &world.info(0), origin, true, vec![]).unwrap();
    let forced = super::world::execute(&attributes);
    assert_eq!(encoder.add_block(&forced), Err(EncodeError::Forced(1)));
    assert_eq!(encoder.add_block(&world.blocks[0]), Ok(AddBlock::Added), "a refusal changes nothing");
}

#[test]
fn channels_fill_their_target_and_stay_below_it() {
    let mut world = World::new(12, |config| config.max_sequencer_drift_ms = 1_000_000);
    world.mine(1, vec![]);
    for size in [10, 200, 2_000, 30] {
        world.build_many(40, 2, size);
    }
    let target = 9_000;
    let config = EncoderConfig { target_channel_bytes: target, ..EncoderConfig::default() };
    let mut encoder = encoder(&world, config.clone());
    let full = encoder.channels().count();
    encoder.close().unwrap();
    let channels: Vec<_> = encoder.channels().collect();
    assert!(full > 10 && channels.len() <= full + 2, "{full} {}", channels.len());
    let mut next = 1;
    for channel in &channels {
        assert_eq!(*channel.blocks.start(), next);
        next = channel.blocks.end() + 1;
        assert!(channel.bytes <= target || channel.blocks.start() == channel.blocks.end(), "{channel:?}");
    }
    assert_eq!(next, world.blocks.len() as u64 + 1);
    // A block of large transactions may not fit any more where there is still room for a small one.
    let filled = channels[..full].iter().filter(|channel| channel.bytes > target / 2).count();
    assert!(filled + 1 >= full, "{channels:?}");
    let mut again = Encoder::new(world.config.clone(), config, &world.info(0), 101);
    feed(&world, &mut again);
    again.close().unwrap();
    assert_eq!(again.channels().collect::<Vec<_>>(), channels, "the same blocks give the same channels");
}

#[test]
fn a_target_of_blobs_leaves_room_for_each_frame() {
    let config = EncoderConfig::default().with_blobs(3, 130_044);
    assert_eq!((config.max_submission_bytes, config.target_channel_bytes), (130_044, 3 * (130_044 - 24)));
    let world = world();
    let mut encoder = encoder(&world, small().with_blobs(2, 400));
    encoder.close().unwrap();
    assert!(encoder.channels().all(|channel| channel.frames <= 2 || channel.blocks.start() == channel.blocks.end()));
    assert!(all(&mut encoder).iter().all(|submission| submission.calldata.len() <= 400));
}
