//! Changes to the sections of a batch: a byte more in one does not move what stands in the others.

use crate::{
    batch::{frame, unframe},
    random_plans::Source,
};

/// The sections with one or two of them changed, at most `max_bytes` long; `None` where the result would be longer. `change`
/// changes a string of bytes.
pub fn sections(bytes: &[u8], max_bytes: usize, seed: u64, change: &mut dyn FnMut(&mut Vec<u8>)) -> Option<Vec<u8>> {
    let mut source = Source::seeded(seed);
    let mut sections = unframe(bytes);
    for _ in 0..1 + source.below(2) {
        // Sections that hold something come twice as often as those that do not.
        let filled: Vec<usize> = sections.iter().enumerate().filter(|(_, s)| !s.1.is_empty()).map(|(i, _)| i).collect();
        let count = sections.iter().count();
        let index = match filled.len() as u64 {
            some @ 1.. if source.below(3) > 0 => filled[source.below(some) as usize],
            _ => source.below(count as u64) as usize,
        };
        sections.iter_mut().skip(index).take(1).for_each(&mut *change);
    }
    let out = frame(&sections);
    (out.len() <= max_bytes).then_some(out)
}
