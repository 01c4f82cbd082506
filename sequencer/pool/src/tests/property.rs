//! Any sequence of events, beside a model that is too slow for a node and too simple to be wrong: a list.

use super::*;
use alloy_consensus::Transaction as _;
use proptest::prelude::*;

const LIMITS: PoolLimits = PoolLimits {
    transactions: 10,
    bytes: 2_600,
    per_sender: 4,
    per_sender_bytes: 1_500,
    transaction_bytes: 1_000,
    replacement_percent: 10,
};
const BASE_FEE: u128 = 3;

#[derive(Debug, Clone)]
enum Event {
    Add { sender: u8, nonce: u64, fee: u128, tip: u128, bytes: usize },
    Block { sender: u8, nonce: u64, balance: u128, base_fee: u128 },
    Remove { place: usize },
}

fn event() -> impl Strategy<Value = Event> {
    let add = (0..4u8, 0..9u64, 1..12u128, 1..12u128, 0..700usize);
    let add =
        add.prop_map(|(sender, nonce, fee, tip, bytes)| Event::Add { sender, nonce, fee, tip: tip.min(fee), bytes });
    let block = (0..4u8, 0..6u64, 5..40u128, 0..5u128);
    let block = block.prop_map(|(sender, nonce, balance, base_fee)| Event::Block { sender, nonce, balance, base_fee });
    prop_oneof![8 => add, 2 => block, 1 => (0..10usize).prop_map(|place| Event::Remove { place })]
}

/// A transaction of the model.
#[derive(Debug, Clone)]
struct Item {
    hash: B256,
    sender: u8,
    nonce: u64,
    fee: u128,
    tip: u128,
    bytes: usize,
    arrival: usize,
}

impl Item {
    fn cost(&self) -> u128 {
        self.fee * 100_000 * GWEI
    }

    /// Worth at a base fee, as the pool's documentation has it.
    fn price(&self, base_fee: u128) -> (bool, u128, u128) {
        match self.fee.checked_sub(base_fee) {
            Some(room) => (true, self.tip.min(room), self.fee),
            None => (false, 0, self.fee),
        }
    }
}

#[derive(Clone)]
struct Model {
    items: Vec<Item>,
    accounts: Accounts,
    base_fee: u128,
    arrivals: usize,
}

impl Model {
    fn account(&self, sender: u8) -> Account {
        self.accounts.account(address(sender)).unwrap().unwrap()
    }

    fn of(&self, sender: u8) -> Vec<Item> {
        let mut own: Vec<_> = self.items.iter().filter(|item| item.sender == sender).cloned().collect();
        own.sort_by_key(|item| item.nonce);
        own
    }

    fn executable(&self, sender: u8) -> Vec<Item> {
        let start = self.account(sender).nonce;
        let own = self.of(sender).into_iter().enumerate();
        own.take_while(|(i, item)| item.nonce == start + *i as u64).map(|(_, item)| item).collect()
    }

    /// The last one of who is missed least.
    fn worst(&self) -> Option<Item> {
        let last = (0..4).filter_map(|sender| {
            let own = self.of(sender);
            let price = own.iter().map(|item| item.price(self.base_fee)).min()?;
            let tail = own.last()?.clone();
            Some(((self.executable(sender).len() == own.len(), price, usize::MAX - tail.arrival), tail))
        });
        last.min_by_key(|(key, _)| *key).map(|(_, tail)| tail)
    }

    fn add(&mut self, item: Item) -> bool {
        self.arrivals += 1;
        let mut next = self.clone();
        if next.try_add(Item { arrival: self.arrivals, ..item }).is_some() {
            *self = next;
            return true;
        }
        false
    }

    fn try_add(&mut self, item: Item) -> Option<()> {
        let account = self.account(item.sender);
        let valid = item.nonce >= account.nonce && U256::from(item.cost()) <= account.balance;
        let old = self.items.iter().position(|old| (old.sender, old.nonce) == (item.sender, item.nonce));
        let raised = |old: u128, new: u128| new > old && new * GWEI >= old * GWEI * 110 / 100;
        let may = old.is_none_or(|at| {
            let old = &self.items[at];
            raised(old.fee, item.fee) && raised(old.tip, item.tip)
        });
        let others = self.executable(item.sender).into_iter().filter(|other| other.nonce != item.nonce);
        let spent: u128 = others.map(|other| other.cost()).sum();
        if !valid || !may || U256::from(spent + item.cost()) > account.balance {
            return None;
        }
        old.map(|at| self.items.remove(at));
        self.items.push(item.clone());
        let size = |items: &[Item]| items.iter().map(|item| item.bytes).sum::<usize>();
        loop {
            let own = self.of(item.sender);
            let out = if own.len() > LIMITS.per_sender || size(&own) > LIMITS.per_sender_bytes {
                own.last().cloned()?
            } else if self.items.len() > LIMITS.transactions || size(&self.items) > LIMITS.bytes {
                self.worst()?
            } else {
                return Some(());
            };
            if out.hash == item.hash {
                return None;
            }
            self.items.retain(|other| other.hash != out.hash);
        }
    }

