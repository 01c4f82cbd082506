//! Every third-party dependency of the workspace, and nothing else.
//!
//! Cargo unifies features over the packages that a command selects. Building one crate alone would compile RocksDB and
//! tract again, with other features somewhere below them, which takes half an hour. Selecting this package too,
//! `cargo check -p praxis-trie -p praxis-deps`, gives every selection the whole workspace's features, so that each
//! dependency is compiled once.
