//! `praxis model`: what a model developer does before and after publishing.

mod child;
mod files;
mod inspect;
mod publish;
mod quote;
mod run;
mod tensors;

pub(crate) use files::{LoadedModel, load};
pub(crate) use publish::{Published, fetch, publish_plan};
pub(crate) use tensors::{tensor_json, write as write_tensors};

use crate::{args::ModelCommand, failure::Failure, ui::Ui};

/// Runs one of the model commands.
pub(crate) fn run(command: ModelCommand, ui: &Ui) -> Result<(), Failure> {
    match command {
        ModelCommand::Inspect { file, shapes } => inspect::inspect(&file, &shapes, ui),
        ModelCommand::Import { file, output, shapes } => inspect::import(&file, &output, &shapes, ui),
        ModelCommand::ImportWorker { request } => child::work(&request),
        ModelCommand::Run { file, input, output, bench, trace, shapes } => {
            run::run(&file, &input, output.as_deref(), bench, trace, &shapes, ui)
        }
        ModelCommand::Publish { file, rpc, dry_run: true, shapes, .. } => {
            super::block_on(quote::quote(&file, rpc, &shapes, ui))
        }
        ModelCommand::Publish { file, rpc, key, shapes, .. } => {
            super::block_on(publish::publish(&file, rpc, &key, &shapes, ui))
        }
        ModelCommand::Get { id, output, rpc } => super::block_on(publish::get(id, &output, rpc, ui)),
        ModelCommand::Verify { file, id, rpc, shapes } => super::block_on(publish::verify(&file, id, rpc, &shapes, ui)),
    }
}
