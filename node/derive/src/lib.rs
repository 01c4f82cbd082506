//! praxis-derive.
