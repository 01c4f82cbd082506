//! Putting methods on a server: parameters in, JSON out, each by how much it costs.

use crate::{Args, Context, Failure, gate::Deadline};
use jsonrpsee::{
    RpcModule,
    server::RegisterMethodError,
    types::{ErrorObjectOwned, Params},
};
use serde::Serialize;
use serde_json::value::RawValue;
use std::{future::Future, sync::Arc, time::Instant};

/// A set of methods in the making.
pub(crate) struct Registrar {
    pub(crate) module: RpcModule<Context>,
}

type Answer = Result<Box<RawValue>, ErrorObjectOwned>;

fn answer<R: Serialize>(method: &'static str, begun: Instant, result: Result<R, Failure>) -> Answer {
    let raw = result.and_then(|value| {
        serde_json::value::to_raw_value(&value).map_err(|error| Failure::Fault(format!("{method}: {error}")))
    });
    let status = if raw.is_ok() { "ok" } else { "error" };
    metrics::histogram!("praxis_rpc_request_seconds", "method" => method).record(begun.elapsed().as_secs_f64());
    metrics::counter!("praxis_rpc_requests_total", "method" => method, "status" => status).increment(1);
    raw.map_err(Into::into)
}

impl Registrar {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self { module: RpcModule::from_arc(context) }
    }

    /// A method that answers from memory.
    pub(crate) fn quick<R: Serialize + 'static>(
        &mut self,
        name: &'static str,
        run: fn(&Context, Args<'_>) -> Result<R, Failure>,
    ) -> Result<(), RegisterMethodError> {
        self.module.register_method(name, move |params, context, _| {
            let begun = Instant::now();
            answer(name, begun, Args::new(&params).and_then(|args| run(context, args)))
        })?;
        Ok(())
    }

    /// A method that reads a bounded amount from the database.
    pub(crate) fn read<R: Serialize + 'static>(
        &mut self,
        name: &'static str,
        run: fn(&Context, Args<'_>) -> Result<R, Failure>,
    ) -> Result<(), RegisterMethodError> {
        self.module.register_async_method(name, move |params: Params<'static>, context, _| async move {
            let (inner, begun) = (context.clone(), Instant::now());
            context.reads.run(move |_| Ok(answer(name, begun, Args::new(&params).and_then(|a| run(&inner, a))))).await?
        })?;
        Ok(())
    }

    /// A method that computes, or walks over many blocks.
    pub(crate) fn heavy<R: Serialize + 'static>(
        &mut self,
        name: &'static str,
        run: fn(&Context, Args<'_>, Deadline) -> Result<R, Failure>,
    ) -> Result<(), RegisterMethodError> {
        self.module.register_async_method(name, move |params: Params<'static>, context, _| async move {
            let (inner, begun) = (context.clone(), Instant::now());
            context
                .heavy
                .run(move |d| Ok(answer(name, begun, Args::new(&params).and_then(|a| run(&inner, a, d)))))
                .await?
        })?;
        Ok(())
    }

    /// A method that waits for something.
    pub(crate) fn waiting<R, F>(
        &mut self,
        name: &'static str,
        run: fn(Arc<Context>, Params<'static>) -> F,
    ) -> Result<(), RegisterMethodError>
    where
        R: Serialize + 'static,
        F: Future<Output = Result<R, Failure>> + Send + 'static,
    {
        self.module.register_async_method(name, move |params, context, _| async move {
            let begun = Instant::now();
            answer(name, begun, run(context, params).await)
        })?;
        Ok(())
    }
}
