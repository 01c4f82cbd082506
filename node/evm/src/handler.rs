//! How a transaction pays, and how a deposit does not.

use crate::{
    database::DatabaseFault,
    evm::{InnerError, InnerEvm},
    terms::ExtraFees,
};
use alloy_primitives::{Address, U256};
use revm::{
    context::result::{ExecutionResult, HaltReason, InvalidTransaction, ResultGas},
    context::{Block, Cfg, ContextTr, JournalTr, Transaction, journaled_state::account::JournaledAccountTr},
    database_interface::Database,
    handler::{EvmTr, FrameResult, Handler, post_execution, pre_execution, validation},
    inspector::InspectorHandler,
    interpreter::{InitialAndFloorGas, interpreter::EthInterpreter},
};
use std::marker::PhantomData;

/// Ethereum's handler with four changes: the base fee may be credited instead of burnt, and royalties out of it; no refund of gas
/// touches a royalty; a transaction may pay fees besides its gas; a deposit mints, pays nothing and is checked against nothing
/// but its own gas. It also settles the inference records before the journal forgets the transaction.
#[derive(Debug)]
pub(crate) struct TransactionHandler<'a> {
    mint: Option<u128>,
    base_fee_to: Option<Address>,
    extra: Option<ExtraFees>,
    _state: PhantomData<&'a ()>,
}

impl TransactionHandler<'_> {
    pub(crate) const fn new(mint: Option<u128>, base_fee_to: Option<Address>, extra: Option<ExtraFees>) -> Self {
        Self { mint, base_fee_to, extra, _state: PhantomData }
    }
}

/// Credits a deposit's mint to its sender and, where asked, counts its nonce up.
pub(crate) fn mint_and_bump<J: JournalTr>(
    journal: &mut J,
    sender: Address,
    mint: u128,
    bump: bool,
) -> Result<(), <J::Database as Database>::Error> {
    let mut account = journal.load_account_mut(sender)?;
    account.data.incr_balance(U256::from(mint));
    if bump {
        account.data.bump_nonce();
    }
    Ok(())
}

/// Checks the sender as revm does, with the other fees on top of value and gas, and takes gas and fees.
fn deduct(evm: &mut InnerEvm<'_>, extra: &ExtraFees) -> Result<(), InnerError> {
    let (block, tx, cfg, journal, _, _) = evm.ctx().all_mut();
    let mut caller = journal.load_account_with_code_mut(tx.caller())?.data;
    pre_execution::validate_account_nonce_and_code_with_components(&caller.account().info, tx, cfg)?;
    let (balance, advance) = (*caller.balance(), extra.advance(tx.gas_limit()));
    let lacking = || match tx.max_balance_spending()?.checked_add(advance) {
        Some(cost) => Err(InvalidTransaction::LackOfFundForMaxFee { fee: cost.into(), balance: balance.into() }),
        None => Err(InvalidTransaction::OverflowPaymentInTransaction),
    };
    let Some(rest) = balance.checked_sub(advance) else { return lacking().map_err(Into::into) };
    match pre_execution::calculate_caller_fee(rest, tx, block, cfg) {
        Ok(left) => caller.set_balance(left),
        Err(InvalidTransaction::LackOfFundForMaxFee { .. }) => return lacking().map_err(Into::into),
        Err(other) => return Err(other.into()),
    }
    if tx.kind().is_call() {
        caller.bump_nonce();
    }
    Ok(())
}

impl InspectorHandler for TransactionHandler<'_> {
    type IT = EthInterpreter;
}

impl<'a> Handler for TransactionHandler<'a> {
    type Evm = InnerEvm<'a>;
    type Error = InnerError;
    type HaltReason = HaltReason;

    fn validate_env(&self, evm: &mut Self::Evm) -> Result<(), Self::Error> {
        if self.mint.is_none() {
            return validation::validate_env(evm.ctx());
        }
        // No fee, no chain id, no signature, and no EIP-7825. What is left is EIP-3860.
        let (tx, cfg) = (&evm.ctx.tx, &evm.ctx.cfg);
        if tx.kind.is_create() && tx.data.len() > cfg.max_initcode_size() {
            return Err(InvalidTransaction::CreateInitCodeSizeLimit.into());
        }
        Ok(())
    }

