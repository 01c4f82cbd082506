//! `praxis agent`: strategies under policies that the chain enforces.

mod account;
mod backtest;
mod book;
mod common;
mod deploy;
mod explain;
mod features;
mod fund;
mod log;
mod market;
mod new;
mod past;
mod payout;
mod policy;
mod replaced;
mod simulate;
mod watch;

use crate::{
    args::{AgentCommand, PolicyCommand},
    failure::Failure,
    ui::Ui,
};

/// Runs one of the agent commands.
pub(crate) fn run(command: AgentCommand, ui: &Ui) -> Result<(), Failure> {
    super::block_on(async {
        match command {
            AgentCommand::New(args) => new::run(&args, ui),
            AgentCommand::Deploy(args) => deploy::run(&args, ui).await,
            AgentCommand::Register(args) => market::register(&args, ui).await,
            AgentCommand::Simulate(args) => simulate::run(&args, ui).await,
            AgentCommand::Hire(args) => market::hire(&args, ui).await,
            AgentCommand::Fund(args) => fund::run(&args, ui).await,
            AgentCommand::Policy(PolicyCommand::Show { account, chain }) => policy::show(account, &chain, ui).await,
            AgentCommand::Policy(PolicyCommand::Diff { account, policy, chain }) => {
                policy::diff(account, &policy, &chain, ui).await
            }
            AgentCommand::Policy(PolicyCommand::Propose { policy, owner }) => {
                policy::propose(&policy, &owner, ui).await
            }
            AgentCommand::Policy(PolicyCommand::Tighten { policy, owner }) => {
                policy::tighten(&policy, &owner, ui).await
            }
            AgentCommand::Pause(args) => policy::pause(&args, ui).await,
            AgentCommand::Revoke(owner) => policy::revoke(&owner, ui).await,
            AgentCommand::Log(args) => log::run(&args, ui).await,
            AgentCommand::Explain(args) => explain::run(&args, ui).await,
            AgentCommand::Features(args) => features::run(&args, ui).await,
            AgentCommand::Backtest(args) => backtest::run(&args, ui).await,
            AgentCommand::Watch(args) => watch::run(&args, ui).await,
            AgentCommand::Upgrade(args) => market::upgrade(&args, ui).await,
            AgentCommand::Collect(args) => payout::collect(&args, ui).await,
            AgentCommand::End(args) => payout::end(&args, ui).await,
            AgentCommand::Review(args) => market::review(&args, ui).await,
            AgentCommand::Book(args) => book::book(&args, ui).await,
            AgentCommand::Unbook(args) => book::unbook(&args, ui).await,
            AgentCommand::Status(args) => book::status(&args, ui).await,
        }
    })
}
