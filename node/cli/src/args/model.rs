//! Models: `praxis model`.

use super::KeyArgs;
use alloy_primitives::B256;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use url::Url;

#[derive(Debug, Subcommand)]
pub(crate) enum ModelCommand {
    /// Inputs, outputs, operators, parameters, memory and gas of a model; and what is not supported.
    Inspect {
        /// ONNX file or Plan.
        file: PathBuf,
        #[command(flatten)]
        shapes: ShapeArgs,
    },
    /// Turn an ONNX file into a Plan.
    Import {
        /// ONNX file.
        file: PathBuf,
        /// Where the Plan is written.
        #[arg(short, long)]
        output: PathBuf,
        #[command(flatten)]
        shapes: ShapeArgs,
    },
    /// Run a model as the precompile would.
    Run {
        /// ONNX file or Plan.
        file: PathBuf,
        /// Inputs by name, .npz or .json.
        #[arg(long)]
        input: PathBuf,
        /// Where the outputs are written, .npz or .json.
        #[arg(long)]
        output: Option<PathBuf>,
        /// Run it this many times more and print the time of each.
        #[arg(long, value_name = "N")]
        bench: Option<u32>,
        /// Print the trace root too: a commitment to the outputs of all nodes.
        #[arg(long)]
        trace: bool,
        #[command(flatten)]
        shapes: ShapeArgs,
    },
    /// Publish and activate a model; resumes where an earlier try stopped.
    Publish {
        /// ONNX file or Plan.
        file: PathBuf,
        /// JSON-RPC of the L2.
        #[arg(long, env = "PRAXIS_RPC", default_value = "http://127.0.0.1:9545")]
        rpc: Url,
        /// Send nothing: say what publishing would cost on L2 and L1.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        key: KeyArgs,
        #[command(flatten)]
        shapes: ShapeArgs,
    },
    /// The importer's child process.
    #[command(hide = true)]
    ImportWorker {
        /// Options of the import as JSON.
        request: String,
    },
    /// Fetch a model and check it against its id.
    Get {
        /// Model id.
        id: B256,
        /// Where the Plan is written.
        #[arg(short, long)]
        output: PathBuf,
        /// JSON-RPC of the L2.
        #[arg(long, env = "PRAXIS_RPC", default_value = "http://127.0.0.1:9545")]
        rpc: Url,
    },
    /// Check that an ONNX file is the source of a published model.
    Verify {
        /// ONNX file.
        file: PathBuf,
        /// Model id.
        id: B256,
        /// JSON-RPC of the L2.
        #[arg(long, env = "PRAXIS_RPC", default_value = "http://127.0.0.1:9545")]
        rpc: Url,
        #[command(flatten)]
        shapes: ShapeArgs,
    },
}

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ShapeArgs {
    /// Shape of an input whose dimensions the file leaves open, as NAME=1,64; repeat it for several.
    #[arg(long = "shape", value_name = "NAME=DIMS", value_parser = parse_shape)]
    pub(crate) shapes: Vec<(String, Vec<u32>)>,
    /// Make float32 of the float64 inputs, constants and conversions of an ONNX file.
    #[arg(long)]
    pub(crate) to_float32: bool,
}

fn parse_shape(text: &str) -> Result<(String, Vec<u32>), String> {
    let (name, dims) = text.split_once('=').ok_or("write it as NAME=1,64")?;
    let dims: Result<Vec<u32>, _> = dims.split(',').map(|d| d.trim().parse::<u32>()).collect();
    match dims {
        Ok(dims) if !name.is_empty() => Ok((name.to_string(), dims)),
        _ => Err("write it as NAME=1,64, with positive whole numbers".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_read_and_nonsense_is_refused() {
        assert_eq!(parse_shape("x=1,64"), Ok(("x".into(), vec![1, 64])));
        for bad in ["x", "=1", "x=", "x=1,-2", "x=a", "x=4294967296"] {
            assert!(parse_shape(bad).is_err(), "{bad}");
        }
    }
}
