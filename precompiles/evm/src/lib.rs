//! praxis-precompile.
