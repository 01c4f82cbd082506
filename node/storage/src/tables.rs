//! The tables. Each is a column family.

/// A table. Integers in keys are big-endian, so that rows stand in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    /// number -> header.
    Headers,
    /// number -> senders and body.
    Bodies,
    /// number -> receipts.
    Receipts,
    /// number -> block hash.
    Canonical,
    /// Block hash -> number.
    Numbers,
    /// Transaction hash -> number, index.
    Transactions,
    /// number -> inference records with their tensors.
    Inferences,
    /// Address -> account.
    Accounts,
    /// Address, slot -> value.
    Storage,
    /// Code hash -> code. Never unwound: a row says nothing of any state.
    Code,
    /// Path -> node of the account trie.
    AccountNodes,
    /// Hashed address, path -> node of a storage trie.
    StorageNodes,
    /// History of [`Table::Accounts`].
    AccountHistory,
    /// History of [`Table::Storage`].
    StorageHistory,
    /// History of [`Table::AccountNodes`].
    AccountNodeHistory,
    /// History of [`Table::StorageNodes`].
    StorageNodeHistory,
    /// number -> the keys that the block changed, for unwinding and pruning.
    Changes,
    /// Model id, chunk index -> number of the block that brought it, bytes.
    ModelChunks,
    /// Name -> value: identity, heads, and other roles' cursors.
    Meta,
}

impl Table {
    /// Every table.
    pub(crate) const ALL: [Self; 19] = [
        Self::Headers,
        Self::Bodies,
        Self::Receipts,
        Self::Canonical,
        Self::Numbers,
        Self::Transactions,
        Self::Inferences,
        Self::Accounts,
        Self::Storage,
        Self::Code,
        Self::AccountNodes,
        Self::StorageNodes,
        Self::AccountHistory,
        Self::StorageHistory,
        Self::AccountNodeHistory,
        Self::StorageNodeHistory,
        Self::Changes,
        Self::ModelChunks,
        Self::Meta,
    ];

    /// Name of the column family.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Headers => "headers",
            Self::Bodies => "bodies",
            Self::Receipts => "receipts",
            Self::Canonical => "canonical",
            Self::Numbers => "numbers",
            Self::Transactions => "transactions",
            Self::Inferences => "inferences",
            Self::Accounts => "accounts",
            Self::Storage => "storage",
            Self::Code => "code",
            Self::AccountNodes => "account_nodes",
            Self::StorageNodes => "storage_nodes",
            Self::AccountHistory => "account_history",
            Self::StorageHistory => "storage_history",
            Self::AccountNodeHistory => "account_node_history",
            Self::StorageNodeHistory => "storage_node_history",
            Self::Changes => "changes",
            Self::ModelChunks => "model_chunks",
            Self::Meta => "meta",
        }
    }

    /// Whether its rows are small and read one by one.
    pub(crate) const fn is_read_by_point(self) -> bool {
        matches!(
            self,
            Self::Accounts
                | Self::Storage
                | Self::AccountNodes
                | Self::StorageNodes
                | Self::Numbers
                | Self::Transactions
        )
    }

    /// Whether its values repeat themselves enough for compression to pay. Nodes are mostly hashes.
    pub(crate) const fn is_compressed(self) -> bool {
        matches!(
            self,
            Self::Headers
                | Self::Bodies
                | Self::Receipts
                | Self::Inferences
                | Self::Code
                | Self::AccountHistory
                | Self::StorageHistory
                | Self::AccountNodeHistory
                | Self::StorageNodeHistory
                | Self::Changes
                | Self::ModelChunks
        )
    }
}

/// A table whose rows change with the blocks, and whose history is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StateTable {
    Accounts,
    Storage,
    AccountNodes,
    StorageNodes,
}

impl StateTable {
    /// Where the newest state stands.
    pub(crate) const fn current(self) -> Table {
        match self {
            Self::Accounts => Table::Accounts,
            Self::Storage => Table::Storage,
            Self::AccountNodes => Table::AccountNodes,
            Self::StorageNodes => Table::StorageNodes,
        }
    }

    /// Whether a forked chain reads what it has not written yet from elsewhere.
    pub(crate) const fn has_origin(self) -> bool {
        matches!(self, Self::Accounts | Self::Storage)
    }

    /// Where the values that were replaced stand.
    pub(crate) const fn history(self) -> Table {
        match self {
            Self::Accounts => Table::AccountHistory,
            Self::Storage => Table::StorageHistory,
            Self::AccountNodes => Table::AccountNodeHistory,
            Self::StorageNodes => Table::StorageNodeHistory,
        }
    }
}
