//! praxis-batcher.
