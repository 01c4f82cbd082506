//! A block that nobody builds: `eth_simulateV1`.

use crate::{
    BlockContext, BlockExecutor, CallOutcome, ExecuteError, env,
    evm::{BlockEvm, Ran},
    executor::Admitted,
    schedule::Schedule,
    terms::Terms,
    watch::{Watcher, Watching},
};
use alloy_primitives::Address;
use praxis_precompile::ModelAccess;
use praxis_primitives::{ChainSpec, Fault, RecoveredTransaction, StateReader};
use revm::context::CfgEnv;
use revm_inspectors::transfer::{TRANSFER_LOG_EMITTER, TransferInspector};

impl<'a> BlockExecutor<'a> {
    /// An executor for a block of calls: senders may be contracts, have no signature and are not bound by EIP-7825; unless
    /// `validate` is set, their nonces may be any and they need not pay the base fee. The block holds what it is given, and no
    /// scheduled calls.
    pub fn simulating(
        spec: &'a ChainSpec,
        context: BlockContext,
        state: &'a dyn StateReader,
        models: ModelAccess,
        validate: bool,
    ) -> Self {
        let evm = BlockEvm::new(spec, &context, config(spec, &context, validate), state, models);
        Self::over(spec, context, evm, Schedule::None)
    }

    /// Nonce of an account as it stands now.
    ///
    /// # Errors
    /// When the state can't be read.
    pub fn nonce(&mut self, address: Address) -> Result<u64, Fault> {
        self.evm_mut().nonce(address)
    }

    /// Executes the next call. With `transfers`, the outcome's logs tell of each transfer of ether too, as events of an
    /// ERC-20 token at 0xeeee…ee; the receipt does not.
    ///
    /// # Errors
    /// As [`Self::execute`].
    pub fn simulate(&mut self, tx: &RecoveredTransaction, transfers: bool) -> Result<CallOutcome, ExecuteError> {
        let Admitted { env, terms, index, arrival } = self.admit(tx.as_recovered_ref())?;
        // As with `eth_call`: who names no price pays nothing.
        let terms = if env.gas_price == 0 && terms.mint().is_none() { Terms::Gas } else { terms };
        let watching = match transfers {
            true => Watching::Transfers(Box::new(TransferInspector::new(false).with_logs(true))),
            false => Watching::Nobody,
        };
        let (ran, _) = self.evm_mut().run_watched(env, terms, index, Watcher::unlimited(watching));
        let mut ran = ran.map_err(|error| self.not_run(error))?;
        let outcome = CallOutcome::from(Ran {
            ended: ran.ended.clone(),
            inferences: ran.inferences.clone(),
            changes: Default::default(),
        });
        ran.ended.logs.retain(|log| log.address != TRANSFER_LOG_EMITTER);
        self.keep(tx.as_recovered_ref(), arrival, ran)?;
        Ok(outcome)
    }
}

fn config(spec: &ChainSpec, context: &BlockContext, validate: bool) -> CfgEnv {
    let mut config = env::config(spec, context);
    config.disable_nonce_check = !validate;
    config.disable_base_fee = !validate;
    config.disable_eip3607 = true;
    config.tx_gas_limit_cap = Some(u64::MAX);
    config
}
