//! praxis-import.
