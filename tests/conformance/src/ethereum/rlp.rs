//! RLP tests: what encodes to which bytes, and which bytes are no encoding.

use super::Outcome;
use alloy_primitives::{Bytes, U512, hex};
use alloy_rlp::{Decodable, Encodable, Header};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// How deep lists may stand in each other here.
const MAX_DEPTH: usize = 1_024;

#[derive(Debug, Deserialize)]
struct RlpTest {
    #[serde(rename = "in")]
    input: Value,
    out: String,
}

/// A tree of byte strings.
#[derive(Debug, PartialEq, Eq)]
enum Item {
    Bytes(Bytes),
    List(Vec<Item>),
}

/// Runs every test of a file.
///
/// # Errors
/// When it is not the JSON of RLP tests.
pub fn run_file(json: &str) -> Result<Vec<(String, Outcome)>, serde_json::Error> {
    let tests: BTreeMap<String, RlpTest> = serde_json::from_str(json)?;
    Ok(tests.into_iter().map(|(name, test)| (name, test.outcome())).collect())
}

impl RlpTest {
    fn outcome(&self) -> Outcome {
        let Ok(bytes) = hex::decode(&self.out) else { return Outcome::Failed("out is not hexadecimal".to_owned()) };
        let decoded = decode_exact(&bytes);
        let expected = match self.input.as_str() {
            Some("INVALID") => {
                return match decoded {
                    Err(_) => Outcome::Passed,
                    Ok(item) => Outcome::Failed(format!("it decodes, to {item:?}")),
                };
            }
            Some("VALID") => None,
            _ => Some(item_of(&self.input)),
        };
        let item = match (decoded, expected) {
            (Err(error), _) => return Outcome::Failed(format!("it does not decode: {error}")),
            (Ok(found), Some(expected)) if found != expected => {
                return Outcome::Failed(format!("it decodes to {found:?}"));
            }
            (Ok(found), _) => found,
        };
        let mut encoded = Vec::new();
        item.encode(&mut encoded);
        match encoded == bytes {
            true => Outcome::Passed,
            false => Outcome::Failed(format!("it encodes to {}", hex::encode(encoded))),
        }
    }
}

/// What the tests write: strings, numbers, decimal numbers behind a `#`, and lists.
fn item_of(value: &Value) -> Item {
    // One of them is 2^256.
    let number = |number: U512| Item::Bytes(number.to_be_bytes_trimmed_vec().into());
    match value {
        Value::Array(items) => Item::List(items.iter().map(item_of).collect()),
        Value::Number(n) => number(U512::from(n.as_u64().unwrap_or_default())),
        Value::String(text) => match text.strip_prefix('#') {
            Some(decimal) => number(decimal.parse().unwrap_or_default()),
            None => Item::Bytes(Bytes::copy_from_slice(text.as_bytes())),
        },
        _ => Item::Bytes(Bytes::new()),
    }
}

fn decode_exact(bytes: &[u8]) -> alloy_rlp::Result<Item> {
    let mut rest = bytes;
    let item = decode(&mut rest, 0)?;
    if rest.is_empty() { Ok(item) } else { Err(alloy_rlp::Error::UnexpectedLength) }
}

fn decode(buffer: &mut &[u8], depth: usize) -> alloy_rlp::Result<Item> {
    if depth > MAX_DEPTH {
        return Err(alloy_rlp::Error::Custom("lists stand too deep in each other"));
    }
    let mut ahead = *buffer;
    if !Header::decode(&mut ahead)?.list {
        return Bytes::decode(buffer).map(Item::Bytes);
    }
    let mut payload = Header::decode_bytes(buffer, true)?;
    let mut items = Vec::new();
    while !payload.is_empty() {
        items.push(decode(&mut payload, depth + 1)?);
    }
    Ok(Item::List(items))
}

impl Item {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Bytes(bytes) => bytes.encode(out),
            Self::List(items) => {
                let mut payload = Vec::new();
                items.iter().for_each(|item| item.encode(&mut payload));
                Header { list: true, payload_length: payload.len() }.encode(out);
                out.extend(payload);
            }
        }
    }
}
