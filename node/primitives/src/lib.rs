//! praxis-primitives.
