//! The rules themselves. A row is changed on purpose, with a reason in the commit.

/// What one crate of the workspace may and may not know.
pub(crate) struct Row {
    /// The crate.
    pub(crate) name: &'static str,
    /// The workspace's crates that it may name in its manifest; no others.
    pub(crate) own: &'static [&'static str],
    /// Crates that it must not reach, through any number of others.
    pub(crate) must_not_reach: &'static [&'static str],
}

/// A dependency that only some crates may name in their manifest.
pub(crate) struct Owner {
    /// The dependency.
    pub(crate) name: &'static str,
    /// Who may name it.
    pub(crate) by: &'static [&'static str],
}

/// Who names what. `praxis-evm` hands out the revm types that others need.
pub(crate) const OWNERS: &[Owner] = &[
    // The benchmark measures tract itself, and takes ZipMap off a file with its protobuf structures.
    Owner { name: "tract-onnx", by: &["praxis-import", "praxis-bench"] },
    Owner { name: "rocksdb", by: &["praxis-storage"] },
    // The benchmark measures bare revm beside the node.
    Owner { name: "revm", by: &["praxis-precompile", "praxis-evm", "praxis-bench"] },
    Owner { name: "alloy-evm", by: &["praxis-evm"] },
    Owner { name: "libp2p", by: &["praxis-net"] },
    Owner { name: "jsonrpsee", by: &["praxis-rpc", "praxis"] },
    Owner { name: "clap", by: &["praxis", "praxis-bench"] },
];

/// Names every third-party dependency so that each is compiled once, and holds no code. Nothing may depend on it.
pub(crate) const WITHOUT_RULES: &[&str] = &["praxis-deps"];

/// Named by a rule before the first crate needs them.
pub(crate) const PLANNED: &[&str] = &[];

