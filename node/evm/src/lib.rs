//! praxis-evm.
