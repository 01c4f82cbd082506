//! Changes to a protobuf message as a tree of fields. What is written has right lengths, whatever was changed.
//!
//! No schema is known: a field of bytes is taken as a message where it reads as one. Values move between fields of one
//! number, so nodes are wired otherwise, take each other's attributes and change their operators.

use praxis_import::supported_operators;

use crate::random_plans::Source;

/// Deeper messages are taken as bytes.
const MAX_DEPTH: usize = 24;
/// Most fields of a tree; larger files are changed as bytes.
const MAX_FIELDS: usize = 20_000;
/// Numbers at which something changes.
const NUMBERS: [i64; 16] =
    [0, 1, 2, 3, 7, 11, -1, -2, 127, 255, 1 << 16, (1 << 31) - 1, 1 << 31, 1 << 32, i64::MAX, i64::MIN];

#[derive(Clone, Debug, PartialEq)]
struct Field {
    number: u64,
    value: Value,
}

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Varint(u64),
    Fixed64([u8; 8]),
    Fixed32([u8; 4]),
    Bytes(Vec<u8>),
    Message(Vec<Field>),
}

/// The message with one to three changes, at most `max_bytes` long; `None` where these bytes are no message or the result
/// would be too long. `change` changes a string of bytes.
pub fn protobuf(bytes: &[u8], max_bytes: usize, seed: u64, change: &mut dyn FnMut(&mut Vec<u8>)) -> Option<Vec<u8>> {
    let mut source = Source::seeded(seed);
    let mut budget = MAX_FIELDS;
    let mut fields = parse(bytes, 0, &mut budget)?;
    for _ in 0..1 + source.below(3) {
        step(&mut fields, &mut source, change);
    }
    let mut out = Vec::new();
    write(&fields, &mut out);
    (out.len() <= max_bytes).then_some(out)
}

fn step(fields: &mut Vec<Field>, source: &mut Source<'_>, change: &mut dyn FnMut(&mut Vec<u8>)) {
    let count = count(fields) as u64;
    if count == 0 {
        return;
    }
    let donor = nth(fields, &mut (source.below(count) as usize)).cloned();
    let kind = source.below(8);
    let mut index = source.below(count) as usize;
    // Another field of the donor's number takes the donor's value: look for one from a random place on.
    if let (0..=2, Some(donor)) = (kind, &donor) {
        let alike = count_like(fields, donor.number) as u64;
        let mut place = source.below(alike.max(1)) as usize;
        if let Some(target) = nth_like(fields, donor.number, &mut place) {
            target.value.clone_from(&donor.value);
        }
        return;
    }
    let Some((parent, at)) = parent_of(fields, &mut index) else { return };
    match kind {
        3 => drop(parent.remove(at)),
        4 => parent.insert(at, parent[at].clone()),
        5 => parent.extend(donor),
        _ => change_value(&mut parent[at].value, source, change),
    }
}

fn change_value(value: &mut Value, source: &mut Source<'_>, change: &mut dyn FnMut(&mut Vec<u8>)) {
    match value {
        Value::Varint(number) => *number = other_number(*number, source),
        Value::Fixed64(bytes) => *bytes = source.word().to_le_bytes(),
        Value::Fixed32(bytes) => {
            let floats = [0.0, -0.0, 1.0, -1.0, 0.5, 1e-40, f32::MAX, f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
            *bytes = floats[source.below(10) as usize].to_le_bytes();
        }
        Value::Bytes(bytes) => match other_operator(bytes, source) {
            Some(name) => *bytes = name,
            None => change(bytes),
        },
        Value::Message(fields) => {
            let mut bytes = Vec::new();
            write(fields, &mut bytes);
            change(&mut bytes);
            *value = Value::Bytes(bytes);
        }
    }
}

fn other_number(number: u64, source: &mut Source<'_>) -> u64 {
    match source.below(4) {
        0 => number.wrapping_add(1),
        1 => number.wrapping_sub(1),
        2 => NUMBERS[source.below(NUMBERS.len() as u64) as usize] as u64,
        _ => source.below(20),
    }
}

/// Where the bytes name an operator, the name of another one.
fn other_operator(bytes: &[u8], source: &mut Source<'_>) -> Option<Vec<u8>> {
    let names: Vec<&str> = supported_operators().map(|(_, name)| name).collect();
    names.iter().find(|name| name.as_bytes() == bytes)?;
    Some(names[source.below(names.len() as u64) as usize].as_bytes().to_vec())
}

fn count(fields: &[Field]) -> usize {
    fields.iter().map(|field| 1 + if let Value::Message(inner) = &field.value { count(inner) } else { 0 }).sum()
}

fn count_like(fields: &[Field], number: u64) -> usize {
    let inner = |field: &Field| if let Value::Message(inner) = &field.value { count_like(inner, number) } else { 0 };
    fields.iter().map(|field| usize::from(field.number == number) + inner(field)).sum()
}

fn nth<'a>(fields: &'a [Field], index: &mut usize) -> Option<&'a Field> {
    for field in fields {
        if *index == 0 {
            return Some(field);
        }
        *index -= 1;
        if let Value::Message(inner) = &field.value
            && let Some(found) = nth(inner, index)
        {
            return Some(found);
        }
    }
    None
}

