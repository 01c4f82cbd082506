//! praxis-trie.
