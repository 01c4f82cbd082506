//! Blocks on a state in memory.

mod block;
mod calls;
mod conservation;
mod deposits;
mod differential;
mod faults;
mod fees;
mod fixture;
mod inference;
mod oracle;
mod publish;
mod royalties;
mod schedule;
mod upgrade;
