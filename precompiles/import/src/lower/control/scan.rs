use super::{
    super::{Body, Context, Item},
    parts,
};
use crate::{graph::Value, refusal::Refusal};

/// From this version on Scan has axes of its own and no batch dimension.
const WITHOUT_BATCH: i64 = 9;

/// How one scanned value is taken apart or put together.
#[derive(Clone, Copy, Debug)]
struct Direction {
    axis: i64,
    backwards: bool,
}

/// What a Scan does, without its values.
struct Scan<'a> {
    body: Body<'a>,
    states: usize,
    inputs: Vec<Direction>,
    outputs: Vec<Direction>,
}

/// Scan: its body once for each entry of the scanned inputs.
pub(super) fn scan(cx: &mut Context<'_, '_>) -> Result<Vec<Item>, Refusal> {
    let graph = cx.attributes.graph("body")?;
    let body = cx.body(graph)?;
    let batched = cx.opset() < WITHOUT_BATCH;
    let scanned = cx.attributes.int("num_scan_inputs")?.ok_or("the attribute num_scan_inputs is missing")?;
    // Version 8 has lengths of the sequences in front.
    let given = cx.input_count().saturating_sub(usize::from(batched));
    let scanned = usize::try_from(scanned).ok().filter(|&count| count > 0 && count <= given);
    let scanned = scanned.ok_or("the attribute num_scan_inputs does not fit its inputs")?;
    let states = given - scanned;
    let results = body.section.outputs.len().checked_sub(states).ok_or("its body has fewer outputs than states")?;
    let (inputs, outputs) = if batched {
        (directions(cx, "directions", "", scanned)?, vec![Direction { axis: 0, backwards: false }; results])
    } else {
        let inputs = directions(cx, "scan_input_directions", "scan_input_axes", scanned)?;
        (inputs, directions(cx, "scan_output_directions", "scan_output_axes", results)?)
    };
    let scan = Scan { body, states, inputs, outputs };
    let first = usize::from(batched);
    let mut values = Vec::with_capacity(given);
    for index in first..first + given {
        values.push(cx.input(index)?);
    }
    let outputs = if batched { scan.run_batch(cx, &values)? } else { scan.run(cx, &values)? };
    Ok(outputs.into_iter().map(Item::Tensor).collect())
}

fn directions(cx: &mut Context<'_, '_>, directions: &str, axes: &str, count: usize) -> Result<Vec<Direction>, Refusal> {
    let directions = cx.attributes.short_ints(directions)?.unwrap_or(&[]);
    let axes = cx.attributes.short_ints(axes)?.unwrap_or(&[]);
    if [directions, axes].iter().any(|list| !list.is_empty() && list.len() != count) {
        return Err(format!("its directions and axes should be lists of {count}").into());
    }
    let at = |list: &[i64], index: usize| list.get(index).copied().unwrap_or(0);
    (0..count)
        .map(|index| match at(directions, index) {
            direction @ (0 | 1) => Ok(Direction { axis: at(axes, index), backwards: direction == 1 }),
            other => Err(format!("a direction is {other}, it should be 0 or 1").into()),
        })
        .collect()
}

impl<'a> Scan<'a> {
    /// States and scanned inputs to states and scanned outputs.
    fn run(&self, cx: &mut Context<'_, 'a>, values: &[Value]) -> Result<Vec<Value>, Refusal> {
        let (states, inputs) = values.split_at(self.states);
        let mut axes = Vec::with_capacity(inputs.len());
        for (&input, direction) in inputs.iter().zip(&self.inputs) {
            axes.push(cx.axis(direction.axis, cx.shape(input).len())?);
        }
        let length = |cx: &Context<'_, '_>, index: usize| cx.shape(inputs[index])[axes[index] as usize];
        let trips = length(cx, 0);
        if (1..inputs.len()).any(|index| length(cx, index) != trips) {
            return Err("its scanned inputs differ in length".into());
        }
        if trips == 0 {
            return Err("its scanned inputs have no entries".into());
        }
        let mut states: Vec<Item> = states.iter().copied().map(Item::Tensor).collect();
        let mut results: Vec<Vec<Value>> = vec![Vec::new(); self.outputs.len()];
        cx.repeat(u64::from(trips), |cx| {
            for trip in 0..trips {
                let mut given = std::mem::take(&mut states);
                for ((&input, direction), &axis) in inputs.iter().zip(&self.inputs).zip(&axes) {
                    let index = if direction.backwards { trips - 1 - trip } else { trip };
                    given.push(parts::entry(cx, input, axis, index)?.into());
                }
                let mut outputs = cx.run(&self.body, given)?.into_iter();
                states.extend(outputs.by_ref().take(self.states));
                for (result, item) in results.iter_mut().zip(outputs) {
                    result.push(parts::tensor(&item, "a scan output")?);
                }
            }
            Ok(())
        })?;
        let mut outputs = states.iter().map(|state| parts::tensor(state, "a state")).collect::<Result<Vec<_>, _>>()?;
        for (mut entries, direction) in results.into_iter().zip(&self.outputs) {
            if direction.backwards {
                entries.reverse();
            }
            let rank = entries.first().map_or(0, |&entry| cx.shape(entry).len());
            let axis = cx.axis(direction.axis, rank + 1)?;
            outputs.push(parts::stack(cx, axis, &entries)?);
        }
        Ok(outputs)
    }

    /// Version 8: each entry of the first axis is a scan of its own.
    fn run_batch(&self, cx: &mut Context<'_, 'a>, values: &[Value]) -> Result<Vec<Value>, Refusal> {
        let batch = values.first().and_then(|&value| cx.shape(value).first().copied());
        let batch = batch.ok_or("its inputs have no batch dimension")?;
        if values.iter().any(|&value| cx.shape(value).first() != Some(&batch)) {
            return Err("its inputs differ in the batch dimension".into());
        }
        self.check_lengths(cx, values)?;
        let mut rows: Vec<Vec<Value>> = Vec::new();
        cx.repeat(u64::from(batch), |cx| {
            for row in 0..batch {
                let own = values.iter().map(|&value| parts::entry(cx, value, 0, row)).collect::<Result<Vec<_>, _>>()?;
                rows.push(self.run(cx, &own)?);
            }
            Ok(())
        })?;
        let count = rows.first().map_or(0, Vec::len);
        (0..count)
            .map(|index| {
                let entries: Vec<Value> = rows.iter().map(|row| row[index]).collect();
                parts::stack(cx, 0, &entries)
            })
            .collect()
    }

    /// The lengths that version 8 takes as its first input must be those of the tensors.
    fn check_lengths(&self, cx: &Context<'_, '_>, values: &[Value]) -> Result<(), Refusal> {
        let Some(lengths) = cx.integers(0, "sequence lengths")? else { return Ok(()) };
        let whole = values.get(self.states).and_then(|&value| cx.shape(value).get(1).copied());
        match lengths.iter().any(|&length| Some(length) != whole.map(i64::from)) {
            true => Err("its sequences are shorter than the tensors that hold them, which is not supported".into()),
            false => Ok(()),
        }
    }
}