    fn block(&mut self, sender: u8) {
        let account = self.account(sender);
        self.items.retain(|item| {
            let valid = item.nonce >= account.nonce && U256::from(item.cost()) <= account.balance;
            item.sender != sender || valid
        });
    }

    fn remove(&mut self, hash: B256) {
        let Some(first) = self.items.iter().find(|item| item.hash == hash).cloned() else { return };
        self.items.retain(|item| item.sender != first.sender || item.nonce < first.nonce);
    }
}

fn check(pool: &Pool, model: &Model) {
    let (pending, queued) = pool.content();
    let hashes = |list: &[std::sync::Arc<crate::PooledTransaction>]| {
        list.iter().map(|tx| tx.hash()).collect::<std::collections::BTreeSet<_>>()
    };
    let executable: std::collections::BTreeSet<_> =
        (0..4).flat_map(|sender| model.executable(sender)).map(|item| item.hash).collect();
    let all: std::collections::BTreeSet<_> = model.items.iter().map(|item| item.hash).collect();
    assert_eq!(hashes(&pending), executable);
    assert_eq!(hashes(&queued), &all - &executable);
    let status = pool.status();
    assert_eq!((status.pending, status.queued), (pending.len(), queued.len()));
    assert!(all.iter().all(|hash| pool.get(*hash).is_some()));
    check_order(pool, model, pending.len());
}

fn check_order(pool: &Pool, model: &Model, pending: usize) {
    let mut next: BTreeMap<Address, u64> = BTreeMap::new();
    let best: Vec<_> = pool.best(0).collect();
    assert_eq!(best.len(), pending, "at no base fee everything executable is taken");
    for (place, pooled) in best.iter().enumerate() {
        let account = model.accounts.account(pooled.sender()).unwrap().unwrap();
        let nonce = next.entry(pooled.sender()).or_insert(account.nonce);
        assert_eq!(pooled.tx.nonce(), *nonce, "{} in nonce order from the account's on", pooled.sender());
        *nonce += 1;
        // Nobody who comes later and could have come now pays more.
        for later in &best[place + 1..] {
            let account = model.accounts.account(later.sender()).unwrap().unwrap();
            let could = next.get(&later.sender()).copied().unwrap_or(account.nonce);
            if later.tx.nonce() == could && later.sender() != pooled.sender() {
                assert!(later.effective_tip(0) <= pooled.effective_tip(0));
            }
        }
    }
}

fn apply(pool: &Pool, model: &mut Model, event: Event) {
    match event {
        Event::Add { sender, nonce, fee, tip, bytes } => {
            let tx = TxEip1559 { input: vec![0; bytes].into(), ..unsigned(nonce, fee, tip) };
            let tx = from(sender, tx);
            let encoded = alloy_eips::eip2718::Encodable2718::encode_2718_len(tx.inner());
            let item = Item { hash: tx.hash(), sender, nonce, fee, tip, bytes: encoded, arrival: 0 };
            let known = pool.get(item.hash).is_some();
            let taken = pool.add(tx);
            assert_eq!(taken.is_ok(), !known && model.add(item), "{taken:?}");
        }
        Event::Block { sender, nonce, balance, base_fee } => {
            model.accounts.set_nonce(sender, nonce);
            model.accounts.set_balance(sender, balance * 100_000 * GWEI);
            model.base_fee = base_fee;
            let base_fee = u64::try_from(base_fee * GWEI).unwrap();
            pool.update(PoolHead::new(model.accounts.clone(), base_fee, 30_000_000), [address(sender)]).unwrap();
            model.block(sender);
        }
        Event::Remove { place } => {
            let hash = pool.best(0).nth(place).map(|tx| tx.hash());
            hash.into_iter().for_each(|hash| {
                pool.remove(hash);
                model.remove(hash);
            });
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 600,
        rng_seed: proptest::test_runner::RngSeed::Fixed(0x9a_71c5),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_pool_holds_what_the_model_holds(events in prop::collection::vec(event(), 1..80)) {
        let accounts = Accounts::default();
        let base_fee = u64::try_from(BASE_FEE * GWEI).unwrap();
        let pool = Pool::new(config(LIMITS), PoolHead::new(accounts.clone(), base_fee, 30_000_000));
        let mut model = Model { items: Vec::new(), accounts, base_fee: BASE_FEE, arrivals: 0 };
        for event in events {
            apply(&pool, &mut model, event);
            check(&pool, &model);
        }
    }
}
