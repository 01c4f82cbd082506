//! praxis-storage.
