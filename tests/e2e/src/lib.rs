//! praxis-e2e.
