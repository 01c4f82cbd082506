//! praxis-l1.
