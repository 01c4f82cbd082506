//! Model bytes: complete from the block of their last chunk on, and unwound with it.

use super::World;
use crate::{CommitBlock, Database};
use alloy_primitives::{B256, Bytes};
use praxis_model::{ModelStore, id::model_id};
use praxis_primitives::ModelChunk;

const CHUNK_BYTES: usize = 32_768;

fn model(seed: u8) -> (B256, Vec<u8>, Vec<ModelChunk>) {
    let bytes: Vec<u8> = (0..70_000u32).map(|n| (n.wrapping_mul(31) >> 3) as u8 ^ seed).collect();
    let model = model_id(&bytes);
    let chunk = |(index, data): (u32, &[u8])| ModelChunk { model, index, data: Bytes::copy_from_slice(data) };
    let chunks = (0u32..).zip(bytes.chunks(CHUNK_BYTES)).map(chunk).collect();
    (model, bytes, chunks)
}

fn commit(world: &mut World, seed: u64, chunks: &[ModelChunk]) {
    let made = world.next(seed);
    world.db.commit_block(CommitBlock { chunks, ..made.commit() }).unwrap();
    world.push(made);
}

fn at(db: &Database, number: u64, id: B256) -> Option<Vec<u8>> {
    db.state_at(number).unwrap().model_bytes(id).unwrap()
}

#[test]
fn a_model_is_there_from_its_last_chunk_on() {
    let mut world = World::new(1);
    let (id, bytes, chunks) = model(0);
    assert_eq!(chunks.len(), 3);
    // Out of order, one of them twice, another model's between.
    commit(&mut world, 1, &chunks[2..]);
    commit(&mut world, 2, &[chunks[0].clone(), model(1).2[0].clone()]);
    commit(&mut world, 3, &chunks[..1]);
    assert_eq!(at(&world.db, 3, id), None);
    commit(&mut world, 4, &chunks[1..2]);
    commit(&mut world, 5, &[]);
    for number in 0..=5 {
        assert_eq!(at(&world.db, number, id), (number >= 4).then(|| bytes.clone()), "block {number}");
        assert_eq!(at(&world.db, number, model(1).0), None);
        assert_eq!(at(&world.db, number, B256::ZERO), None);
    }
    let held = world.db.state_latest().unwrap();
    world.unwind(4);
    assert_eq!(at(&world.db, 4, id), Some(bytes.clone()));
    world.unwind(3);
    assert_eq!(at(&world.db, 3, id), None);
    assert_eq!(held.model_bytes(id).unwrap(), Some(bytes.clone()));
    // The chunk of block 2, which block 3 brought again, is block 2's: taking 3 back leaves it.
    world.unwind(2);
    commit(&mut world, 6, &chunks[1..2]);
    assert_eq!(at(&world.db, 3, id), Some(bytes));
}
