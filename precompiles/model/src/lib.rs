//! praxis-model.
