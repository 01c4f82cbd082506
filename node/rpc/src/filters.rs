//! Filters that clients poll. What happened to the chain and the pool is kept in two bounded journals; a filter is a
//! place in one of them. Blocks are journalled by hash alone, except those that a reorg took back: their logs exist
//! nowhere else.

use crate::{Context, Failure, eth::LogQuery};
use alloy_primitives::{B256, U64};
use parking_lot::Mutex;
use praxis_chain::{ChainEvent, ImportedBlock};
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::broadcast::error::RecvError;

/// Entries that a journal holds. At four blocks a second, half an hour.
const JOURNAL: usize = 8192;
/// Changes that one poll gives.
const MAX_CHANGES: usize = 4096;
/// Removed blocks whose logs are kept.
const MAX_REMOVED: usize = 256;

/// What a filter watches.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// Hashes of new blocks.
    Blocks,
    /// Logs, new ones and those taken back.
    Logs(Box<LogQuery>),
    /// Transactions that the pool took.
    Pending {
        /// Whole, or their hashes.
        full: bool,
    },
}

/// What happened since the last poll.
pub(crate) enum Change {
    /// A new block.
    Block(B256),
    /// A transaction that the pool took.
    Pending {
        /// Its hash.
        hash: B256,
        /// Whether it is to be given whole.
        full: bool,
    },
    /// A new block for a log filter.
    Added {
        /// What is wanted of it.
        query: Arc<LogQuery>,
        /// Hash of the block.
        hash: B256,
    },
    /// A block taken back, for a log filter.
    Removed {
        /// What is wanted of it.
        query: Arc<LogQuery>,
        /// The block.
        imported: Arc<ImportedBlock>,
    },
}

#[derive(Clone)]
enum Entry {
    Added { number: u64, hash: B256 },
    Removed(Arc<ImportedBlock>),
}

/// A bounded list in which positions never change.
struct Journal<T> {
    entries: VecDeque<T>,
    /// Position of the first entry.
    start: u64,
}

impl<T> Default for Journal<T> {
    fn default() -> Self {
        Self { entries: VecDeque::new(), start: 0 }
    }
}

impl<T> Journal<T> {
    /// Adds an entry; gives the oldest one if it had to go.
    fn push(&mut self, entry: T) -> Option<T> {
        let full = self.entries.len() == JOURNAL;
        let dropped = if full { self.entries.pop_front() } else { None };
        self.start += u64::from(full);
        self.entries.push_back(entry);
        dropped
    }

    fn end(&self) -> u64 {
        self.start + self.entries.len() as u64
    }

    /// What stands at `from` and after it; `None` when that has been dropped.
    fn since(&self, from: u64) -> Option<impl Iterator<Item = &T>> {
        let skip = usize::try_from(from.checked_sub(self.start)?).ok()?;
        Some(self.entries.iter().skip(skip))
    }
}

struct Installed {
    kind: InstalledKind,
    next: u64,
    used: Instant,
}

#[derive(Clone)]
enum InstalledKind {
    Blocks,
    Logs(Arc<LogQuery>),
    Pending { full: bool },
}

#[derive(Default)]
struct Inner {
    installed: HashMap<u64, Installed>,
    blocks: Journal<Entry>,
    pending: Journal<B256>,
    removed: usize,
}

impl Inner {
    fn push_block(&mut self, entry: Entry) {
        if let Some(Entry::Removed(_)) = self.blocks.push(entry) {
            self.removed -= 1;
        }
    }

    /// Makes all filters begin anew: what they missed can't be told.
    fn forget(&mut self) {
        self.installed.clear();
        self.blocks = Journal { entries: VecDeque::new(), start: self.blocks.end() };
        self.removed = 0;
    }
}

/// The filters of one server.
pub(crate) struct Filters {
    inner: Mutex<Inner>,
    limit: usize,
    lifetime: Duration,
}

impl Filters {
    pub(crate) fn new(limit: usize, lifetime: Duration) -> Self {
        Self { inner: Mutex::default(), limit, lifetime }
    }

    /// Installs a filter and gives its id.
    pub(crate) fn add(&self, kind: Kind) -> Result<U64, Failure> {
        let mut inner = self.inner.lock();
        let lifetime = self.lifetime;
        inner.installed.retain(|_, filter| filter.used.elapsed() < lifetime);
        if inner.installed.len() >= self.limit {
            let limit = self.limit;
            return Err(Failure::Limit(format!(
                "this node keeps at most {limit} filters; uninstall some, or subscribe"
            )));
        }
        let (next, kind) = match kind {
            Kind::Blocks => (inner.blocks.end(), InstalledKind::Blocks),
            Kind::Logs(query) => (inner.blocks.end(), InstalledKind::Logs(Arc::new(*query))),
            Kind::Pending { full } => (inner.pending.end(), InstalledKind::Pending { full }),
        };
        // Unguessable, so that one client can't empty another's filter.
        let id = loop {
            let id = u64::from_be_bytes(random_bytes());
            if !inner.installed.contains_key(&id) {
                break id;
            }
        };
        inner.installed.insert(id, Installed { kind, next, used: Instant::now() });
        Ok(U64::from(id))
    }

    /// Takes a filter away; whether there was one.
    pub(crate) fn remove(&self, id: U64) -> bool {
        self.inner.lock().installed.remove(&id.to()).is_some()
    }

