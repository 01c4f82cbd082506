//! `eth_createAccessList`: what a call reads and writes.

use crate::{
    BlockContext, CallOutcome, CallRequest, SimulateError, StateOverrides, env,
    overrides::OverriddenState,
    simulate,
    terms::Terms,
    watch::{Watcher, Watching},
};
use alloy_eips::eip2930::AccessList;
use praxis_precompile::ModelAccess;
use praxis_primitives::{ChainSpec, Fault, StateReader};
use revm_inspectors::access_list::AccessListInspector;

/// An access list changes what gas is left, and so what a call does; after this many rounds it is taken as it is.
const MAX_ROUNDS: usize = 16;

/// The accounts and slots that a call touches, without those that are warm anyway, and how the call ends when it carries
/// that list.
///
/// # Errors
/// When the call cannot be made, or the node cannot compute it.
pub fn create_access_list(
    spec: &ChainSpec,
    context: &BlockContext,
    state: &dyn StateReader,
    models: ModelAccess,
    request: &CallRequest,
    overrides: &StateOverrides,
) -> Result<(AccessList, CallOutcome), SimulateError> {
    let state = OverriddenState::new(state, overrides);
    let mut request = request.clone();
    let gas_limit = simulate::gas_limit(context, &request);
    for _ in 0..MAX_ROUNDS {
        let mut evm = simulate::evm(spec, context, &state, models.clone(), &request);
        let watching = Watching::AccessList(Box::new(AccessListInspector::new(request.access_list.clone())));
        let env = env::call(spec, context, &request, gas_limit);
        let (ran, watcher) = evm.run_watched(env, Terms::Gas, 0, Watcher::unlimited(watching));
        let outcome = ran.map(CallOutcome::from).map_err(|error| evm.error(error))?;
        let Watching::AccessList(inspector) = watcher.watching else {
            return Err(Fault::new("an access list without its inspector").into());
        };
        let list = inspector.into_access_list();
        if list == request.access_list {
            return Ok((list, outcome));
        }
        request.access_list = list;
    }
    let outcome = simulate::call(spec, context, &state, models, &request, gas_limit)?;
    Ok((request.access_list, outcome))
}