const fn row(name: &'static str, own: &'static [&'static str], must_not_reach: &'static [&'static str]) -> Row {
    Row { name, own, must_not_reach }
}

/// One row per crate of the workspace, in the order of the layout.
pub(crate) const ROWS: &[Row] = &[
    // Consensus arithmetic and formats: pure.
    row("praxis-model", &[], &["tract-onnx", "revm", "tokio", "rocksdb", "reqwest"]),
    row(
        "praxis-import",
        &["praxis-model", "praxis-inference"],
        &["revm", "tokio", "rocksdb", "reqwest", "praxis-primitives"],
    ),
    row("praxis-inference", &["praxis-model"], &["tract-onnx", "revm", "tokio", "rocksdb"]),
    row(
        "praxis-precompile",
        &["praxis-model", "praxis-inference", "praxis-contracts", "praxis-primitives"],
        &["tokio", "rocksdb", "tract-onnx", "praxis-storage"],
    ),
    row("praxis-contracts", &[], &["tokio", "revm", "rocksdb"]),
    row("praxis-primitives", &["praxis-contracts"], &["tokio", "revm", "rocksdb", "reqwest", "hyper"]),
    row("praxis-trie", &["praxis-primitives"], &["rocksdb", "tokio", "revm"]),
    // The node.
    row(
        "praxis-storage",
        &["praxis-primitives", "praxis-trie", "praxis-model"],
        &["revm", "tokio", "tract-onnx", "praxis-evm"],
    ),
    row(
        "praxis-evm",
        &["praxis-primitives", "praxis-precompile", "praxis-contracts", "praxis-model", "praxis-trie"],
        &["tokio", "rocksdb", "tract-onnx", "praxis-storage"],
    ),
    row("praxis-derive", &["praxis-primitives", "praxis-contracts"], &["tokio", "revm", "rocksdb", "reqwest"]),
    row(
        "praxis-l1",
        &["praxis-primitives", "praxis-derive", "praxis-contracts"],
        &["revm", "rocksdb", "praxis-evm", "praxis-chain"],
    ),
    row(
        "praxis-chain",
        &[
            "praxis-primitives",
            "praxis-storage",
            "praxis-trie",
            "praxis-evm",
            "praxis-derive",
            "praxis-sync",
            "praxis-precompile",
            "praxis-model",
            "praxis-contracts",
        ],
        &["praxis-pool", "praxis-builder", "praxis-batcher", "praxis-proposer", "praxis-rpc", "tract-onnx"],
    ),
    row(
        "praxis-rpc",
        &[
            "praxis-primitives",
            "praxis-chain",
            "praxis-storage",
            "praxis-trie",
            "praxis-evm",
            "praxis-precompile",
            "praxis-inference",
            "praxis-model",
            "praxis-contracts",
            "praxis-agents",
            "praxis-pool",
        ],
        &["praxis-builder", "praxis-batcher", "praxis-proposer", "tract-onnx"],
    ),
    row(
        "praxis-verifier",
        &["praxis-primitives", "praxis-chain", "praxis-derive", "praxis-l1", "praxis-contracts"],
        &["praxis-pool", "praxis-builder", "praxis-batcher", "praxis-proposer", "praxis-rpc", "tract-onnx"],
    ),
    // Unsafe blocks: what they must be, without a socket. Its messages are fuzzed, so it stays small.
    row(
        "praxis-sync",
        &["praxis-primitives", "praxis-derive", "praxis-link"],
        &["tokio", "revm", "rocksdb", "reqwest", "libp2p", "praxis-storage", "praxis-chain"],
    ),
    row("praxis-link", &[], &["tokio", "libp2p", "alloy-primitives"]),
    // The network process: bytes and peers.
    row("praxis-net", &["praxis-link"], &["alloy-primitives", "revm", "rocksdb", "praxis-primitives", "praxis-sync"]),
    row("praxis-explorer", &[], &["revm", "rocksdb", "tract-onnx"]),
    // It is handed what it needs: its tests need no process.
    row(
        "praxis-agents",
        &["praxis-primitives", "praxis-contracts", "praxis-evm", "praxis-model"],
        &["tokio", "rocksdb", "reqwest", "tract-onnx", "praxis-chain"],
    ),
    row(
        "praxis",
        &[
            "praxis-primitives",
            "praxis-chain",
            "praxis-storage",
            "praxis-derive",
            "praxis-evm",
            "praxis-l1",
            "praxis-rpc",
            "praxis-verifier",
            "praxis-sync",
            "praxis-link",
            "praxis-explorer",
            "praxis-agents",
            "praxis-pool",
            "praxis-builder",
            "praxis-batcher",
            "praxis-proposer",
            "praxis-import",
            "praxis-model",
            "praxis-inference",
            "praxis-precompile",
            "praxis-contracts",
        ],
        &["praxis-harness"],
    ),
    // The sequencer's four jobs. None knows how it is served or who verifies it.
    row(
        "praxis-pool",
        &["praxis-primitives", "praxis-chain", "praxis-contracts"],
        &["praxis-rpc", "praxis-builder", "praxis-verifier", "tract-onnx"],
    ),
    row(
        "praxis-builder",
        &["praxis-primitives", "praxis-chain", "praxis-evm", "praxis-pool", "praxis-derive", "praxis-contracts"],
        &["praxis-rpc", "praxis-batcher", "praxis-l1", "praxis-verifier", "tract-onnx"],
    ),
    row(
        "praxis-batcher",
        &["praxis-primitives", "praxis-chain", "praxis-derive", "praxis-l1"],
        &["praxis-rpc", "praxis-pool", "praxis-builder", "praxis-verifier", "tract-onnx"],
    ),
    row(
        "praxis-proposer",
        &["praxis-primitives", "praxis-chain", "praxis-l1", "praxis-contracts"],
        &["praxis-rpc", "praxis-pool", "praxis-builder", "praxis-verifier", "tract-onnx"],
    ),
    // Tests.
    row(
        "praxis-harness",
        &[
            "praxis-primitives",
            "praxis-chain",
            "praxis-storage",
            "praxis-derive",
            "praxis-evm",
            "praxis-l1",
            "praxis-verifier",
            "praxis-sync",
            "praxis-link",
            "praxis-pool",
            "praxis-builder",
            "praxis-batcher",
            "praxis-proposer",
            "praxis-contracts",
            "praxis-model",
            "praxis-import",
            "praxis-inference",
            // In its tests: backtests of what ran on it.
            "praxis-agents",
        ],
        &["praxis-rpc", "praxis"],
    ),
    row(
        "praxis-stress",
        &[
            "praxis-harness",
            // What checks the run reads the chain as anybody does: from a node's JSON-RPC.
            "praxis-audit",
            "praxis-rpc",
            // The same run by the backtest.
            "praxis-agents",
            "praxis-evm",
            "praxis-chain",
            "praxis-contracts",
            "praxis-import",
            "praxis-model",
            "praxis-primitives",
        ],
        &["praxis"],
    ),
    // It judges what the contracts enforce, so it shares nothing with them or the node.
    row("praxis-audit", &[], &["praxis-contracts", "praxis-primitives", "revm", "rocksdb"]),
    row(
        "praxis-conformance",
        &[
            "praxis-model",
            "praxis-import",
            "praxis-inference",
            "praxis-fuzz",
            "praxis-evm",
            "praxis-primitives",
            "praxis-trie",
        ],
        &["praxis-storage", "tokio"],
    ),
    row(
        "praxis-bench",
        &[
            "praxis-chain",
            "praxis-conformance",
            "praxis-contracts",
            // It makes the chain that it replays, batches and L1 included.
            "praxis-derive",
            "praxis-e2e",
            "praxis-evm",
            "praxis-import",
            "praxis-inference",
            "praxis-l1",
            "praxis-model",
            "praxis-precompile",
            "praxis-primitives",
            "praxis-storage",
            "praxis-trie",
        ],
        &["praxis-rpc", "praxis"],
    ),
    row(
        "praxis-fuzz",
        &[
            "praxis-derive",
            "praxis-import",
            "praxis-inference",
            "praxis-link",
            "praxis-model",
            "praxis-primitives",
            "praxis-sync",
        ],
        // The fuzzers are built cold: they must stay small.
        &["praxis-evm", "revm", "tokio", "rocksdb"],
    ),
    // It speaks to processes, so it knows none of the node's code; addresses, ABIs and the network process's frames only.
    row("praxis-e2e", &["praxis-contracts", "praxis-link"], &["praxis-chain", "praxis-primitives", "rocksdb", "revm"]),
];
