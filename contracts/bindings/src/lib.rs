//! praxis-contracts.
