//! Operators whose output has the bytes of their input: Identity, Reshape and Flatten.

use praxis_model::ops::{Flatten, Identity, Reshape};

use crate::{
    Fault,
    call::{Call, Kernel, NodeContext, Prepared},
};

pub(super) fn copy(call: &mut Call<'_>) -> Result<(), Fault> {
    let input = call.input_bytes(0)?;
    call.output_bytes()?.copy_from_slice(input);
    Ok(())
}

macro_rules! kernels {
    ($($op:ident)*) => {
        $(impl Kernel for $op {
            fn prepare(&self, _node: &NodeContext<'_>) -> Result<Prepared, Fault> {
                Ok(Prepared::new(copy))
            }
        })*
    };
}

kernels!(Identity Reshape Flatten);
