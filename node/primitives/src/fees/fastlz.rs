//! How long a transaction would be after FastLZ's fastest level: a compressor that is small enough to run in a contract too.
//!
//! Nothing is compressed; the length alone is counted. `contracts/src/libraries/FastLZ.sol` counts the same.
//!
//! FastLZ writes instructions of two kinds. A literal run is a control byte and up to 32 bytes. A match repeats bytes that
//! stood up to 8191 bytes before: two bytes of instruction for up to 8 repeated ones, three bytes for up to 264. The
//! compressor takes the last place where three bytes of the same hash began, and never looks for a better one. The last
//! bytes of the data are always literals, as in FastLZ, whose decoder copies words there.

use std::cell::RefCell;

const HASH_BITS: u32 = 13;
const FURTHEST: u32 = (1 << HASH_BITS) - 1;
/// Knuth's multiplier for 32-bit words.
const MULTIPLIER: u32 = 2_654_435_769;
const MAX_RUN: u32 = 32;
/// Repeated bytes beyond the first three that one instruction covers.
const MAX_MATCH: u32 = 262;
/// From so many on, the length takes a byte of its own.
const LONG_MATCH: u32 = 6;
/// No match begins in the last bytes.
const NO_MATCH_TAIL: u32 = 13;
/// No match reaches into the last bytes.
const LITERAL_TAIL: u32 = 5;

/// Where three bytes of a hash began last. It serves one call after the other without being cleared: places count on from
/// call to call, so one of an earlier call is recognised by being too small.
struct Places {
    table: Box<[u32; 1 << HASH_BITS]>,
    base: u32,
}

impl Places {
    fn begin(&mut self, len: u32) {
        if self.base.checked_add(len).is_none() {
            self.table.fill(0);
            self.base = 0;
        }
    }

    const fn end(&mut self, len: u32) {
        self.base = self.base.saturating_add(len);
    }

    /// The last place of these three bytes' hash, which becomes `at`. The beginning of the data stands for none.
    fn replace(&mut self, three: u32, at: u32) -> u32 {
        let hash = MULTIPLIER.wrapping_mul(three) >> (32 - HASH_BITS);
        let slot = &mut self.table[hash as usize];
        std::mem::replace(slot, self.base.saturating_add(at)).saturating_sub(self.base)
    }
}

thread_local! {
    static PLACES: RefCell<Places> = RefCell::new(Places { table: Box::new([0; 1 << HASH_BITS]), base: 0 });
}

/// Bytes that FastLZ's level 1 makes of `data`. Data of 4 GiB and more counts as if it were as long as that.
pub fn fastlz_len(data: &[u8]) -> u32 {
    let len = u32::try_from(data.len()).unwrap_or(u32::MAX);
    PLACES.with_borrow_mut(|places| {
        places.begin(len);
        let out = count(&data[..len as usize], len, places);
        places.end(len);
        out
    })
}

fn count(data: &[u8], len: u32, places: &mut Places) -> u32 {
    let three = |at: u32| {
        let at = at as usize;
        u32::from_le_bytes([data[at], data[at + 1], data[at + 2], 0])
    };
    let end = len.saturating_sub(NO_MATCH_TAIL);
    let (mut out, mut written, mut at) = (0u32, 0u32, 2u32);
    while at < end {
        let wanted = three(at);
        let before = places.replace(wanted, at);
        if at - before > FURTHEST || three(before) != wanted || at + 1 >= end {
            at += 1;
            continue;
        }
        out = out.saturating_add(literals(at - written));
        let reach = len - LITERAL_TAIL - at;
        let repeated = (3..reach).take_while(|i| data[(before + i) as usize] == data[(at + i) as usize]).count() as u32;
        out = out.saturating_add(matched(repeated + 3));
        at += repeated + 3;
        // The two last places of the match count as beginnings, too.
        places.replace(three(at - 2), at - 2);
        places.replace(three(at - 1), at - 1);
        written = at;
    }
    out.saturating_add(literals(len - written))
}

/// Bytes of the instructions for `run` literal bytes.
const fn literals(run: u32) -> u32 {
    run.saturating_add(run.div_ceil(MAX_RUN))
}

/// Bytes of the instructions for a match.
const fn matched(length: u32) -> u32 {
    let rest = length - 3;
    let last = if rest % MAX_MATCH >= LONG_MATCH { 3 } else { 2 };
    rest / MAX_MATCH * 3 + last
}
