//! Whether a decoded Plan makes sense: every stated type is computed again from the graph.

use std::collections::BTreeSet;

use crate::{
    Plan, PlanCost, PlanError, TensorType, ValueId, ValueInfo,
    encoding::check_gaps,
    limits::{
        ENGINE_VERSION, KNOWN_ENGINES, MAX_CONSTANTS, MAX_LABELS, MAX_MODEL_ARITY, MAX_NAME_BYTES, MAX_NODE_ARITY,
        MAX_NODES, MAX_PLAN_BYTES,
    },
};

impl Plan {
    /// Checks limits, names, value ids, types and shapes, and gives the cost.
    pub fn validate(&self) -> Result<PlanCost, PlanError> {
        if !KNOWN_ENGINES.contains(&self.engine) {
            return Err(PlanError::Engine { found: self.engine, expected: ENGINE_VERSION });
        }
        self.check_counts()?;
        check_names("input", &self.inputs)?;
        check_names("output", &self.outputs)?;
        self.outputs.iter().zip(&self.labels).try_for_each(|(info, labels)| check_labels(info, labels))?;
        let mut types: Vec<TensorType> = Vec::with_capacity(self.inputs.len() + self.constants.len());
        for (index, info) in self.inputs.iter().enumerate() {
            types.push(checked(info.tensor_type(), || format!("input {index}"))?);
        }
        for (index, constant) in self.constants.iter().enumerate() {
            types.push(checked(constant.clone(), || format!("constant {index}"))?);
        }
        check_gaps(self, &self.weights)?;
        self.check_bools()?;
        self.check_nodes(&mut types)?;
        self.check_outputs(&types)?;
        let (bytes, _) = self.encoded_len();
        limit("size of the plan in bytes", bytes, MAX_PLAN_BYTES)?;
        self.checked_cost()
    }

    fn check_counts(&self) -> Result<(), PlanError> {
        limit("number of inputs", self.inputs.len(), MAX_MODEL_ARITY)?;
        limit("number of outputs", self.outputs.len(), MAX_MODEL_ARITY)?;
        limit("number of constants", self.constants.len(), MAX_CONSTANTS)?;
        limit("number of nodes", self.nodes.len(), MAX_NODES)?;
        for node in &self.nodes {
            limit("number of a node's inputs", node.inputs.len(), MAX_NODE_ARITY)?;
            limit("number of a node's outputs", node.outputs.len(), MAX_NODE_ARITY)?;
        }
        if self.outputs.is_empty() {
            return Err(PlanError::NotCanonical { what: "the model has no output" });
        }
        if self.outputs.len() != self.labels.len() {
            return Err(PlanError::NotCanonical { what: "outputs and their labels differ in number" });
        }
        if self.outputs.len() != self.output_values.len() {
            return Err(PlanError::NotCanonical { what: "outputs and their values differ in number" });
        }
        Ok(())
    }

    fn check_bools(&self) -> Result<(), PlanError> {
        for (constant, range) in self.constants.iter().zip(self.constant_ranges()?) {
            if constant.dtype == crate::DType::Bool && self.weights[range].iter().any(|&byte| byte > 1) {
                return Err(PlanError::NotCanonical { what: "a bool constant is neither 0 nor 1" });
            }
        }
        Ok(())
    }

    fn check_nodes(&self, types: &mut Vec<TensorType>) -> Result<(), PlanError> {
        let ranges = self.constant_ranges()?;
        for (index, node) in self.nodes.iter().enumerate() {
            let op = node.op.name();
            let place = || format!("node {index} ({op})");
            let inputs = node.inputs.iter().map(|&id| lookup(types, id, place)).collect::<Result<Vec<_>, _>>()?;
            let refused = |why| PlanError::Node { index, op, why };
            let computed = node.op.outputs(&inputs).map_err(refused)?;
            let constant = |&id: &ValueId| {
                let index = id.checked_sub(self.first_constant())? as usize;
                ranges.get(index).and_then(|range| self.weights.get(range.clone()))
            };
            let constants: Vec<Option<&[u8]>> = node.inputs.iter().map(constant).collect();
            node.op.check_constants(&inputs, &constants).map_err(refused)?;
            if computed != node.outputs {
                let list = |types: &[TensorType]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                let (stated, computed) = (list(&node.outputs), list(&computed));
                return Err(PlanError::Mismatch { place: place(), stated, computed });
            }
            types.extend(computed);
        }
        Ok(())
    }

    fn check_outputs(&self, types: &[TensorType]) -> Result<(), PlanError> {
        for (index, (info, &id)) in self.outputs.iter().zip(&self.output_values).enumerate() {
            let place = || format!("output {index} ({})", info.name);
            let computed = lookup(types, id, place)?;
            if computed != info.tensor_type() {
                let (stated, computed) = (info.tensor_type().to_string(), computed.to_string());
                return Err(PlanError::Mismatch { place: place(), stated, computed });
            }
        }
        Ok(())
    }
}

fn limit(what: &'static str, found: usize, limit: usize) -> Result<(), PlanError> {
    if found > limit {
        return Err(PlanError::Limit { what, found: found as u64, limit: limit as u64 });
    }
    Ok(())
}

fn checked(kind: TensorType, place: impl Fn() -> String) -> Result<TensorType, PlanError> {
    kind.check().map_err(|why| PlanError::Type { place: place(), why })?;
    Ok(kind)
}

fn lookup(types: &[TensorType], id: ValueId, place: impl Fn() -> String) -> Result<TensorType, PlanError> {
    let defined = types.len() as u32;
    types.get(id as usize).cloned().ok_or_else(|| PlanError::ValueId { place: place(), id, defined })
}

/// Columns have a name each; how many numbers a classifier gives cannot be seen here.
fn check_labels(info: &ValueInfo, labels: &[String]) -> Result<(), PlanError> {
    limit("number of labels", labels.len(), MAX_LABELS)?;
    let columns = info.shape.last().map_or(1, |&dim| dim as usize);
    if info.dtype.is_float() && !labels.is_empty() && labels.len() != columns {
        return Err(PlanError::NotCanonical { what: "columns and their labels differ in number" });
    }
    for label in labels {
        limit("length of a label", label.len(), MAX_NAME_BYTES)?;
        if label.chars().any(char::is_control) {
            return Err(PlanError::Name { name: label.clone(), why: "a label has control characters" });
        }
    }
    Ok(())
}

fn check_names(kind: &'static str, infos: &[ValueInfo]) -> Result<(), PlanError> {
    let mut seen = BTreeSet::new();
    for info in infos {
        let bad = |why| PlanError::Name { name: info.name.clone(), why };
        limit("length of a name", info.name.len(), MAX_NAME_BYTES)?;
        if info.name.is_empty() {
            return Err(bad("it is empty"));
        }
        if info.name.chars().any(char::is_control) {
            return Err(bad("it has control characters"));
        }
        if !seen.insert(&info.name) {
            return Err(bad(if kind == "input" { "two inputs have it" } else { "two outputs have it" }));
        }
    }
    Ok(())
}
