//! praxis-pool.
