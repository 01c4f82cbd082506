//! praxis-inference.
