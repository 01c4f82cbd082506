//! Fetches L1 and feeds it to the safe chain.

use crate::{DriverError, L1Window};
use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, Bytes};
use futures::{StreamExt, TryStreamExt, stream};
use praxis_chain::{Derived, ImportedBlock, SafeChain};
use praxis_derive::{Checkpoint, WantedBlobs, logs::LogSources};
use praxis_l1::{BlobBlock, BlobSource, BlockTag, Claim, L1Client, L1Error};
use praxis_primitives::{L1BlockInfo, L2BlockInfo};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// L1 blocks between two looks for blobs that the archive need not keep.
const FORGET_EVERY: u64 = 32;

/// How the driver fetches.
#[derive(Debug, Clone, Copy)]
pub struct DriverConfig {
    /// How often L1 is asked for a new head.
    pub poll: Duration,
    /// How many L1 blocks are fetched at once.
    pub prefetch: usize,
    /// How many L1 blocks are worked through before other tasks get their turn.
    pub batch: u64,
    /// The factory whose claims are read along; `None` for roles that do not judge.
    pub claims_of: Option<Address>,
}

impl Default for DriverConfig {
    fn default() -> Self {
        Self { poll: Duration::from_millis(200), prefetch: 8, batch: 64, claims_of: None }
    }
}

/// What this process has executed of the chain. Blocks that were there already do not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Blocks.
    pub blocks: u64,
    /// Their transactions, deposits included.
    pub transactions: u64,
    /// The gas that these used.
    pub gas: u64,
}

impl Replayed {
    fn add(&mut self, imported: &ImportedBlock) {
        self.blocks += 1;
        self.transactions += imported.receipts.len() as u64;
        self.gas = self.gas.saturating_add(imported.block.gas_used);
    }
}

/// Where derivation stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SyncStatus {
    /// Newest L1 block.
    pub l1_head: BlockNumHash,
    /// L1's finalized block.
    pub l1_finalized: BlockNumHash,
    /// The last L1 block that is derived to its end.
    pub l1_current: BlockNumHash,
    /// The safe L2 block.
    pub safe: BlockNumHash,
    /// Everything on L1 was derived at least once.
    pub synced: bool,
    /// What was executed on the way.
    pub replayed: Replayed,
}

/// What one round of the driver did.
#[derive(Debug, Default)]
pub struct Advance {
    /// L1 blocks that were derived to their end, with the claims in them.
    pub consumed: Vec<(Checkpoint, Vec<Claim>)>,
    /// New safe blocks, each with the L1 block whose data completed it.
    pub blocks: Vec<(L2BlockInfo, BlockNumHash)>,
    /// L1 reorganised: everything from above this L1 block and this safe head is void.
    pub rewound_to: Option<Checkpoint>,
    /// There is nothing more on L1.
    pub idle: bool,
}

impl Advance {
    /// Whether something happened that somebody has to hear of.
    const fn has_news(&self) -> bool {
        !self.consumed.is_empty() || !self.blocks.is_empty() || self.rewound_to.is_some()
    }
}

/// One role's way along L1.
pub struct L1Driver {
    client: L1Client,
    safe: SafeChain,
    window: Arc<L1Window>,
    config: DriverConfig,
    blobs: BlobSource,
    /// Whose blobs were wanted last: those are fetched ahead.
    batcher: Option<Address>,
    /// The L1 block that was pushed last, with the blobs that came ahead and its claims, until it is derived to its end.
    current: Option<Current>,
    reads: Reads,
    /// The L1 block up to which the archive was looked through last.
    forgot: u64,
    status: watch::Sender<SyncStatus>,
}

/// What is read of each L1 block.
#[derive(Debug, Clone, Copy)]
struct Reads {
    batch_inbox: Address,
    sources: LogSources,
    claims_of: Option<Address>,
}

struct Fetched {
    info: Arc<L1BlockInfo>,
    claims: Vec<Claim>,
    ahead: Option<Blobs>,
}

/// Blobs and what they were fetched for.
struct Blobs {
    wanted: Vec<WantedBlobs>,
    blobs: Vec<Bytes>,
}

/// An L1 block under derivation.
struct Current {
    block: BlobBlock,
    claims: Vec<Claim>,
    ahead: Option<Blobs>,
}

/// What fetching one L1 block takes.
#[derive(Clone)]
struct Fetcher {
    client: L1Client,
    blobs: BlobSource,
    reads: Reads,
    batcher: Option<Address>,
}

