use praxis_model::{
    DType,
    ops::{Conv, Ending, Geometry},
};

use crate::{
    Fault,
    align::{AlignedBytes, elements, elements_mut},
    call::{Call, Kernel, NodeContext, Prepared},
    conv::{Convolution, FilterOrder, PlainTask, Source, run_plain},
};

fn run_f32(call: &mut Call<'_>, convolution: &Convolution, filters: Option<&AlignedBytes>) -> Result<(), Fault> {
    let (path, input, weights) = (call.path, call.input::<f32>(0)?, call.input::<f32>(1)?);
    let bias = if call.inputs.len() > 2 { Some(call.input::<f32>(2)?) } else { None };
    let (output, scratch) = call.output_and_scratch::<f32>()?;
    let count = convolution.filter_elements();
    let (own, scratch) = elements_mut::<f32>(scratch)?.split_at_mut(match filters {
        Some(_) => 0,
        None => count.next_multiple_of(16),
    });
    let filters: &[f32] = match filters {
        Some(filters) => &elements(filters.as_slice())?[..count],
        None => {
            convolution.pack(weights, &mut own[..count]);
            &own[..count]
        }
    };
    convolution.run(path, Source { input, filters, bias }, output, scratch);
    Ok(())
}

fn prepare_f32(node: &NodeContext<'_>, convolution: Convolution) -> Result<Prepared, Fault> {
    let float = size_of::<f32>();
    let count = convolution.filter_elements();
    let filters = packed(node, &convolution)?;
    let own = if filters.is_some() { 0 } else { count.next_multiple_of(16) };
    let scratch_bytes = ((own + convolution.scratch_elements()) * float).next_multiple_of(64);
    let held_bytes = filters.as_ref().map_or(0, AlignedBytes::len);
    let run = Box::new(move |call: &mut Call<'_>| run_f32(call, &convolution, filters.as_ref()));
    Ok(Prepared { run, scratch_bytes, held_bytes })
}

/// The packed filters, when they are constant.
pub(super) fn packed(node: &NodeContext<'_>, convolution: &Convolution) -> Result<Option<AlignedBytes>, Fault> {
    let Some(bytes) = node.constants[1] else { return Ok(None) };
    let count = convolution.filter_elements();
    let mut packed = AlignedBytes::zeroed(count * size_of::<f32>());
    convolution.pack(elements(bytes)?, &mut elements_mut(packed.as_mut_slice())?[..count]);
    Ok(Some(packed))
}

fn prepare_f64(geometry: Geometry, order: FilterOrder) -> Prepared {
    let phases = geometry.phases();
    let count = geometry.padded_elements();
    let mut prepared = Prepared::new(move |call| {
        let (path, input, weights) = (call.path, call.input::<f64>(0)?, call.input::<f64>(1)?);
        let bias = if call.inputs.len() > 2 { Some(call.input::<f64>(2)?) } else { None };
        let (output, scratch) = call.output_and_scratch::<f64>()?;
        let task = PlainTask { geometry: &geometry, phases: &phases, order, input, weights, bias };
        run_plain(path, &task, output, &mut elements_mut(scratch)?[..count]);
        Ok(())
    });
    prepared.scratch_bytes = (count * size_of::<f64>()).next_multiple_of(64);
    prepared
}

/// A convolution or a transposed one.
pub(super) fn prepare(
    node: &NodeContext<'_>,
    geometry: Geometry,
    order: FilterOrder,
    activation: Ending,
) -> Result<Prepared, Fault> {
    match node.outputs[0].dtype {
        DType::F32 => prepare_f32(node, Convolution::new(geometry, order, activation)),
        DType::F64 => Ok(prepare_f64(geometry, order)),
        _ => Err(Fault::Internal("a convolution of a type that it does not take")),
    }
}

impl Kernel for Conv {
    fn prepare(&self, node: &NodeContext<'_>) -> Result<Prepared, Fault> {
        let geometry =
            self.geometry(node.inputs).map_err(|_| Fault::Internal("Conv on shapes that it does not take"))?;
        prepare(node, geometry, FilterOrder::FilterFirst, self.activation)
    }
}
