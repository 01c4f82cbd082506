//! praxis-conformance.