    fn validate_against_state_and_deduct_caller(
        &self,
        evm: &mut Self::Evm,
        _gas: &mut InitialAndFloorGas,
    ) -> Result<(), Self::Error> {
        let Some(mint) = self.mint else {
            return match &self.extra {
                None => pre_execution::validate_against_state_and_deduct_caller(evm.ctx()),
                Some(extra) => deduct(evm, extra),
            };
        };
        let (tx, journal) = evm.ctx().tx_journal_mut();
        // A creation counts the nonce up itself, where it takes the new address from it.
        mint_and_bump(journal, tx.caller(), mint, tx.kind().is_call())?;
        let balance = journal.load_account_with_code(tx.caller())?.data.info.balance;
        if balance < tx.value() {
            let (fee, balance) = (Box::new(tx.value()), Box::new(balance));
            return Err(InvalidTransaction::LackOfFundForMaxFee { fee, balance }.into());
        }
        Ok(())
    }

    /// EIP-3529's cap is a fifth of the gas used, here without royalties: what is left always pays them.
    fn refund(&self, evm: &mut Self::Evm, result: &mut FrameResult, eip7702_refund: i64) -> Result<(), Self::Error> {
        let royalty_gas = evm.precompiles.royalty_gas();
        let params = evm.ctx.cfg.gas_params();
        let gas = result.gas_mut();
        post_execution::refund(params, gas, eip7702_refund);
        let spent = gas.total_gas_spent().saturating_sub(gas.reservoir()).saturating_sub(royalty_gas);
        let most = spent / params.max_refund_quotient();
        if royalty_gas > 0 && gas.refunded() as u64 > most {
            gas.set_refund(most as i64);
        }
        Ok(())
    }

    fn reimburse_caller(&self, evm: &mut Self::Evm, result: &mut FrameResult) -> Result<(), Self::Error> {
        if self.mint.is_some() {
            return Ok(());
        }
        let (limit, used) = (evm.ctx.tx.gas_limit, result.gas().used());
        let unused = self.extra.map_or(U256::ZERO, |extra| extra.refund(limit, used));
        post_execution::reimburse_caller(evm.ctx(), result.gas(), unused).map_err(Into::into)
    }

    fn reward_beneficiary(&self, evm: &mut Self::Evm, result: &mut FrameResult) -> Result<(), Self::Error> {
        if self.mint.is_some() {
            return Ok(());
        }
        post_execution::reward_beneficiary(evm.ctx(), result.gas())?;
        if let Some(extra) = &self.extra {
            extra.collect(evm.ctx().journal_mut(), result.gas().used())?;
        }
        let Some(vault) = self.base_fee_to else { return Ok(()) };
        // In a call that pays no fee, no more than was paid.
        let base_fee = u128::from(evm.ctx.block.basefee());
        let paid = U256::from(evm.ctx.tx.effective_gas_price(base_fee).min(base_fee));
        let royalties: Vec<_> = evm.precompiles.royalties().collect();
        let mut left = result.gas().used();
        for (payee, gas) in royalties {
            let gas = gas.min(left);
            left -= gas;
            evm.ctx().journal_mut().load_account_mut(payee)?.data.incr_balance(paid.saturating_mul(U256::from(gas)));
        }
        let rest = paid.saturating_mul(U256::from(left));
        evm.ctx().journal_mut().load_account_mut(vault)?.data.incr_balance(rest);
        Ok(())
    }

    fn execution_result(
        &mut self,
        evm: &mut Self::Evm,
        result: FrameResult,
        gas: ResultGas,
    ) -> Result<ExecutionResult<Self::HaltReason>, Self::Error> {
        revm::context_interface::context::take_error::<Self::Error, DatabaseFault>(evm.ctx().error())?;
        let result = post_execution::output(evm.ctx(), result, gas);
        // Reverted frames are undone, and transient storage is still there.
        evm.precompiles.settle(&mut evm.ctx.journaled_state);
        evm.ctx().journal_mut().commit_tx();
        revm::context_interface::LocalContextTr::clear(evm.ctx().local_mut());
        evm.frame_stack().clear();
        Ok(result)
    }
}
