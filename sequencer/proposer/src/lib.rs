//! praxis-proposer.