fn nth_like<'a>(fields: &'a mut [Field], number: u64, index: &mut usize) -> Option<&'a mut Field> {
    for field in fields {
        if field.number == number {
            if *index == 0 {
                return Some(field);
            }
            *index -= 1;
        }
        if let Value::Message(inner) = &mut field.value
            && let Some(found) = nth_like(inner, number, index)
        {
            return Some(found);
        }
    }
    None
}

/// The message that holds a field, and the field's place in it.
fn parent_of<'a>(fields: &'a mut Vec<Field>, index: &mut usize) -> Option<(&'a mut Vec<Field>, usize)> {
    let mut inside = None;
    for (at, field) in fields.iter().enumerate() {
        if *index == 0 {
            return Some((fields, at));
        }
        *index -= 1;
        if let Value::Message(inner) = &field.value {
            let within = count(inner);
            if *index < within {
                inside = Some(at);
                break;
            }
            *index -= within;
        }
    }
    match &mut fields[inside?].value {
        Value::Message(inner) => parent_of(inner, index),
        _ => None,
    }
}

fn parse(mut bytes: &[u8], depth: usize, budget: &mut usize) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        *budget = budget.checked_sub(1)?;
        let key = take_varint(&mut bytes)?;
        let number = key >> 3;
        if number == 0 || number > 1_000 {
            return None;
        }
        let value = match key & 7 {
            0 => Value::Varint(take_varint(&mut bytes)?),
            1 => Value::Fixed64(take_array(&mut bytes)?),
            5 => Value::Fixed32(take_array(&mut bytes)?),
            2 => {
                let length = usize::try_from(take_varint(&mut bytes)?).ok()?;
                let (inner, rest) = bytes.split_at_checked(length)?;
                bytes = rest;
                nested(inner, depth, budget)
            }
            _ => return None,
        };
        fields.push(Field { number, value });
    }
    Some(fields)
}

fn nested(bytes: &[u8], depth: usize, budget: &mut usize) -> Value {
    let mut left = *budget;
    if depth < MAX_DEPTH
        && !bytes.is_empty()
        && let Some(fields) = parse(bytes, depth + 1, &mut left)
    {
        *budget = left;
        return Value::Message(fields);
    }
    Value::Bytes(bytes.to_vec())
}

fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn take_array<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (array, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*array)
}

fn write(fields: &[Field], out: &mut Vec<u8>) {
    for field in fields {
        match &field.value {
            Value::Varint(number) => {
                put_varint(field.number << 3, out);
                put_varint(*number, out);
            }
            Value::Fixed64(bytes) => {
                put_varint(field.number << 3 | 1, out);
                out.extend_from_slice(bytes);
            }
            Value::Fixed32(bytes) => {
                put_varint(field.number << 3 | 5, out);
                out.extend_from_slice(bytes);
            }
            Value::Bytes(bytes) => put_bytes(field.number, bytes, out),
            Value::Message(inner) => {
                let mut bytes = Vec::new();
                write(inner, &mut bytes);
                put_bytes(field.number, &bytes, out);
            }
        }
    }
}

fn put_bytes(number: u64, bytes: &[u8], out: &mut Vec<u8>) {
    put_varint(number << 3 | 2, out);
    put_varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

fn put_varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> Vec<u8> {
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/models/opset12.onnx")).unwrap()
    }

    #[test]
    fn a_file_is_written_as_it_was_read() {
        let bytes = model();
        let fields = parse(&bytes, 0, &mut MAX_FIELDS.clone()).unwrap();
        assert!(count(&fields) > 50, "{} fields", count(&fields));
        let mut again = Vec::new();
        write(&fields, &mut again);
        assert_eq!(again, bytes);
    }

    #[test]
    fn changes_keep_the_file_readable_and_often_valid() {
        let bytes = model();
        let mut valid = 0;
        for seed in 0..500 {
            let changed = protobuf(&bytes, 1 << 16, seed, &mut |bytes| bytes.reverse()).unwrap();
            assert!(parse(&changed, 0, &mut MAX_FIELDS.clone()).is_some(), "seed {seed}");
            valid += usize::from(praxis_import::import_bytes(&changed, &Default::default()).is_ok());
        }
        assert!(valid > 50, "{valid} of 500 can be imported");
    }
}
