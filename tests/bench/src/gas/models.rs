//! The zoo's models with their first vectors, and each one's price against the cap on a transaction.

use std::sync::Arc;

use anyhow::Result;
use praxis_conformance::zoo;
use praxis_inference::{Isa, Session};

use super::{Row, fastest};
use crate::inference::Case;

/// EIP-7825's cap on a transaction's gas.
const TRANSACTION_GAS_CAP: f64 = (1 << 24) as f64;

/// One row for each model that can be imported.
pub(crate) fn measure(isa: Isa, chosen: &dyn Fn(&str) -> bool) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for model in zoo::committed()?.into_iter().chain(zoo::large()?).filter(|model| chosen(&model.name)) {
        let Ok(case) = Case::of(&model) else { continue };
        let Ok(plan) = &case.plan else { continue };
        let session = Session::with_isa(Arc::clone(plan), isa)?;
        let inputs: Vec<_> = case.inputs.iter().map(|(_, tensor)| tensor.clone()).collect();
        let nanoseconds = fastest(|| Ok(session.run(&inputs).map(|_| ())?))?;
        let cost = plan.cost();
        let share = 100.0 * cost.gas.saturating_add(cost.cold_gas) as f64 / TRANSACTION_GAS_CAP;
        let detail = format!("(cold {} gas more: {share:.1} % of the cap)", cost.cold_gas);
        rows.push(Row { name: model.name.clone(), detail, nanoseconds, gas: cost.gas, work: Some(cost.work) });
    }
    Ok(rows)
}
