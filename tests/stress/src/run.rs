//! The run: 200 agents on a market that crashes, a node that dies, an L1 that reorganises.

use crate::{
    Outcome,
    agents::{self, Kind, Strategy},
    driver::{Driver, L1_SECONDS, L2_BLOCK_MS},
    money,
    prices::Series,
    replay, served, tally,
    venue::{E18, Venue},
};
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{SolCall, SolEvent};
use indicatif::ProgressBar;
use praxis_audit::Record;
use praxis_contracts::{
    addresses::{AGENT_ACCOUNT_FACTORY, AGENT_RUNNER, SCHEDULER, STRATEGY_REGISTRY},
    agents::{IAgentAccountFactory, IAgentRunner, IStrategyRegistry},
    scheduler::{IScheduler, Plan, Trigger},
};
use praxis_harness::{Account, DemoModel, account, demo_model};
use praxis_import::{ImportOptions, import_bytes};
use praxis_model::id;
use praxis_primitives::Receipt;
use std::collections::BTreeMap;

/// Each window ends this often during a run.
pub(crate) const EDGES: u64 = 50;
/// Blocks from one run of an agent to the next; of a prober, a quarter of it.
pub(crate) const INTERVAL: u64 = 80;
/// Blocks in which a due call may still be made.
const TTL_BLOCKS: u32 = 20;
/// Gas of a scheduled run: what four actions with their checks declare.
const RUN_GAS: u32 = 3_000_000;
/// The average of half an hour needs observations that are older.
const WARM_UP_SECONDS: u64 = 2_100;
/// Owners of the agents.
const OWNERS: usize = 8;
/// L1 blocks that the reorg takes back.
const REORG_DEPTH: usize = 3;
/// Sequencer or verifier is killed in one of so many steps.
const KILL_ONE_IN: u64 = 6;

/// How a run is to be.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// L2 blocks in which the market is open.
    pub blocks: u64,
    /// Agents on it.
    pub agents: usize,
    /// Decides when processes die.
    pub seed: u64,
    /// The backtest follows one agent in so many, over one in so many blocks, the last ones.
    pub replay_one_in: u64,
}

/// A run that is over.
#[derive(Debug)]
pub struct Finished {
    /// What came of it.
    pub outcome: Outcome,
    /// The chain's traces, for the audit.
    pub record: Record,
}

/// An agent of the run.
#[derive(Debug, Clone)]
pub(crate) struct Agent {
    pub(crate) kind: Kind,
    pub(crate) account: Address,
    /// Its booking with the Scheduler.
    pub(crate) schedule: u64,
    /// Block of its first run.
    pub(crate) first: u64,
    pub(crate) interval: u64,
}

/// What stands when the market opens.
pub(crate) struct Market {
    pub(crate) driver: Driver,
    pub(crate) venue: Venue,
    pub(crate) agents: Vec<Agent>,
    series: Series,
    /// Models that bring a royalty.
    licensed: Vec<B256>,
    /// Seconds in which a window refills.
    pub(crate) window: u32,
    /// The first block of the market.
    pub(crate) opened: u64,
}

