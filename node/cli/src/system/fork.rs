//! The state of another chain at one block, read over its JSON-RPC when it is first needed, and kept.

use crate::failure::Failure;
use alloy_eips::BlockId;
use alloy_network::Ethereum;
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_provider::{DynProvider, Provider, ProviderBuilder};
use parking_lot::Mutex;
use praxis_primitives::{Account, Fault, ForkSource, StateReader};
use praxis_storage::Origin;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, mpsc},
    time::Duration,
};
use url::Url;

/// How often a question is repeated before the node gives up, and how long the pauses are: 0.2, 0.4, … seconds.
const TRIES: u32 = 6;
const PAUSE: Duration = Duration::from_millis(200);
/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(20);
/// Entries of each cache, after which it is emptied.
const MAX_CACHED: usize = 1_000_000;

/// What is asked of the other chain.
enum Question {
    Account(Address),
    Storage(Address, U256),
}

enum Answer {
    /// None where there is no such account.
    Account(Option<(Account, Bytes)>),
    Word(U256),
}

type Reply = mpsc::SyncSender<Result<Answer, String>>;

/// The other chain's state. Its questions go out from a thread of their own, because state is read by code that does not wait.
pub(crate) struct Fork {
    source: ForkSource,
    /// Accounts of this chain's genesis: nothing of theirs comes from elsewhere.
    own: BTreeSet<Address>,
    questions: mpsc::Sender<(Question, Reply)>,
    accounts: Mutex<BTreeMap<Address, Option<Account>>>,
    words: Mutex<BTreeMap<(Address, U256), U256>>,
    codes: Mutex<BTreeMap<B256, Bytes>>,
}

impl Fork {
    /// The block to begin with: that number, or the newest one.
    pub(crate) async fn choose(url: &Url, number: Option<u64>) -> Result<ForkSource, Failure> {
        let unreachable = |error: &dyn std::fmt::Display| {
            Failure::failed(format!("the chain to fork at {url} does not answer as an EVM chain: {error} (--fork-url)"))
        };
        let provider = connect(url);
        let asked = async {
            let chain_id = provider.get_chain_id().await?;
            let block = provider.get_block(number.map_or(BlockId::latest(), BlockId::number)).await?;
            Ok::<_, alloy_transport::TransportError>((chain_id, block))
        };
        let (chain_id, block) = tokio::time::timeout(ANSWER, asked)
            .await
            .map_err(|_| unreachable(&format!("no answer within {} s", ANSWER.as_secs())))?
            .map_err(|error| unreachable(&error))?;
        let Some(block) = block else {
            let number = number.unwrap_or_default();
            return Err(Failure::failed(format!("chain {chain_id} at {url} has no block {number} (--fork-block)")));
        };
        Ok(ForkSource { url: url.to_string(), chain_id, block: block.header.number, hash: block.header.hash })
    }

    /// Its state for a chain with these accounts in its genesis.
    pub(crate) fn of(source: &ForkSource, own: impl Iterator<Item = Address>) -> Result<Origin, Failure> {
        let url: Url = source.url.parse()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (questions, asked) = mpsc::channel::<(Question, Reply)>();
        let block = BlockId::number(source.block);
        std::thread::Builder::new().name("fork".into()).spawn(move || {
            let provider = connect(&url);
            for (question, reply) in asked {
                // Whoever asked may have gone.
                let _ = reply.send(runtime.block_on(answer(&provider, block, &question)));
            }
        })?;
        Ok(Origin(Arc::new(Self {
            source: source.clone(),
            own: own.collect(),
            questions,
            accounts: Mutex::default(),
            words: Mutex::default(),
            codes: Mutex::default(),
        })))
    }

    fn ask(&self, question: Question) -> Result<Answer, Fault> {
        let gone = || Fault::new("the reader of the forked chain has stopped");
        let (reply, answer) = mpsc::sync_channel(1);
        self.questions.send((question, reply)).map_err(|_| gone())?;
        answer.recv().map_err(|_| gone())?.map_err(|reason| {
            Fault::new(format!(
                "the state of chain {} after block {} can't be read from {}: {reason}",
                self.source.chain_id, self.source.block, self.source.url
            ))
        })
    }
}

fn connect(url: &Url) -> DynProvider<Ethereum> {
    DynProvider::new(ProviderBuilder::new().connect_http(url.clone()))
}

async fn answer(provider: &DynProvider<Ethereum>, block: BlockId, question: &Question) -> Result<Answer, String> {
    let mut reason = String::new();
    for tried in 0..TRIES {
        if tried > 0 {
            tokio::time::sleep(PAUSE * 2u32.pow(tried - 1)).await;
        }
        match tokio::time::timeout(ANSWER, once(provider, block, question)).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => reason = error.to_string(),
            Err(_) => reason = format!("no answer within {} s", ANSWER.as_secs()),
        }
    }
    Err(reason)
}

async fn once(
    provider: &DynProvider<Ethereum>,
    block: BlockId,
    question: &Question,
) -> Result<Answer, alloy_transport::TransportError> {
    match *question {
        Question::Storage(address, slot) => {
            Ok(Answer::Word(provider.get_storage_at(address, slot).block_id(block).await?))
        }
        Question::Account(address) => {
            let balance = async { provider.get_balance(address).block_id(block).await };
            let nonce = async { provider.get_transaction_count(address).block_id(block).await };
            let code = async { provider.get_code_at(address).block_id(block).await };
            let (balance, nonce, code) = futures::try_join!(balance, nonce, code)?;
            if balance.is_zero() && nonce == 0 && code.is_empty() {
                return Ok(Answer::Account(None));
            }
            let account = Account { nonce, balance, code_hash: keccak256(&code) };
            Ok(Answer::Account(Some((account, code))))
        }
    }
}

/// Remembers an entry, within a bound.
fn keep<K: Ord, V>(cache: &Mutex<BTreeMap<K, V>>, key: K, value: V) {
    let mut cache = cache.lock();
    if cache.len() >= MAX_CACHED {
        cache.clear();
    }
    cache.insert(key, value);
}

impl StateReader for Fork {
    fn account(&self, address: Address) -> Result<Option<Account>, Fault> {
        if self.own.contains(&address) {
            return Ok(None);
        }
        if let Some(known) = self.accounts.lock().get(&address) {
            return Ok(*known);
        }
        let account = match self.ask(Question::Account(address))? {
            Answer::Account(Some((account, code))) => {
                // Never forgotten: an account that this chain has changed names its code by hash alone.
                self.codes.lock().insert(account.code_hash, code);
                Some(account)
            }
            Answer::Account(None) | Answer::Word(_) => None,
        };
        keep(&self.accounts, address, account);
        Ok(account)
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, Fault> {
        if self.own.contains(&address) {
            return Ok(U256::ZERO);
        }
        if let Some(known) = self.words.lock().get(&(address, slot)) {
            return Ok(*known);
        }
        let value = match self.ask(Question::Storage(address, slot))? {
            Answer::Word(value) => value,
            Answer::Account(_) => U256::ZERO,
        };
        keep(&self.words, (address, slot), value);
        Ok(value)
    }

    fn code(&self, code_hash: B256) -> Result<Bytes, Fault> {
        let known = self.codes.lock().get(&code_hash).cloned();
        known.ok_or_else(|| Fault::new(format!("code {code_hash} of the forked chain was not read before")))
    }

    fn block_hash(&self, _: u64) -> Result<B256, Fault> {
        Ok(B256::ZERO)
    }
}
