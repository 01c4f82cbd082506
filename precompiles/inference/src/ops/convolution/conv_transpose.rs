use praxis_model::ops::{ConvTranspose, Ending};

use super::conv;
use crate::{
    Fault,
    call::{Kernel, NodeContext, Prepared},
    conv::FilterOrder,
};

impl Kernel for ConvTranspose {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let geometry =
            self.geometry(node.inputs).map_err(|_| Fault::Internal("ConvTranspose on shapes that it does not take"))?;
        conv::prepare(node, geometry, FilterOrder::ChannelFirst, Ending::Identity)
    }
}
