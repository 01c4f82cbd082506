//! praxis-rpc.