impl L1Driver {
    /// A driver of `safe` over `client`. Makes sure that this is the right L1.
    ///
    /// # Errors
    /// When L1 can't be read, or is another chain than the rollup's.
    pub async fn new(
        client: L1Client,
        safe: SafeChain,
        window: Arc<L1Window>,
        config: DriverConfig,
    ) -> Result<Self, DriverError> {
        let rollup = safe.chain().rollup().cloned().ok_or(praxis_chain::SafeChainError::NotARollup)?;
        client.check_chain(rollup.l1_chain_id).await?;
        let status = SyncStatus { safe: safe.safe().id(), l1_current: safe.consumed().l1, ..Default::default() };
        let (batch_inbox, claims_of) = (rollup.batch_inbox, config.claims_of);
        let reads = Reads { batch_inbox, sources: LogSources::of(&rollup), claims_of };
        let (blobs, status) = (BlobSource::new(), watch::Sender::new(status));
        Ok(Self { client, safe, window, config, blobs, batcher: None, current: None, reads, forgot: 0, status })
    }

    /// Takes blobs from `blobs`. Without a source, derivation stops at the first batch that is in blobs.
    #[must_use]
    pub fn with_blobs(mut self, blobs: BlobSource) -> Self {
        self.blobs = blobs;
        self
    }

    fn fetcher(&self) -> Fetcher {
        Fetcher { client: self.client.clone(), blobs: self.blobs.clone(), reads: self.reads, batcher: self.batcher }
    }

    /// Follows where derivation stands.
    pub fn status(&self) -> watch::Receiver<SyncStatus> {
        self.status.subscribe()
    }

    /// The safe chain.
    pub const fn safe(&self) -> &SafeChain {
        &self.safe
    }

    /// The claims in the L1 blocks that were derived before this process began: those of the last `lookback_s` seconds of L1, or
    /// all of them.
    ///
    /// # Errors
    /// When L1 can't be read.
    pub async fn past_claims(&self, lookback_s: Option<u64>) -> Result<Vec<Claim>, DriverError> {
        let (Some(rollup), Some(factory)) = (self.safe.chain().rollup(), self.config.claims_of) else {
            return Ok(vec![]);
        };
        let (mut first, last) = (rollup.genesis.l1.number + 1, self.safe.consumed().l1.number);
        if let Some(lookback_s) = lookback_s {
            let (_, head) = self.client.head(BlockTag::Latest).await?.unwrap_or_default();
            first = self.client.first_block_since(head.timestamp.saturating_sub(lookback_s), (first, last)).await?;
        }
        tracing::info!(first, last, "reading the claims in L1 blocks that were derived before");
        let blocks: Vec<Vec<Claim>> = stream::iter(first..=last)
            .map(|number| self.client.claims_at(number, factory))
            .buffered(self.config.prefetch)
            .try_collect()
            .await?;
        Ok(blocks.concat())
    }

    /// How long to wait when idle.
    pub const fn poll(&self) -> Duration {
        self.config.poll
    }

    /// Works through what is new on L1, a bounded number of blocks.
    ///
    /// # Errors
    /// When L1 can't be read or the chain fails. After a temporary error, call again.
    pub async fn advance(&mut self) -> Result<Advance, DriverError> {
        let mut advance = Advance::default();
        match self.work(&mut advance).await {
            Ok(()) => Ok(advance),
            // What was done is told now; the error comes again at the next call if it lasts.
            Err(error) if error.is_temporary() && advance.has_news() => {
                tracing::debug!(%error, "stopped on the way");
                Ok(Advance { idle: false, ..advance })
            }
            Err(error) => Err(error),
        }
    }

    async fn work(&mut self, advance: &mut Advance) -> Result<(), DriverError> {
        let (head, _) = self.head(BlockTag::Latest).await?;
        self.status.send_if_modified(|status| std::mem::replace(&mut status.l1_head, head) != head);
        if self.known_to_be_gone(head).await? {
            self.rewind(advance)?;
        }
        // An error may have left an L1 block half derived.
        self.derive_current(advance).await?;
        let first = self.safe.next_l1();
        let last = head.number.min(first.saturating_add(self.config.batch - 1));
        advance.idle = last == head.number;
        let fetcher = self.fetcher();
        let mut blocks = stream::iter(first..=last)
            // Tasks of their own: they go on while this one executes.
            .map(|number| tokio::spawn(fetcher.clone().fetch(number)))
            .buffered(self.config.prefetch)
            .boxed();
        while let Some(fetched) = blocks.next().await {
            let fetched = match fetched.map_err(tokio::task::JoinError::try_into_panic) {
                Ok(fetched) => fetched?,
                Err(Ok(panic)) => std::panic::resume_unwind(panic),
                // The runtime ends.
                Err(Err(_)) => break,
            };
            // Between asking for the head and for the block, L1 can have become shorter.
            let Some(fetched) = fetched else { break };
            match self.derive(fetched, advance).await {
                Err(error) if error.is_reset() => {
                    tracing::info!(%error, "L1 reorganised");
                    self.rewind(advance)?;
                    advance.idle = false;
                    break;
                }
                other => other?,
            }
        }
        drop(blocks);
        self.update_finality(head).await?;
        self.report(head, advance.idle);
        Ok(())
    }

