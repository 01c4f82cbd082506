//! praxis-harness.