/// Runs the market and says what came of it.
///
/// # Panics
/// When the verifier disagrees with the sequencer, or something stops. What else must hold is in the [`Outcome`].
pub fn run(options: Options, progress: &ProgressBar) -> Finished {
    let mut market = Market::open(options, progress);
    let (kills, reorgs) = market.trade(options, progress);
    progress.set_message("the verifier catches up");
    market.driver.world.settle(40);
    let mut outcome = tally::count(&market);
    (outcome.kills, outcome.reorgs) = (kills, reorgs);
    outcome.crash_percent = market.series.crash_percent();
    progress.set_message("reading the traces");
    progress.set_position(0);
    let chain = market.driver.world.sequencer.chain();
    let (record, replayed) = std::thread::scope(|scope| {
        let replayed = scope.spawn(|| {
            let one_in = options.replay_one_in.max(1);
            let followed = market.agents.iter().step_by(usize::try_from(one_in).unwrap_or(usize::MAX));
            let first = market.opened + options.blocks - options.blocks / one_in;
            replay::replay(chain, &followed.cloned().collect::<Vec<_>>(), first)
        });
        let record = served::record(chain.clone(), progress);
        (record, replayed.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    outcome.royalties = money::royalties(&market, &market.licensed);
    (outcome.ether_at_first, outcome.ether_at_last) = money::ether(chain, &record);
    outcome.replayed = replayed;
    Finished { outcome, record }
}

impl Market {
    /// Deploys the venue, publishes the models, makes the agents, waits for half an hour of prices, books the runs.
    pub(crate) fn open(options: Options, progress: &ProgressBar) -> Self {
        let series = Series::load();
        let mut driver = Driver::new();
        driver.tick();
        progress.set_message("deploying the venue");
        let mut venue = Venue::deploy(&mut driver, &series.history, (steps(options) / series.months()).max(1));
        progress.set_message("publishing models");
        let (strategies, licensed) = publish(&mut driver, &venue);
        progress.set_message("making agents");
        // The first window begins before the market opens, and the last one may be cut off.
        let window = u32::try_from(options.blocks * L2_BLOCK_MS / 1_000 / (EDGES + 2)).expect("some minutes").max(1);
        let made = create(&mut driver, &venue, &strategies, options.agents, window);
        progress.set_message("half an hour passes");
        let until = driver.now() + WARM_UP_SECONDS;
        let mut step = 0;
        while driver.now() < until {
            // A feed that stands still to the last digit would be no feed.
            venue.say(&mut driver, series.at(0, 1) + step % 7 * 100_000_000);
            venue.observe(&mut driver);
            driver.tick();
            step += 1;
        }
        driver.settle_sent();
        progress.set_message("booking runs");
        let agents = book(&mut driver, &made);
        let opened = driver.head() + 1;
        Self { driver, venue, agents, series, licensed, window, opened }
    }

    /// The market is open. Gives how often a process died and how often L1 reorganised.
    fn trade(&mut self, options: Options, progress: &ProgressBar) -> (u64, u64) {
        let mut random = options.seed;
        let (mut kills, mut reorgs) = (0, 0);
        let steps = steps(options);
        progress.set_length(steps);
        progress.set_message("trading");
        for step in 0..steps {
            let price = self.series.at(step, steps);
            self.venue.say(&mut self.driver, price);
            self.venue.arbitrage(&mut self.driver, price);
            self.venue.observe(&mut self.driver);
            let fate = next(&mut random) % (3 * KILL_ONE_IN);
            let world = &mut self.driver.world;
            if fate == 0 {
                // It dies in a block that it has begun: what it had preconfirmed must come in the same order.
                world.sequencer.preconfirm(&world.l1);
                world.sequencer.kill();
            }
            self.driver.tick();
            self.driver.forget_sent();
            match fate {
                1 => self.driver.world.sequencer.kill(),
                2 => self.driver.world.verifier.kill(),
                _ => {}
            }
            kills += u64::from(fate < 3);
            if step == steps / 2 {
                self.driver.world.l1.reorg(REORG_DEPTH);
                self.driver.world.l1.mine_empty(1);
                reorgs += 1;
            }
            progress.inc(1);
        }
        (kills, reorgs)
    }
}

/// L1 blocks in which the market is open.
const fn steps(options: Options) -> u64 {
    options.blocks * L2_BLOCK_MS / 1_000 / L1_SECONDS
}

/// SplitMix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn import(onnx: &[u8]) -> DemoModel {
    let bytes = import_bytes(onnx, &ImportOptions::default()).expect("the committed model imports").plan.encode();
    DemoModel { id: id::model_id(&bytes), bytes }
}

/// The strategies, and the models among theirs that bring a royalty: all but the demo's.
fn publish(driver: &mut Driver, venue: &Venue) -> (BTreeMap<Kind, Strategy>, Vec<B256>) {
    let trend = import(include_bytes!("../../fixtures/agents/trend.onnx"));
    let volatility = import(include_bytes!("../../fixtures/agents/volatility.onnx"));
    let models: [(Kind, &DemoModel); 4] = [
        (Kind::Rebalancer, demo_model()),
        (Kind::TrendFollower, &trend),
        (Kind::MarketMaker, &volatility),
        (Kind::Prober, &volatility),
    ];
    let mut known: Vec<B256> = vec![];
    let mut strategies = BTreeMap::new();
    for (kind, model) in models {
        if !known.contains(&model.id) {
            let royalty = (model.id != demo_model().id).then_some((money::ROYALTY_BPS, money::LICENSOR));
            known.push(driver.publish(&venue.author, model, royalty));
        }
        let address = venue.strategy(driver, kind.contract(), model.id);
        driver.settle_sent();
        let register = IStrategyRegistry::registerCall { strategy: address, reads: vec![] };
        driver.call("register", &venue.author, STRATEGY_REGISTRY, 12_000_000, register);
        driver.settle_sent();
        strategies.insert(kind, Strategy { address, model: model.id });
    }
    (strategies, vec![trend.id, volatility.id])
}

fn owner(place: usize) -> Account {
    account(u8::try_from(1 + place % OWNERS).expect("a few"))
}

/// An account with money, and the runner's booking.
struct Made {
    kind: Kind,
    owner: Account,
    account: Address,
    booking: U256,
}

fn create(
    driver: &mut Driver,
    venue: &Venue,
    strategies: &BTreeMap<Kind, Strategy>,
    count: usize,
    window: u32,
) -> Vec<Made> {
    let now = driver.now();
    let rules = agents::rules(venue);
    let mut accounts = vec![];
    for place in 0..count {
        let terms = agents::terms(venue, place, strategies[&Kind::of(place)], window, now);
        let owner = owner(place);
        let call = IAgentAccountFactory::createAccountCall {
            owner: owner.address,
            salt: B256::with_last_byte(u8::try_from(place % 251).expect("below 256")),
            terms,
            rules: rules.clone(),
        };
        let at = IAgentAccountFactory::addressOfCall {
            owner: call.owner,
            salt: call.salt,
            terms: call.terms.clone(),
            rules: call.rules.clone(),
        };
        accounts.push(driver.view(AGENT_ACCOUNT_FACTORY, at));
        driver.call("createAccount", &owner, AGENT_ACCOUNT_FACTORY, 7_000_000, call);
    }
    driver.settle_sent();
    for chunk in accounts.chunks(50) {
        for (token, amount) in [(venue.cash, 10_000 * E18), (venue.stock, 50 * E18)] {
            let mint = crate::abi::IToken::mintCall { to: chunk.to_vec(), amount: U256::from(amount) };
            driver.call("mint", &venue.author, token, 3_000_000, mint);
        }
    }
    driver.settle_sent();
    for (place, account) in accounts.iter().enumerate() {
        let context: Bytes = agents::context(venue, place, *account);
        let strategy = strategies[&Kind::of(place)].address;
        let call = IAgentRunner::bookCall { account: *account, strategy, contexts: vec![context] };
        driver.call("book", &owner(place), AGENT_RUNNER, 2_000_000, call);
    }
    let receipts = driver.settle_sent();
    let made = accounts.into_iter().enumerate().zip(&receipts).map(|((place, account), receipt)| {
        let booked: IAgentRunner::Booked = event(receipt);
        Made { kind: Kind::of(place), owner: owner(place), account, booking: booked.booking }
    });
    made.collect()
}

/// The receipt's only event of this kind.
fn event<E: SolEvent>(receipt: &Receipt) -> E {
    let mut found = receipt.logs.iter().filter_map(|log| E::decode_log(log).ok());
    found.next().expect("the transaction leaves this event").data
}

/// Books the runs, evenly spread: those of each interval one after another.
fn book(driver: &mut Driver, made: &[Made]) -> Vec<Agent> {
    let start = driver.head() + 40;
    let mut agents = vec![];
    for (place, agent) in made.iter().enumerate() {
        let interval = if agent.kind == Kind::Prober { INTERVAL / 4 } else { INTERVAL };
        let alike = |other: &&Made| (other.kind == Kind::Prober) == (agent.kind == Kind::Prober);
        let (before, all) = (made[..place].iter().filter(alike).count(), made.iter().filter(alike).count());
        let first = start + before as u64 * interval / all as u64;
        let plan = Plan {
            trigger: Trigger::Block,
            start: first,
            interval,
            count: 0,
            ttl: TTL_BLOCKS,
            jitter: 0,
            gasLimit: RUN_GAS,
            maxPrice: 1_000_000_000_000,
            inForced: false,
            target: Address::ZERO,
            data: Bytes::new(),
            asked: Address::ZERO,
            question: Bytes::new(),
            questionGas: 0,
        };
        let call = IScheduler::bookRunCall { account: agent.account, booking: agent.booking, plan };
        let value = U256::from(4 * E18);
        driver.send("bookRun", &agent.owner, SCHEDULER.into(), value, 2_000_000, call.abi_encode().into());
        agents.push(Agent { kind: agent.kind, account: agent.account, schedule: 0, first, interval });
    }
    let receipts = driver.settle_sent();
    for (agent, receipt) in agents.iter_mut().zip(&receipts) {
        agent.schedule = event::<IScheduler::Booked>(receipt).id;
    }
    agents
}
