//! The pool's bounds.

/// EIP-7825's own bound on a transaction's gas.
pub const MAX_TRANSACTION_GAS: u64 = 1 << 24;

/// EIP-3860: longest creation code in bytes.
pub(crate) const MAX_INITCODE_BYTES: usize = 49_152;

/// How much the pool holds at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolLimits {
    /// Transactions in all.
    pub transactions: usize,
    /// Encoded bytes in all.
    pub bytes: usize,
    /// Transactions of one sender.
    pub per_sender: usize,
    /// Encoded bytes of one sender's transactions.
    pub per_sender_bytes: usize,
    /// Encoded bytes of one transaction.
    pub transaction_bytes: usize,
    /// By how many percent a replacement must raise both fees.
    pub replacement_percent: u128,
}

impl Default for PoolLimits {
    fn default() -> Self {
        Self {
            transactions: 20_000,
            bytes: 64 << 20,
            per_sender: 256,
            per_sender_bytes: 16 << 20,
            transaction_bytes: 128 << 10,
            replacement_percent: 10,
        }
    }
}