    async fn head(&self, tag: BlockTag) -> Result<(BlockNumHash, bool), DriverError> {
        Ok(self.client.head(tag).await?.map_or((BlockNumHash::default(), false), |(id, _)| (id, true)))
    }

    /// Whether L1 has another block where this driver stands, seen before a longer chain shows it.
    async fn known_to_be_gone(&self, head: BlockNumHash) -> Result<bool, DriverError> {
        let Some(last) = self.safe.next_l1().checked_sub(1).filter(|last| *last <= head.number) else {
            // L1 is shorter than what was derived: only a reorg does that.
            return Ok(self.window.block(head.number).is_some_and(|known| known.hash != head.hash));
        };
        let Some(known) = self.window.block(last) else { return Ok(false) };
        if last == head.number {
            return Ok(known.hash != head.hash);
        }
        // A block that waits for its blobs is not followed by one that would show that it is gone, and its blobs are gone too.
        if self.current.is_some() {
            return Ok(self.client.block_id(last).await?.is_some_and(|id| id.hash != known.hash));
        }
        Ok(false)
    }

    async fn derive(&mut self, fetched: Fetched, advance: &mut Advance) -> Result<(), DriverError> {
        let Fetched { info, claims, ahead } = fetched;
        self.window.insert(info.clone());
        let block = BlobBlock { number: info.number, hash: info.hash, timestamp: info.timestamp };
        self.safe.push_l1(info)?;
        self.current = Some(Current { block, claims, ahead });
        self.derive_current(advance).await
    }

    /// Derives the L1 block that was pushed last to its end.
    async fn derive_current(&mut self, advance: &mut Advance) -> Result<(), DriverError> {
        let Some(mut current) = self.current.take() else { return Ok(()) };
        let done = self.derive_block(&mut current, advance).await;
        if done.is_err() {
            self.current = Some(current);
        }
        done
    }

    fn derive_until(
        &mut self,
        claims: &mut Vec<Claim>,
        advance: &mut Advance,
    ) -> Result<Option<Vec<WantedBlobs>>, DriverError> {
        tokio::task::block_in_place(|| derive_until(&mut self.safe, &self.status, claims, advance))
    }

    async fn derive_block(&mut self, current: &mut Current, advance: &mut Advance) -> Result<(), DriverError> {
        let claims = &mut current.claims;
        while let Some(wanted) = self.derive_until(claims, advance)? {
            self.batcher = wanted.first().map(|tx| tx.from);
            let blobs = match current.ahead.take() {
                Some(ahead) if ahead.wanted == wanted => ahead.blobs,
                _ => self.blobs.fetch(current.block, &wanted).await?,
            };
            tokio::task::block_in_place(|| self.blobs.keep(current.block.number, &wanted, &blobs));
            self.safe.push_blobs(blobs)?;
        }
        Ok(())
    }

    fn rewind(&mut self, advance: &mut Advance) -> Result<(), DriverError> {
        let (client, safe) = (self.client.clone(), &mut self.safe);
        let handle = tokio::runtime::Handle::current();
        let checkpoint = tokio::task::block_in_place(|| {
            safe.rewind(|known| -> Result<bool, DriverError> {
                let canonical = handle.block_on(client.block_id(known.number))?;
                Ok(canonical == Some(known))
            })
        })?;
        self.current = None;
        tracing::info!(l1 = checkpoint.l1.number, safe = checkpoint.safe.number, "went back to where L1 still agrees");
        // What this round consumed before it noticed may be gone too.
        advance.consumed.retain(|(consumed, _)| consumed.l1.number <= checkpoint.l1.number);
        advance.blocks.retain(|(block, _)| block.number <= checkpoint.safe.number);
        advance.rewound_to = Some(checkpoint);
        Ok(())
    }