    /// The query of a log filter.
    pub(crate) fn query(&self, id: U64) -> Result<Arc<LogQuery>, Failure> {
        let mut inner = self.inner.lock();
        let filter = self.find(&mut inner, id)?;
        filter.used = Instant::now();
        match &filter.kind {
            InstalledKind::Logs(query) => Ok(query.clone()),
            _ => Err(Failure::Rejected("the filter is not for logs".into())),
        }
    }

    fn find<'a>(&self, inner: &'a mut Inner, id: U64) -> Result<&'a mut Installed, Failure> {
        let lifetime = self.lifetime;
        let found = inner.installed.get_mut(&id.to()).filter(|filter| filter.used.elapsed() < lifetime);
        found.ok_or_else(|| Failure::Rejected("filter not found".into()))
    }

    /// What happened since the last time that this was asked.
    pub(crate) fn changes(&self, id: U64) -> Result<Vec<Change>, Failure> {
        let mut inner = self.inner.lock();
        let filter = self.find(&mut inner, id)?;
        filter.used = Instant::now();
        let (kind, next) = (filter.kind.clone(), filter.next);
        let (changes, end) = match kind {
            InstalledKind::Pending { full } => {
                let new = inner.pending.since(next);
                let changes =
                    new.map(|new| new.take(MAX_CHANGES).map(|hash| Change::Pending { hash: *hash, full }).collect());
                (changes, inner.pending.end())
            }
            kind => {
                let changes = inner.blocks.since(next).map(|new| block_changes(&kind, new.take(MAX_CHANGES)));
                (changes, inner.blocks.end())
            }
        };
        let Some(changes) = changes else {
            // It was asked too rarely to tell what it missed.
            inner.installed.remove(&id.to());
            return Err(Failure::Rejected("filter not found".into()));
        };
        if let Some(filter) = inner.installed.get_mut(&id.to()) {
            filter.next = end.min(next + MAX_CHANGES as u64);
        }
        Ok(changes)
    }

    fn block_added(&self, number: u64, hash: B256) {
        self.inner.lock().push_block(Entry::Added { number, hash });
    }

    fn block_removed(&self, imported: Arc<ImportedBlock>) {
        let mut inner = self.inner.lock();
        if inner.removed >= MAX_REMOVED {
            // Their logs would need more memory than a reorg that deep is worth.
            inner.forget();
        }
        inner.removed += 1;
        inner.push_block(Entry::Removed(imported));
    }

    fn pending_added(&self, hash: B256) {
        self.inner.lock().pending.push(hash);
    }
}

/// The net effect: a block that came and went between two polls, or went and came again, is not mentioned.
fn block_changes<'a>(kind: &InstalledKind, entries: impl Iterator<Item = &'a Entry>) -> Vec<Change> {
    let entries: Vec<_> = entries.collect();
    let mut first_and_last: HashMap<B256, (usize, usize)> = HashMap::new();
    for (at, entry) in entries.iter().enumerate() {
        first_and_last.entry(entry.hash()).or_insert((at, at)).1 = at;
    }
    let decisive = |at: usize, entry: &Entry| {
        let (first, last) = first_and_last.get(&entry.hash()).copied().unwrap_or((at, at));
        at == last && entries.get(first).is_some_and(|first| first.is_removal() == entry.is_removal())
    };
    let numbered = entries.iter().enumerate().filter(|(at, entry)| decisive(*at, entry));
    numbered.filter_map(|(_, entry)| entry.change(kind)).collect()
}

impl Entry {
    fn hash(&self) -> B256 {
        match self {
            Self::Added { hash, .. } => *hash,
            Self::Removed(imported) => imported.block.hash(),
        }
    }

    const fn is_removal(&self) -> bool {
        matches!(self, Self::Removed(_))
    }

    fn change(&self, kind: &InstalledKind) -> Option<Change> {
        match (kind, self) {
            (InstalledKind::Blocks, Self::Added { hash, .. }) => Some(Change::Block(*hash)),
            (InstalledKind::Logs(query), Self::Added { hash, number }) => {
                query.wants_block(*number).then(|| Change::Added { query: query.clone(), hash: *hash })
            }
            (InstalledKind::Logs(query), Self::Removed(imported)) => {
                let wanted = query.wants_block(imported.block.number);
                wanted.then(|| Change::Removed { query: query.clone(), imported: imported.clone() })
            }
            _ => None,
        }
    }
}

fn random_bytes() -> [u8; 8] {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(Instant::now()).to_be_bytes()
}

/// Writes the journals, for as long as the server runs.
pub(crate) async fn follow(context: Arc<Context>) {
    let mut chain = context.chain.subscribe();
    let mut pool = context.pool.as_ref().map(|pool| pool.subscribe());
    loop {
        let pending = async {
            match &mut pool {
                Some(pool) => pool.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            event = chain.recv() => match event {
                Ok(ChainEvent::Imported(new)) => context.filters.block_added(new.block.number, new.block.hash()),
                Ok(ChainEvent::Unwound { removed, .. }) => {
                    removed.into_iter().rev().for_each(|old| context.filters.block_removed(old));
                }
                Ok(ChainEvent::Safe(_) | ChainEvent::Finalized(_)) => {}
                Err(RecvError::Lagged(missed)) => {
                    tracing::warn!(missed, "filters missed events of the chain and begin anew");
                    context.filters.inner.lock().forget();
                }
                Err(RecvError::Closed) => return,
            },
            transaction = pending => match transaction {
                Ok(transaction) => context.filters.pending_added(transaction.hash()),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => pool = None,
            },
        }
    }
}

#[cfg(test)]
mod tests;
