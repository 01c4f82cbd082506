//! Limits that every Plan keeps. They are consensus: changing one changes [`ENGINE_VERSION`].

/// Version of the canonical arithmetic and of these limits. A Plan names the version that it was made for.
pub const ENGINE_VERSION: u32 = 1;
/// Versions that this build runs. A new one is added beside the old ones, whose models stay callable.
pub const KNOWN_ENGINES: &[u32] = &[ENGINE_VERSION];
/// Largest encoded Plan, graph and weights together.
pub const MAX_PLAN_BYTES: usize = 32 * 1024 * 1024;
/// Largest graph section (everything but the weights).
pub const MAX_GRAPH_BYTES: usize = 1024 * 1024;
/// Most inputs, and most outputs, of a model.
pub const MAX_MODEL_ARITY: usize = 16;
/// Most constants of a model.
pub const MAX_CONSTANTS: usize = 4096;
/// Most nodes of a model.
pub const MAX_NODES: usize = 4096;
/// Most inputs, and most outputs, of one node.
pub const MAX_NODE_ARITY: usize = 64;
/// Highest rank of a tensor.
pub const MAX_RANK: usize = 8;
/// Longest name of an input or output, in bytes of UTF-8.
pub const MAX_NAME_BYTES: usize = 128;
/// Most labels of an output; each is as long as a name at most.
pub const MAX_LABELS: usize = 4096;
/// Largest tensor.
pub const MAX_TENSOR_BYTES: u64 = 32 * 1024 * 1024;
/// Largest memory that one prepared Plan and one run of it take.
pub const MAX_MEMORY_BYTES: u64 = 256 * 1024 * 1024;
/// Most rows of one batched call of a batch-1 model.
pub const MAX_BATCH: u32 = 1024;
