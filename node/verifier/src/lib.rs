//! praxis-verifier.
