//! Where two executions of one block part: the transaction, the account, and a witness to take away.

use crate::{Chain, ChainError, ExecutionWitness};
use alloy_primitives::{Address, B256, U256};
use alloy_rlp::Encodable;
use praxis_evm::{BlockContext, BlockExecutor, ExecuteError, ModelAccess, TxNotes};
use praxis_primitives::{Account, RecoveredBlock};
use praxis_storage::StateView;
use serde_json::json;
use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

/// What a transaction changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TxChanges {
    /// Its place in the block.
    pub index: usize,
    /// Its hash.
    pub hash: B256,
    /// The accounts that it touched, as it left them.
    pub accounts: TxNotes,
}

/// An account, and the root of its storage, as somebody has it after the block; `None` where there is none.
pub type Found = Option<(Account, B256)>;

/// The first account that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstDifference {
    /// The account.
    pub address: Address,
    /// The first transaction that touches it; `None` where only the block's own system calls do.
    pub transaction: Option<(usize, B256)>,
    /// What this node has.
    pub ours: String,
    /// What the other one has.
    pub theirs: String,
}

impl fmt::Display for FirstDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "account {} is the first that differs: {} here, {} there", self.address, self.ours, self.theirs)?;
        match self.transaction {
            Some((index, hash)) => write!(f, "; transaction {index}, {hash}, is the first that touches it"),
            None => write!(f, "; no transaction of the block touches it"),
        }
    }
}

/// The accounts that differ, by the first transaction that touches them; of those the first by address.
pub fn first_difference(
    changes: &[TxChanges],
    ours: &BTreeMap<Address, Found>,
    theirs: &BTreeMap<Address, Found>,
) -> Option<FirstDifference> {
    let nobody = None;
    let of = |side: &BTreeMap<Address, Found>, address: &Address| *side.get(address).unwrap_or(&nobody);
    let differing = ours.keys().chain(theirs.keys()).filter(|address| of(ours, address) != of(theirs, address));
    let first = differing.min_by_key(|address| {
        let touched = changes.iter().position(|change| change.accounts.contains_key(*address));
        (touched.unwrap_or(usize::MAX), **address)
    })?;
    let by = changes.iter().find(|change| change.accounts.contains_key(first));
    Some(FirstDifference {
        address: *first,
        transaction: by.map(|change| (change.index, change.hash)),
        ours: describe(of(ours, first)),
        theirs: describe(of(theirs, first)),
    })
}

fn describe(found: Found) -> String {
    match found {
        None => "nothing".into(),
        Some((account, root)) => format!(
            "nonce {}, balance {}, code hash {}, storage root {root}",
            account.nonce, account.balance, account.code_hash
        ),
    }
}

/// A block that did not come out as it should, and what there is to say about it.
#[derive(Debug)]
pub struct Divergence {
    /// Number of the block.
    pub number: u64,
    /// Why its check failed; `None` when it did not fail this time.
    pub reason: Option<String>,
    /// Where the two executions part.
    pub first: Option<FirstDifference>,
    /// The file with block and witness.
    pub witness: PathBuf,
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "block {}", self.number)?;
        if let Some(reason) = &self.reason {
            write!(f, ": {reason}")?;
        }
        if let Some(first) = &self.first {
            write!(f, "; {first}")?;
        }
        write!(f, "; block and witness are in {}", self.witness.display())
    }
}

impl Chain {
    /// What each transaction of block `number` changed, and the accounts after it: what is compared with another node.
    ///
    /// # Errors
    /// When there is no such block, states around it have been pruned, or the node has a fault.
    pub fn changes_of(&self, number: u64) -> Result<(Vec<TxChanges>, BTreeMap<Address, Found>), ChainError> {
        let before = number.checked_sub(1).ok_or(ChainError::UnknownBlock(0))?;
        let block = self.db.block(number)?.ok_or(ChainError::UnknownBlock(number))?;
        let state = self.db.state_at(before)?;
        let changes = self.changes(&block, &state, self.models(&state))?;
        let after = self.db.state_at(number)?;
        let keys = self.execution_witness(number)?.keys;
        let addresses = keys.iter().filter_map(|key| Address::try_from(&key[..]).ok());
        let found = addresses.map(|address| Ok((address, praxis_trie::account_at(&after, address)?)));
        Ok((changes, found.collect::<Result<_, ChainError>>()?))
    }