    async fn update_finality(&mut self, head: BlockNumHash) -> Result<(), DriverError> {
        let (finalized, known) = self.head(BlockTag::Finalized).await?;
        if known && finalized.number <= head.number {
            self.safe.finalize(finalized.number)?;
            let old = finalized.number.min(self.safe.consumed().l1.number);
            if old >= self.forgot.saturating_add(FORGET_EVERY) {
                self.forgot = old;
                tokio::task::block_in_place(|| self.blobs.forget(old));
            }
            self.status.send_if_modified(|s| std::mem::replace(&mut s.l1_finalized, finalized) != finalized);
        }
        Ok(())
    }

    fn report(&self, head: BlockNumHash, idle: bool) {
        let (current, safe) = (self.safe.consumed().l1, self.safe.safe().id());
        metrics::gauge!("praxis_l1_head").set(head.number as f64);
        metrics::gauge!("praxis_l1_derived").set(current.number as f64);
        self.status.send_if_modified(|status| {
            let next = SyncStatus {
                l1_head: head,
                l1_current: current,
                safe,
                synced: status.synced || idle,
                l1_finalized: status.l1_finalized,
                replayed: status.replayed,
            };
            std::mem::replace(status, next) != next
        });
    }

    /// Follows L1 until the process ends, retrying with growing pauses while L1 is away.
    ///
    /// # Errors
    /// When the chain fails: going on could derive something wrong.
    pub async fn run(mut self, mut observe: impl FnMut(&SafeChain, Advance)) -> Result<(), DriverError> {
        let mut pause = self.config.poll;
        loop {
            match self.advance().await {
                Ok(advance) => {
                    pause = self.config.poll;
                    let idle = advance.idle;
                    observe(&self.safe, advance);
                    if idle {
                        tokio::time::sleep(self.config.poll).await;
                    }
                }
                Err(error) if error.is_temporary() => {
                    tracing::warn!(%error, retry_ms = pause.as_millis() as u64, "L1 can't be followed; trying again");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(10));
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Steps until an L1 block is wanted, or these blobs.
fn derive_until(
    safe: &mut SafeChain,
    status: &watch::Sender<SyncStatus>,
    claims: &mut Vec<Claim>,
    advance: &mut Advance,
) -> Result<Option<Vec<WantedBlobs>>, DriverError> {
    loop {
        match safe.step()? {
            Derived::NeedL1(_) => return Ok(None),
            Derived::NeedBlobs(wanted) => return Ok(Some(wanted)),
            Derived::Consumed(checkpoint) => {
                status.send_modify(|s| (s.l1_current, s.safe) = (checkpoint.l1, checkpoint.safe.id()));
                advance.consumed.push((checkpoint, std::mem::take(claims)));
            }
            Derived::Block { info, l1, forced, executed } => {
                if let Some(imported) = executed {
                    status.send_modify(|status| status.replayed.add(&imported));
                }
                if forced {
                    tracing::warn!(number = info.number, l1 = l1.number, "no batch covers this block");
                }
                advance.blocks.push((info, l1));
            }
        }
    }
}

impl Fetcher {
    async fn fetch(self, number: u64) -> Result<Option<Fetched>, DriverError> {
        self.read(number).await.map_err(|error| DriverError::Block { number, error })
    }

    async fn read(&self, number: u64) -> Result<Option<Fetched>, L1Error> {
        let Some(id) = self.client.block_id(number).await? else { return Ok(None) };
        let block = self.client.block(id.hash).await?;
        let logs = self.client.read_logs(&block, self.reads.sources).await?;
        let claims = match self.reads.claims_of {
            Some(factory) => self.client.claims_of(&block, factory).await?,
            None => vec![],
        };
        let info = Arc::new(block.info(self.reads.batch_inbox, logs));
        let ahead = self.fetch_ahead(&info).await;
        Ok(Some(Fetched { info, claims, ahead }))
    }

    /// The blobs that derivation will probably want. Where they can't be had, it finds out itself.
    async fn fetch_ahead(&self, info: &L1BlockInfo) -> Option<Blobs> {
        let batcher = self.batcher?;
        let with_blobs = info.batcher_transactions.iter().filter(|tx| tx.from == batcher && !tx.blobs.is_empty());
        let wanted: Vec<_> = with_blobs
            .map(|tx| WantedBlobs { transaction: tx.hash, from: tx.from, hashes: tx.blobs.clone() })
            .collect();
        if wanted.is_empty() {
            return None;
        }
        let block = BlobBlock { number: info.number, hash: info.hash, timestamp: info.timestamp };
        let blobs = self.blobs.fetch(block, &wanted).await.ok()?;
        Some(Blobs { wanted, blobs })
    }
}
