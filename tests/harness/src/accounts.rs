//! Keys that hold ether in every test.

use alloy_consensus::{SignableTransaction, TxEip1559, TxLegacy};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, address};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use praxis_primitives::{RecoveredTransaction, Transaction};

use crate::L2_CHAIN_ID;

/// The account whose transactions to the inbox count.
pub const BATCHER: Address = address!("0x00000000000000000000000000000000000ba7c4");
/// The account that claims.
pub const PROPOSER: Address = address!("0x0000000000000000000000000000000000c1a13e");

/// A key.
#[derive(Debug, Clone)]
pub struct Account {
    signer: PrivateKeySigner,
    /// Its address.
    pub address: Address,
}

/// Account `index`: the first ten hold 1000 ether at genesis.
pub fn account(index: u8) -> Account {
    let mut key = [0u8; 32];
    key[30] = 7;
    key[31] = index + 1;
    let signer = PrivateKeySigner::from_bytes(&B256::from(key)).expect("a small number is a key");
    Account { address: signer.address(), signer }
}

impl Account {
    /// An EIP-1559 transaction: fee cap 1 gwei, tip 1000 wei.
    pub fn call(&self, nonce: u64, to: TxKind, value: u64, gas_limit: u64, input: Bytes) -> RecoveredTransaction {
        self.sign(TxEip1559 {
            chain_id: L2_CHAIN_ID,
            nonce,
            gas_limit,
            max_fee_per_gas: 1_000_000_000,
            max_priority_fee_per_gas: 1_000,
            to,
            value: U256::from(value),
            access_list: Default::default(),
            input,
        })
    }

    /// A transfer of `value` wei.
    pub fn transfer(&self, nonce: u64, to: Address, value: u64) -> RecoveredTransaction {
        self.call(nonce, TxKind::Call(to), value, 21_000, Bytes::new())
    }

    /// A contract creation.
    pub fn deploy(&self, nonce: u64, creation: Bytes) -> RecoveredTransaction {
        self.call(nonce, TxKind::Create, 0, 5_000_000, creation)
    }

    /// Any EIP-1559 transaction, signed.
    pub fn sign(&self, tx: TxEip1559) -> RecoveredTransaction {
        let signature = self.signer.sign_hash_sync(&tx.signature_hash()).expect("a local key signs");
        let tx = Transaction::Ethereum(tx.into_signed(signature).into());
        RecoveredTransaction::new_unchecked(tx, self.address)
    }

    /// Any legacy transaction, signed.
    pub fn sign_legacy(&self, tx: TxLegacy) -> RecoveredTransaction {
        let signature = self.signer.sign_hash_sync(&tx.signature_hash()).expect("a local key signs");
        let tx = Transaction::Ethereum(tx.into_signed(signature).into());
        RecoveredTransaction::new_unchecked(tx, self.address)
    }
}
