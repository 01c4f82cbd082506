//! `praxis dev`.

use crate::{
    args::DevArgs,
    failure::Failure,
    system::{DevOptions, DevSystem},
    ui::Ui,
};

impl From<DevArgs> for DevOptions {
    fn from(args: DevArgs) -> Self {
        Self {
            l1_url: args.l1_url,
            l1_beacon: args.l1_beacon,
            datadir: args.datadir,
            history: args.history,
            block_time_ms: args.block_time_ms,
            l1_block_time_s: args.l1_block_time,
            sequencing_window: args.sequencing_window,
            tx_gas_cap: args.tx_gas_cap,
            l1_port: args.l1_port,
            l2_port: args.l2_port,
            page_port: args.page_port,
            base_fee_floor: args.base_fee_floor,
            fork: args.fork_url.map(|url| (url, args.fork_block)),
            rpc: args.rpc,
            metrics_port: (args.metrics_port != 0).then_some(args.metrics_port),
        }
    }
}

/// Runs a whole system until it is interrupted.
pub(crate) async fn run(args: DevArgs, ui: &Ui) -> Result<(), Failure> {
    let spinner = ui.spinner("starting L1, sequencer, batcher, proposer and verifier");
    let mut system = DevSystem::start(args.into()).await?;
    spinner.finish_and_clear();
    system.announce(ui);
    if system.is_temporary() {
        ui.line("the state is temporary; --datadir DIR keeps it. Ctrl-C stops everything.");
    }
    system.tasks.until_stopped().await
}
