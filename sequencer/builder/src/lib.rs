//! praxis-builder.
