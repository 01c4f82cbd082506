//! Attributes of a node: each is taken once, by name and type, and what is left over at the end is an error, because an
//! attribute that the importer does not know could change what the operator means.

use std::collections::BTreeMap;

use tract_onnx::pb::{self, attribute_proto::AttributeType};

use crate::limits::{MAX_LIST, shown};

/// The attributes that are not yet taken.
pub(crate) struct Attributes<'a> {
    left: BTreeMap<&'a str, &'a pb::AttributeProto>,
}

impl<'a> Attributes<'a> {
    /// All attributes of `node`. In the body of a function some refer to attributes of its `call`; one that the call does
    /// not have is left out.
    pub(crate) fn of(
        node: &'a pb::NodeProto,
        call: Option<&BTreeMap<&'a str, &'a pb::AttributeProto>>,
    ) -> Result<Self, String> {
        let mut left = BTreeMap::new();
        for attribute in &node.attribute {
            let value = match (attribute.ref_attr_name.as_str(), call) {
                ("", _) => Some(attribute),
                (referred, Some(call)) => call.get(referred).copied(),
                (referred, None) => {
                    let (name, referred) = (shown(&attribute.name), shown(referred));
                    return Err(format!("the attribute {name} refers to {referred}, but it stands in no function"));
                }
            };
            let Some(value) = value else { continue };
            if left.insert(attribute.name.as_str(), value).is_some() {
                return Err(format!("the attribute {} is given twice", shown(&attribute.name)));
            }
        }
        Ok(Self { left })
    }

    /// Takes an attribute of this type. Files older than type tags leave the type undefined.
    fn take(&mut self, name: &str, kind: AttributeType) -> Result<Option<&'a pb::AttributeProto>, String> {
        let Some(attribute) = self.left.remove(name) else { return Ok(None) };
        let found = AttributeType::try_from(attribute.r#type).unwrap_or(AttributeType::Undefined);
        if found != kind && attribute.r#type != AttributeType::Undefined as i32 {
            let (found, wanted) = (found.as_str_name(), kind.as_str_name());
            return Err(format!("the attribute {name} is of the type {found}, it should be {wanted}"));
        }
        Ok(Some(attribute))
    }

    pub(crate) fn int(&mut self, name: &str) -> Result<Option<i64>, String> {
        Ok(self.take(name, AttributeType::Int)?.map(|a| a.i))
    }

    pub(crate) fn ints(&mut self, name: &str) -> Result<Option<&'a [i64]>, String> {
        Ok(self.take(name, AttributeType::Ints)?.map(|a| a.ints.as_slice()))
    }

    /// A list of axes, positions or dimensions: a short one.
    pub(crate) fn short_ints(&mut self, name: &str) -> Result<Option<&'a [i64]>, String> {
        match self.ints(name)? {
            Some(list) if list.len() > MAX_LIST => {
                Err(format!("the attribute {name} has {} entries, at most {MAX_LIST} are allowed", list.len()))
            }
            list => Ok(list),
        }
    }

    /// A list that stays to be taken.
    pub(crate) fn peek_ints(&self, name: &str) -> Option<&'a [i64]> {
        self.left.get(name).map(|a| a.ints.as_slice())
    }

    pub(crate) fn float(&mut self, name: &str) -> Result<Option<f32>, String> {
        Ok(self.take(name, AttributeType::Float)?.map(|a| a.f))
    }

    pub(crate) fn floats(&mut self, name: &str) -> Result<Option<&'a [f32]>, String> {
        Ok(self.take(name, AttributeType::Floats)?.map(|a| a.floats.as_slice()))
    }

    /// Text in UTF-8.
    pub(crate) fn string(&mut self, name: &str) -> Result<Option<&'a str>, String> {
        let Some(attribute) = self.take(name, AttributeType::String)? else { return Ok(None) };
        utf8(name, &attribute.s).map(Some)
    }

    pub(crate) fn strings(&mut self, name: &str) -> Result<Option<Vec<&'a str>>, String> {
        let Some(attribute) = self.take(name, AttributeType::Strings)? else { return Ok(None) };
        attribute.strings.iter().map(|text| utf8(name, text)).collect::<Result<_, _>>().map(Some)
    }

    pub(crate) fn tensor(&mut self, name: &str) -> Result<Option<&'a pb::TensorProto>, String> {
        let Some(attribute) = self.take(name, AttributeType::Tensor)? else { return Ok(None) };
        attribute.t.as_ref().map(Some).ok_or_else(|| format!("the attribute {name} holds no tensor"))
    }

    /// The graph of a branch or a loop.
    pub(crate) fn graph(&mut self, name: &str) -> Result<&'a pb::GraphProto, String> {
        let attribute = self.take(name, AttributeType::Graph)?;
        attribute.and_then(|a| a.g.as_ref()).ok_or_else(|| format!("the attribute {name} is missing"))
    }

    /// A graph that may be left out.
    pub(crate) fn optional_graph(&mut self, name: &str) -> Result<Option<&'a pb::GraphProto>, String> {
        if self.left.contains_key(name) { self.graph(name).map(Some) } else { Ok(None) }
    }

    /// All that is left, for the call of a function.
    pub(crate) fn rest(self) -> BTreeMap<&'a str, &'a pb::AttributeProto> {
        self.left
    }

    /// A text.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<&'a str>, String> {
        let Some(attribute) = self.take(name, AttributeType::String)? else { return Ok(None) };
        core::str::from_utf8(&attribute.s).map(Some).map_err(|_| format!("the attribute {name} is not UTF-8"))
    }

    /// A short list of names.
    pub(crate) fn short_strings(&mut self, name: &str) -> Result<Option<Vec<String>>, String> {
        let Some(attribute) = self.take(name, AttributeType::Strings)? else { return Ok(None) };
        if attribute.strings.len() > MAX_LIST {
            let count = attribute.strings.len();
            return Err(format!("the attribute {name} has {count} entries, at most {MAX_LIST} are allowed"));
        }
        Ok(Some(attribute.strings.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()))
    }

    /// An attribute that is 0 or 1.
    pub(crate) fn flag(&mut self, name: &str) -> Result<bool, String> {
        match self.int(name)? {
            None | Some(0) => Ok(false),
            Some(1) => Ok(true),
            Some(other) => Err(format!("the attribute {name} is {other}, it should be 0 or 1")),
        }
    }

    /// Drops an attribute that does not matter to inference.
    pub(crate) fn ignore(&mut self, name: &str) {
        self.left.remove(name);
    }

    /// Accepts only that everything was taken.
    pub(crate) fn end(self) -> Result<(), String> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) => Err(format!("the attribute {} is not supported here", shown(name))),
        }
    }
}

fn utf8<'a>(name: &str, bytes: &'a [u8]) -> Result<&'a str, String> {
    core::str::from_utf8(bytes).map_err(|_| format!("the attribute {name} is not UTF-8"))
}
