//! Logs and metrics.

use crate::{args::Command, failure::Failure};
use metrics_exporter_prometheus::PrometheusBuilder;
use std::net::SocketAddr;
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Structured logs on standard error: warnings by default, more with `-v`; `PRAXIS_LOG` overrides both. Long-running
/// nodes write JSON when standard error is no terminal.
pub(crate) fn init_logging(verbose: u8, command: &Command) {
    let default = match (verbose, command) {
        (0, Command::Node(_)) => "warn,praxis=info,praxis_verifier=info,praxis_batcher=info,praxis_proposer=info",
        (0, _) => "error",
        (1, _) => "info",
        (2, _) => "info,praxis=debug,praxis_builder=debug,praxis_batcher=debug,praxis_proposer=debug",
        _ => "debug",
    };
    let filter = EnvFilter::try_from_env("PRAXIS_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let json = matches!(command, Command::Node(_)) && !std::io::IsTerminal::is_terminal(&std::io::stderr());
    let registry = tracing_subscriber::registry().with(filter);
    let result = if json {
        registry.with(fmt::layer().json().with_writer(std::io::stderr)).try_init()
    } else {
        registry.with(fmt::layer().with_target(false).with_writer(std::io::stderr)).try_init()
    };
    if let Err(error) = result {
        eprintln!("logging could not be set up: {error}");
    }
}

/// Upper bounds of the histograms' buckets; all of them hold seconds.
const SECONDS_BUCKETS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

/// Serves Prometheus metrics at `address`.
pub(crate) fn serve_metrics(address: SocketAddr) -> Result<(), Failure> {
    let failed = |error| {
        Failure::failed(format!(
            "metrics can't be served at {address}: {error}; is another praxis running? choose another --metrics-port"
        ))
    };
    let builder = PrometheusBuilder::new().with_http_listener(address);
    builder.set_buckets(&SECONDS_BUCKETS).and_then(PrometheusBuilder::install).map_err(failed)
}
