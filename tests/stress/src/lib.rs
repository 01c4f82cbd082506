//! A market under stress: agents by the hundred trade on Uniswap v2 from the Scheduler, through a crash, while processes die and
//! L1 reorganises.
//!
//! [`run`] makes it all in one process, on the harness's world. The venue's contracts are in `contracts/test/venue`, the models
//! and the price series in `tests/fixtures/agents`. What must hold afterwards is [`Outcome::violations`].

mod abi;
mod agents;
mod code;
mod driver;
mod money;
mod prices;
mod replay;
mod run;
mod served;
mod tally;
mod venue;

pub use agents::Kind;
pub use money::Royalties;
pub use replay::Replayed;
pub use run::{Finished, Options, run};
pub use tally::Outcome;
