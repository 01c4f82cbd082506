//! praxis-explorer.
