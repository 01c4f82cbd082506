//! praxis-chain.