    /// Executes again a block that this node built and that its own check refused: once with results of inferences that
    /// were kept, as it was built, and once without. Writes block and witness to a file in `folder`.
    ///
    /// # Errors
    /// When the state before the block is not there, the node has a fault, or the file can't be written.
    pub fn diagnose(&self, block: &RecoveredBlock, folder: &Path) -> Result<Divergence, ChainError> {
        let number = block.number;
        let before = number.checked_sub(1).ok_or(ChainError::UnknownBlock(0))?;
        let state = self.db.state_at(before)?;
        let (witness, ended) = self.witness_of(block, &state)?;
        let checked = self.changes(block, &state, self.models(&state))?;
        let built = self.changes(block, &state, self.models_with_results(&state))?;
        let parted = built.iter().zip(&checked).find_map(|(built, checked)| parted(built, checked));
        let witness = self.write_divergence(folder, block, &witness)?;
        Ok(Divergence { number, reason: ended.err().map(|error| error.to_string()), first: parted, witness })
    }

    /// Writes block and witness to `praxis-divergence-NUMBER.json` in `folder`.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn write_divergence(
        &self,
        folder: &Path,
        block: &RecoveredBlock,
        witness: &ExecutionWitness,
    ) -> Result<PathBuf, ChainError> {
        let mut rlp = Vec::new();
        block.clone_block().encode(&mut rlp);
        let path = folder.join(format!("praxis-divergence-{}.json", block.number));
        let document = json!({
            "chainId": self.spec.chain_id,
            "number": block.number,
            "hash": block.hash(),
            "block": alloy_primitives::Bytes::from(rlp),
            "witness": witness,
        });
        std::fs::write(&path, document.to_string())
            .map_err(|error| ChainError::WitnessFile { path: path.clone(), reason: error.to_string() })?;
        Ok(path)
    }

    fn changes(
        &self,
        block: &RecoveredBlock,
        state: &StateView,
        models: ModelAccess,
    ) -> Result<Vec<TxChanges>, ChainError> {
        let number = block.number;
        let mut executor =
            BlockExecutor::new(&self.spec, BlockContext::at_header(&self.spec, block.header()), state, models);
        executor.apply_pre_block().map_err(|fault| ChainError::fault(number, fault))?;
        executor.note_changes();
        let mut hashes = Vec::new();
        for tx in block.clone_transactions_recovered() {
            match executor.execute(&tx) {
                Ok(_) => hashes.push(tx.hash()),
                Err(ExecuteError::Fault(fault)) => return Err(ChainError::fault(number, fault)),
                // From here on there is nothing to compare.
                Err(ExecuteError::Invalid(_)) => break,
            }
        }
        let notes = hashes.into_iter().zip(executor.take_notes()).enumerate();
        Ok(notes.map(|(index, (hash, accounts))| TxChanges { index, hash, accounts }).collect())
    }
}

/// The first account that two runs of one transaction leave differently.
fn parted(built: &TxChanges, checked: &TxChanges) -> Option<FirstDifference> {
    let both = built.accounts.keys().chain(checked.accounts.keys());
    let differing = both.filter(|address| built.accounts.get(*address) != checked.accounts.get(*address));
    let address = *differing.min()?;
    let say = |changes: &TxChanges| match changes.accounts.get(&address) {
        None => "untouched".to_owned(),
        Some(note) => {
            let slots: BTreeMap<U256, U256> = note.storage.clone();
            format!("{:?} with changed slots {slots:?}", note.account)
        }
    };
    let transaction = Some((checked.index, checked.hash));
    Some(FirstDifference { address, transaction, ours: say(checked), theirs: say(built) })
}
