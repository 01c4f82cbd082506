//! `rpc.discover`: the methods of this server as an OpenRPC document.

mod methods;

use crate::register::Registrar;
use jsonrpsee::server::RegisterMethodError;
use methods::{METHODS, Method};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Registers the method. It must come last: the document lists what is registered by then, and itself.
pub(crate) fn register(r: &mut Registrar) -> Result<(), RegisterMethodError> {
    let served: BTreeSet<&'static str> = r.module.method_names().collect();
    let document = document(&served);
    r.module.register_method("rpc.discover", move |_, _, _| document.clone())?;
    Ok(())
}

fn document(served: &BTreeSet<&'static str>) -> Value {
    let here = |method: &&Method| served.contains(method.name) || method.name == "rpc.discover";
    let methods: Vec<Value> = METHODS.iter().filter(here).map(Method::describe).collect();
    json!({
        "openrpc": "1.2.6",
        "info": {
            "title": "Praxis JSON-RPC",
            "description": "Ethereum's execution API, with models and inferences beside it.",
            "license": { "name": "MIT OR Apache-2.0" },
            "version": env!("CARGO_PKG_VERSION"),
        },
        "methods": methods,
        "components": { "schemas": schemas() },
    })
}

impl Method {
    fn describe(&self) -> Value {
        let params: Vec<Value> = self.params.iter().map(|param| parameter(param)).collect();
        let (name, kind) = self.result.split_once(':').unwrap_or((self.result, "Any"));
        json!({
            "name": self.name,
            "summary": self.summary,
            "paramStructure": "by-position",
            "params": params,
            "result": { "name": name, "schema": schema(kind) },
        })
    }
}

/// `name:Type`, or `name?:Type` when it may be left out.
fn parameter(text: &str) -> Value {
    let (name, kind) = text.split_once(':').unwrap_or((text, "Any"));
    let optional = name.ends_with('?');
    json!({ "name": name.trim_end_matches('?'), "required": !optional, "schema": schema(kind) })
}

/// `Type`, or `[Type]` for an array.
fn schema(kind: &str) -> Value {
    match kind.strip_prefix('[').and_then(|kind| kind.strip_suffix(']')) {
        Some(items) => json!({ "type": "array", "items": schema(items) }),
        None => json!({ "$ref": format!("#/components/schemas/{kind}") }),
    }
}

fn hex(title: &str, pattern: &str) -> Value {
    json!({ "title": title, "type": "string", "pattern": pattern })
}

fn schemas() -> Value {
    let tags = json!({ "type": "string", "enum": ["earliest", "finalized", "safe", "latest", "pending"] });
    let quantity = json!({ "$ref": "#/components/schemas/Quantity" });
    let hash = json!({ "$ref": "#/components/schemas/Hash" });
    let by = |field: &str, schema: &Value| {
        json!({
            "type": "object",
            "required": [field],
            "properties": { field: schema, "requireCanonical": { "type": "boolean" } },
        })
    };
    json!({
        "Any": { "title": "any value" },
        "Object": { "title": "an object", "type": "object" },
        "Boolean": { "type": "boolean" },
        "Number": { "type": "number" },
        "String": { "type": "string" },
        "Quantity": hex("hexadecimal number without leading zeros", "^0x(0|[1-9a-f][0-9a-f]*)$"),
        "Bytes": hex("hexadecimal bytes", "^0x([0-9a-f]{2})*$"),
        "Hash": hex("32 bytes", "^0x[0-9a-f]{64}$"),
        "Address": hex("20 bytes", "^0x[0-9a-fA-F]{40}$"),
        "BlockTag": { "title": "number or tag of a block", "anyOf": [quantity, tags] },
        "BlockId": {
            "title": "number, tag or hash of a block (EIP-1898)",
            "anyOf": [quantity, tags, hash, by("blockHash", &hash), by("blockNumber", &quantity)],
        },
        "StorageKey": { "title": "a slot: 32 bytes, or a number", "anyOf": [hash, quantity] },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_that_is_named_exists() {
        let known = schemas();
        for method in METHODS {
            for text in method.params.iter().chain([&method.result]) {
                let kind = text.split_once(':').map_or("Any", |(_, kind)| kind);
                let kind = kind.trim_start_matches('[').trim_end_matches(']');
                assert!(known.get(kind).is_some(), "{}: {kind}", method.name);
            }
        }
    }

    #[test]
    fn methods_are_named_once_and_required_parameters_come_first() {
        let names: BTreeSet<_> = METHODS.iter().map(|method| method.name).collect();
        assert_eq!(names.len(), METHODS.len());
        for method in METHODS {
            let optional: Vec<_> = method.params.iter().map(|param| param.contains("?:")).collect();
            assert!(optional.is_sorted(), "{}", method.name);
        }
    }
}
