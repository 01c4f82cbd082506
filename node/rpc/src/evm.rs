//! The `evm` namespace of development nodes: blocks on demand, time, snapshots. Refused everywhere else.

use crate::{Args, Context, Failure, register::Registrar};
use alloy_primitives::U64;
use jsonrpsee::server::RegisterMethodError;
use serde::Deserialize;

/// What a development chain can be told. Errors are sentences for people.
pub trait DevChain: Send + Sync {
    /// Seals this many blocks now.
    ///
    /// # Errors
    /// Why not.
    fn mine(&self, blocks: u64) -> Result<(), String>;

    /// Moves time on by seconds; gives how far it was moved so far.
    ///
    /// # Errors
    /// Why not.
    fn increase_time(&self, seconds: u64) -> Result<u64, String>;

    /// The next block has this time in seconds.
    ///
    /// # Errors
    /// Why not.
    fn set_next_timestamp(&self, seconds: u64) -> Result<(), String>;

    /// Remembers the present; gives its number.
    ///
    /// # Errors
    /// Why not.
    fn snapshot(&self) -> Result<u64, String>;

    /// Goes back to a snapshot; false when there is none of that number.
    ///
    /// # Errors
    /// Why not.
    fn revert(&self, id: u64) -> Result<bool, String>;
}

pub(crate) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    r.heavy("evm_mine", |c, args, _| mine(c, args))?;
    r.heavy("anvil_mine", |c, args, _| mine_many(c, args))?;
    r.heavy("hardhat_mine", |c, args, _| mine_many(c, args))?;
    r.heavy("evm_increaseTime", |c, mut args, _| {
        let seconds = args.required::<Number>()?.get();
        dev(c)?.increase_time(seconds).map_err(Failure::Rejected)
    })?;
    r.heavy("evm_setNextBlockTimestamp", |c, mut args, _| {
        let seconds = args.required::<Number>()?.get();
        dev(c)?.set_next_timestamp(seconds).map_err(Failure::Rejected)
    })?;
    r.heavy("evm_snapshot", |c, _, _| dev(c)?.snapshot().map(U64::from).map_err(Failure::Rejected))?;
    r.heavy("evm_revert", |c, mut args, _| {
        let id = args.required::<Number>()?.get();
        dev(c)?.revert(id).map_err(Failure::Rejected)
    })
}

fn dev(c: &Context) -> Result<&dyn DevChain, Failure> {
    c.dev.as_deref().ok_or_else(|| {
        Failure::Rejected(
            "only a development chain can be told its time and its past: the L2 of `praxis dev` with its embedded L1"
                .into(),
        )
    })
}

/// A number as clients send it: a quantity, or a plain number.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Number {
    Plain(u64),
    Quantity(U64),
}

impl Number {
    fn get(self) -> u64 {
        match self {
            Self::Plain(number) => number,
            Self::Quantity(number) => number.to(),
        }
    }
}

/// The argument of `evm_mine`: the block's time, or Ganache's options.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Mine {
    Timestamp(Number),
    Options { blocks: Option<Number>, timestamp: Option<Number> },
}

fn mine(c: &Context, mut args: Args<'_>) -> Result<&'static str, Failure> {
    let (blocks, timestamp) = match args.optional::<Mine>()? {
        None => (None, None),
        Some(Mine::Timestamp(timestamp)) => (None, Some(timestamp)),
        Some(Mine::Options { blocks, timestamp }) => (blocks, timestamp),
    };
    let (dev, blocks) = (dev(c)?, blocks.map_or(1, Number::get));
    if let Some(timestamp) = timestamp {
        dev.set_next_timestamp(timestamp.get()).map_err(Failure::Rejected)?;
    }
    dev.mine(blocks).map_err(Failure::Rejected)?;
    Ok("0x0")
}

/// `blocks` and the seconds between them, which only the chain's own may be.
fn mine_many(c: &Context, mut args: Args<'_>) -> Result<(), Failure> {
    let blocks = args.optional::<Number>()?.map_or(1, Number::get);
    let interval = args.optional::<Number>()?.map_or(0, Number::get);
    let dev = dev(c)?;
    if interval != 0 {
        let reason =
            "blocks come in the chain's own interval (praxis dev --block-time-ms); use evm_increaseTime for jumps";
        return Err(Failure::argument(1, reason));
    }
    dev.mine(blocks).map_err(Failure::Rejected)
}
