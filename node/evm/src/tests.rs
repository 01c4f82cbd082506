//! Blocks on a state in memory.

mod block;
mod calls;
mod conservation;
mod deposits;
mod fixture;
mod inference;
mod publish;
