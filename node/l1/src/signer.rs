//! Who signs: a key in this process, or a signer that is asked over JSON-RPC (clef, web3signer).

use crate::{L1ClientConfig, L1Error, block::L1Transaction, rpc::Rpc};
use alloy_consensus::{
    EthereumTypedTransaction, SignableTransaction, Transaction as _, TxEip4844, transaction::SignerRecoverable,
};
use alloy_eips::Decodable2718;
use alloy_primitives::{Address, Bytes, TxKind, U64, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use serde_json::{Value, json};

/// A transaction before it is signed; a blob transaction without its blobs.
pub(crate) type UnsignedTransaction = EthereumTypedTransaction<TxEip4844>;

/// A signature that could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignerError {
    /// The key in this process does not sign.
    #[error("the key does not sign: {0}")]
    Local(String),
    /// The signer does not answer, or says no.
    #[error("the remote signer does not sign: {0}")]
    Remote(#[from] L1Error),
    /// The signer does not hold the account.
    #[error("the remote signer at {url} has no account {address}: it has {}", list(held))]
    NoAccount {
        /// The signer.
        url: String,
        /// The account that is to sign.
        address: Address,
        /// Its accounts.
        held: Vec<Address>,
    },
    /// Not what was asked for.
    #[error("the remote signer at {url} answered with {what}; check which signer this is and what key it uses")]
    Wrong {
        /// The signer.
        url: String,
        /// What is wrong with its answer.
        what: String,
    },
}

impl SignerError {
    /// Whether asking again later may help.
    pub const fn is_temporary(&self) -> bool {
        matches!(self, Self::Remote(error) if error.is_temporary())
    }
}

fn list(accounts: &[Address]) -> String {
    if accounts.is_empty() {
        return "none".to_owned();
    }
    accounts.iter().map(Address::to_string).collect::<Vec<_>>().join(", ")
}

/// An account of L1 and the way to its signatures.
#[derive(Debug, Clone)]
pub enum L1Signer {
    /// The key is in this process.
    Local(PrivateKeySigner),
    /// The key is with somebody who signs by `eth_signTransaction`.
    Remote(RemoteSigner),
}

impl From<PrivateKeySigner> for L1Signer {
    fn from(signer: PrivateKeySigner) -> Self {
        Self::Local(signer)
    }
}

impl L1Signer {
    /// The account.
    pub const fn address(&self) -> Address {
        match self {
            Self::Local(signer) => signer.address(),
            Self::Remote(signer) => signer.address,
        }
    }

    /// Signs a transaction.
    pub(crate) async fn sign(&self, tx: UnsignedTransaction) -> Result<L1Transaction, SignerError> {
        match self {
            Self::Local(signer) => {
                let signature = signer.sign_hash_sync(&tx.signature_hash());
                Ok(tx.into_envelope(signature.map_err(|error| SignerError::Local(error.to_string()))?))
            }
            Self::Remote(signer) => signer.sign(&tx).await,
        }
    }
}

/// A signer behind JSON-RPC. It gets the transaction's fields and gives the whole signed transaction, which is believed only
/// if it is the one that was asked for, signed by the account.
#[derive(Debug, Clone)]
pub struct RemoteSigner {
    rpc: Rpc,
    address: Address,
}

impl RemoteSigner {
    /// A signer at `url` for `address`; asks it once whether it has the account, where it says so at all.
    ///
    /// # Errors
    /// When `url` is no HTTP URL, the signer does not answer, or lists its accounts without this one.
    pub async fn connect(url: &str, address: Address, config: L1ClientConfig) -> Result<Self, SignerError> {
        let rpc = Rpc::new(url, config)?;
        match rpc.call::<Vec<Address>>("eth_accounts", json!([])).await {
            Ok(held) if held.contains(&address) => {}
            Ok(held) => return Err(SignerError::NoAccount { url: url.to_owned(), address, held }),
            // clef has no such method.
            Err(L1Error::Refused { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(Self { rpc, address })
    }

    async fn sign(&self, tx: &UnsignedTransaction) -> Result<L1Transaction, SignerError> {
        let wrong = |what: String| SignerError::Wrong { url: self.rpc.url(), what };
        let answer: Value = self.rpc.call("eth_signTransaction", json!([self.fields(tx)])).await?;
        // web3signer gives the bytes; clef gives them as `raw` beside the fields.
        let raw = answer.get("raw").unwrap_or(&answer);
        let raw: Bytes = serde_json::from_value(raw.clone()).map_err(|_| wrong("no signed transaction".to_owned()))?;
        let signed = L1Transaction::decode_2718_exact(&raw)
            .map_err(|error| wrong(format!("a transaction that does not read ({error})")))?;
        if signed.signature_hash() != tx.signature_hash() {
            return Err(wrong("another transaction than it was asked to sign".to_owned()));
        }
        match signed.recover_signer() {
            Ok(signer) if signer == self.address => Ok(signed),
            Ok(signer) => Err(wrong(format!("a signature of {signer} instead of {}", self.address))),
            Err(_) => Err(wrong("a signature of nobody".to_owned())),
        }
    }

    fn fields(&self, tx: &UnsignedTransaction) -> Value {
        let mut fields = json!({
            "from": self.address,
            "gas": U64::from(tx.gas_limit()),
            "maxFeePerGas": U256::from(tx.max_fee_per_gas()),
            "maxPriorityFeePerGas": U256::from(tx.max_priority_fee_per_gas().unwrap_or(0)),
            "value": tx.value(),
            "nonce": U64::from(tx.nonce()),
            // Two names for one thing: each signer reads its own, and takes both if they agree.
            "data": tx.input(),
            "input": tx.input(),
            "chainId": tx.chain_id().map(U64::from),
            "accessList": [],
        });
        if let TxKind::Call(to) = tx.kind() {
            fields["to"] = json!(to);
        }
        if let Some(hashes) = tx.blob_versioned_hashes() {
            fields["blobVersionedHashes"] = json!(hashes);
            fields["maxFeePerBlobGas"] = json!(tx.max_fee_per_blob_gas().map(U256::from));
        }
        fields
    }
}

#[cfg(test)]
mod tests;
