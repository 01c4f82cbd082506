use super::{
    super::{Body, Context, Item},
    parts,
};
use crate::{graph::Value, limits::MAX_TRIPS, refusal::Refusal};

/// Loop: its body once for each trip.
pub(super) fn repeat(cx: &mut Context<'_, '_>) -> Result<Vec<Item>, Refusal> {
    let graph = cx.attributes.graph("body")?;
    let body = cx.body(graph)?;
    // A negative count makes no trip.
    let limit = parts::number(cx, 0, "trip count")?.map(|count| u64::try_from(count).unwrap_or(0));
    let first = match cx.item(1) {
        Item::Nothing => None,
        item => {
            let condition = parts::tensor(&item, "its condition")?;
            Some(holds(cx, condition)?)
        }
    };
    let carried: Vec<Item> = (2..cx.input_count()).map(|index| cx.item(index)).collect();
    let Some(scanned) = body.section.outputs.len().checked_sub(1 + carried.len()) else {
        let (outputs, carried) = (body.section.outputs.len(), carried.len());
        return Err(
            format!("its body has {outputs} outputs, a condition and {carried} carried values are needed").into()
        );
    };
    let trips = if first == Some(false) { 0 } else { limit.unwrap_or(1) };
    cx.repeat(trips, |cx| {
        let bounded = limit.is_some();
        let (carried, scans) = unroll(cx, &body, limit.unwrap_or(MAX_TRIPS + 1), first, carried, bounded)?;
        gather(cx, carried, &scans, scanned)
    })
}

/// Whether a condition that is known at import holds.
fn holds(cx: &Context<'_, '_>, condition: Value) -> Result<bool, Refusal> {
    parts::known_bool(cx, condition, "its condition")?.ok_or_else(|| {
        "its condition is computed from the model's inputs, so the number of trips is not known; a Plan has a fixed \
         number of steps: export it with a constant trip count and no condition"
            .into()
    })
}

/// Values that the loop carries on, and what each trip adds to the scan outputs.
type Unrolled = (Vec<Item>, Vec<Vec<Value>>);

fn unroll<'a>(
    cx: &mut Context<'_, 'a>,
    body: &Body<'a>,
    limit: u64,
    first: Option<bool>,
    mut carried: Vec<Item>,
    bounded: bool,
) -> Result<Unrolled, Refusal> {
    let mut scans = Vec::new();
    let (mut condition, mut trip) = (first, 0);
    while trip < limit && condition != Some(false) {
        if !bounded && trip == MAX_TRIPS {
            return Err(format!("it does not end within {MAX_TRIPS} trips").into());
        }
        let mut inputs = vec![parts::scalar(cx, trip as i64)?.into(), parts::flag(cx, true)?.into()];
        inputs.append(&mut carried);
        let count = inputs.len() - 2;
        let mut outputs = cx.run(body, inputs)?.into_iter();
        let next = parts::tensor(&outputs.next().unwrap_or(Item::Nothing), "its condition")?;
        condition = Some(holds(cx, next)?);
        carried.extend(outputs.by_ref().take(count));
        scans.push(outputs.map(|item| parts::tensor(&item, "a scan output")).collect::<Result<Vec<_>, _>>()?);
        trip += 1;
    }
    Ok((carried, scans))
}

/// The loop's outputs: what it carries, then the scan outputs, stacked along a new first axis.
fn gather(
    cx: &mut Context<'_, '_>,
    carried: Vec<Item>,
    scans: &[Vec<Value>],
    scanned: usize,
) -> Result<Vec<Item>, Refusal> {
    let mut outputs = carried;
    for index in 0..scanned {
        if !cx.wants_output(outputs.len()) {
            outputs.push(Item::Nothing);
            continue;
        }
        if scans.is_empty() {
            return Err(
                "it makes no trip, so its scan outputs are empty; tensors without elements are not supported".into()
            );
        }
        let entries: Vec<Value> = scans.iter().map(|trip| trip[index]).collect();
        outputs.push(parts::stack(cx, 0, &entries)?.into());
    }
    Ok(outputs)
}
