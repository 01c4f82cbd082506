//! Agents: `praxis agent`.

use super::KeyArgs;
use alloy_primitives::{Address, B256, Bytes, U256};
use clap::{Args, Subcommand};
use praxis_agents::{backtest::PriceFeed, policy::Scalar};
use std::path::PathBuf;
use url::Url;

#[derive(Debug, Subcommand)]
pub(crate) enum AgentCommand {
    /// Write a project with a strategy, a policy, a model with its training script, mock price feeds and tests.
    New(AgentNewArgs),
    /// Deploy and register a strategy, and make the account that it acts for, under a policy.
    Deploy(Box<DeployAgentArgs>),
    /// Register an ERC-8004 identity, and offer the strategy on the market.
    Register(Box<RegisterArgs>),
    /// What a run would do: now, and at blocks of the past.
    Simulate(SimulateArgs),
    /// Bind an account to an offer on the market.
    Hire(HireArgs),
    /// Put ether or tokens into an account, a booking of scheduled runs, or a hire.
    Fund(FundArgs),
    /// Show, compare and change an account's policy.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Stop runs for up to 72 hours.
    Pause(PauseArgs),
    /// End the policy at once: nothing is permitted any more, nothing that was booked runs.
    Revoke(OwnerArgs),
    /// What an account did and what its policy refused.
    Log(LogArgs),
    /// Each action of a transaction: which rule has how much left, and what another policy would have said.
    Explain(ExplainArgs),
    /// What a strategy's `features` asked a model over the past, as a .npz file to train on.
    Features(FeaturesArgs),
    /// A strategy over the chain's past or a file of prices, as a report: decisions, refusals, profit, drawdown.
    Backtest(Box<BacktestArgs>),
    /// Follow an account: refusals, low balances and missed runs, to a webhook and as metrics.
    Watch(WatchArgs),
    /// Move a hire to another version of its agent, or try that one beside it.
    Upgrade(UpgradeArgs),
    /// Have a hire pay its author for the runs and periods so far, and take out what the market holds for the key.
    Collect(PayoutArgs),
    /// End a hire: it pays what it owes, and the rest of what was paid in advance comes back.
    End(PayoutArgs),
    /// Rate an agent in the reputation registry.
    Review(ReviewArgs),
    /// Book runs: at the runner, and with a time at the Scheduler.
    Book(BookArgs),
    /// Cancel scheduled runs and get their balance back.
    Unbook(UnbookArgs),
    /// Where scheduled runs stand.
    Status(StatusArgs),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct AgentNewArgs {
    /// Name of the project: lower-case letters, digits, - and _. Its folder is made here.
    pub(crate) name: String,
    /// Make the project's folder in this one.
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// Add Hardhat: its configuration, and a test in JavaScript that talks to the running chain.
    #[arg(long)]
    pub(crate) hardhat: bool,
}

/// The chain.
#[derive(Debug, Clone, Args)]
pub(crate) struct ChainArgs {
    /// JSON-RPC of the L2.
    #[arg(long, env = "PRAXIS_RPC", default_value = "http://127.0.0.1:9545")]
    pub(crate) rpc: Url,
}

/// An account, and who owns it.
#[derive(Debug, Clone, Args)]
pub(crate) struct OwnerArgs {
    /// The agent's account.
    #[arg(long)]
    pub(crate) account: Address,
    #[command(flatten)]
    pub(crate) chain: ChainArgs,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
}

/// A policy file, and values of the names in it.
#[derive(Debug, Clone, Args)]
pub(crate) struct PolicyArgs {
    /// Policy file, TOML or JSON.
    #[arg(long = "policy", value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Value of a ${NAME} in the policy file, or @FILE with such lines; repeat it for several.
    #[arg(long = "set", value_name = "NAME=VALUE|@FILE", value_parser = name_or_file)]
    pub(crate) set: Vec<(String, String)>,
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// As [`name_and_value`]; a file's name stands under the name `@`.
fn name_or_file(text: &str) -> Result<(String, String), String> {
    match text.strip_prefix('@') {
        Some(file) => Ok(("@".to_owned(), file.to_owned())),
        None => name_and_value(text).map_err(|wrong| format!("{wrong}, or @FILE")),
    }
}

/// An amount such as 1000, 2.5e18 or `5 ether`.
pub(crate) fn amount(text: &str) -> Result<U256, String> {
    Scalar::from(text).amount().map_err(|error| error.to_string())
}

fn seconds(text: &str) -> Result<u64, String> {
    Scalar::from(text).seconds().map_err(|error| error.to_string())
}

#[derive(Debug, Clone, Args)]
pub(crate) struct DeployAgentArgs {
    /// Artifact of the strategy, as Foundry or Hardhat writes it.
    #[arg(value_name = "ARTIFACT", required_unless_present = "strategy")]
    pub(crate) artifact: Option<PathBuf>,
    /// ABI-encoded arguments of its constructor, hexadecimal.
    #[arg(long, value_name = "HEX", default_value = "0x")]
    pub(crate) args: Bytes,
    /// A strategy that is on the chain already.
    #[arg(long, value_name = "ADDRESS", conflicts_with = "artifact")]
    pub(crate) strategy: Option<Address>,
    /// A contract that the strategy reads; repeat it for several.
    #[arg(long = "reads", value_name = "ADDRESS")]
    pub(crate) reads: Vec<Address>,
    /// Policy file, TOML or JSON; ${STRATEGY} and ${OWNER} in it have values. Without it, no account is made.
    #[arg(long = "policy", value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Value of a ${NAME} in the policy file, or @FILE with such lines; repeat it for several.
    #[arg(long = "set", value_name = "NAME=VALUE|@FILE", value_parser = name_or_file)]
    pub(crate) set: Vec<(String, String)>,
    /// Makes another account of the same owner and policy.
    #[arg(long, default_value_t = B256::ZERO)]
    pub(crate) salt: B256,
    /// Context of a round; repeat it for up to 4. With it, runs are booked at the runner.
    #[arg(long = "context", value_name = "HEX")]
    pub(crate) contexts: Vec<Bytes>,
    #[command(flatten)]
    pub(crate) chain: ChainArgs,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct RegisterArgs {
    /// Where the agent is described.
    #[arg(long, default_value = "")]
    pub(crate) uri: String,
    /// An identity that the key acts for; without it, a new one is registered.
    #[arg(long, value_name = "ID")]
    pub(crate) agent_id: Option<U256>,
    /// Offer this strategy on the market.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) strategy: Option<Address>,
    /// A model that it asks; repeat it for several.
    #[arg(long = "model", value_name = "ID", requires = "strategy")]
    pub(crate) models: Vec<B256>,
    /// Policy that hirers are advised to take; its hash goes into the offer.
    #[arg(long, value_name = "FILE", requires = "strategy")]
    pub(crate) template: Option<PathBuf>,
    /// Value of a ${NAME} in the policy file, or @FILE with such lines; repeat it for several.
    #[arg(long = "set", value_name = "NAME=VALUE|@FILE", value_parser = name_or_file)]
    pub(crate) set: Vec<(String, String)>,
    /// Price of a run.
    #[arg(long, default_value = "0", value_parser = amount, value_name = "WEI", requires = "strategy")]
    pub(crate) per_run: U256,
    /// Price of a period.
    #[arg(long, default_value = "0", value_parser = amount, value_name = "WEI", requires = "strategy")]
    pub(crate) per_period: U256,
    /// Share of profit, in hundredths of a percent; at most 5000.
    #[arg(long, default_value_t = 0, value_name = "BPS", requires = "strategy")]
    pub(crate) profit_bps: u16,
    /// Length of a period.
    #[arg(long, default_value = "1d", value_parser = seconds, value_name = "TIME")]
    pub(crate) period: u64,
    /// Put up this bond first.
    #[arg(long, default_value = "0", value_parser = amount, value_name = "WEI", requires = "strategy")]
    pub(crate) bond: U256,
    #[command(flatten)]
    pub(crate) chain: ChainArgs,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct SimulateArgs {
    /// Account whose booking is run.
    #[arg(long, requires = "booking", conflicts_with_all = ["strategy", "policy"])]
    pub(crate) account: Option<Address>,
    /// Its booking.
    #[arg(long)]
    pub(crate) booking: Option<U256>,
    /// Before hiring: a strategy, with a policy, in an account that is made for the simulation alone.
    #[arg(long, requires = "policy", required_unless_present = "account")]
    pub(crate) strategy: Option<Address>,
    /// Policy file; ${STRATEGY} and ${OWNER} in it have values.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Value of a ${NAME} in the policy file, or @FILE with such lines; repeat it for several.
    #[arg(long = "set", value_name = "NAME=VALUE|@FILE", value_parser = name_or_file)]
    pub(crate) set: Vec<(String, String)>,
    /// Context of a round; repeat it for up to 4.
    #[arg(long = "context", value_name = "HEX")]
    pub(crate) contexts: Vec<Bytes>,
    /// What that account holds: ether or a token's address, and how much; repeat it for several.
    #[arg(long = "holds", value_name = "TOKEN=AMOUNT", value_parser = name_and_value)]
    pub(crate) holds: Vec<(String, String)>,
    /// Run it at blocks of the past too: this many blocks back.
    #[arg(long, default_value_t = 0, value_name = "BLOCKS")]
    pub(crate) last: u64,
    /// At each how manieth of them.
    #[arg(long, default_value_t = 1, value_name = "BLOCKS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) every: u64,
    #[command(flatten)]
    pub(crate) chain: ChainArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct HireArgs {
    /// The offer's number.
    pub(crate) listing: U256,
    /// Booking of the account for the offer's strategy; without it, one is made of the contexts.
    #[arg(long)]
    pub(crate) booking: Option<U256>,
    /// Context of a round; repeat it for up to 4.
    #[arg(long = "context", value_name = "HEX")]
    pub(crate) contexts: Vec<Bytes>,
    /// Paid in advance.
    #[arg(long, default_value = "0", value_parser = amount, value_name = "WEI")]
    pub(crate) prepay: U256,
    #[command(flatten)]
    pub(crate) owner: OwnerArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct FundArgs {
    /// How much.
    #[arg(value_parser = amount)]
    pub(crate) amount: U256,
    /// The agent's account.
    #[arg(long, required_unless_present_any = ["schedule", "hire"])]
    pub(crate) account: Option<Address>,
    /// This token instead of ether.
    #[arg(long, value_name = "ADDRESS", requires = "account")]
    pub(crate) token: Option<Address>,
    /// A booking of scheduled runs.
    #[arg(long, value_name = "ID", conflicts_with_all = ["account", "hire"])]
    pub(crate) schedule: Option<u64>,
    /// A hire.
    #[arg(long, value_name = "ID", conflicts_with = "account")]
    pub(crate) hire: Option<U256>,
    #[command(flatten)]
    pub(crate) chain: ChainArgs,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// The policy in force, as a policy file, and what is left of its allowances.
    Show {
        /// The agent's account.
        #[arg(long)]
        account: Address,
        #[command(flatten)]
        chain: ChainArgs,
    },
    /// How a policy file differs from the policy in force.
    Diff {
        /// The agent's account.
        #[arg(long)]
        account: Address,
        #[command(flatten)]
        policy: PolicyArgs,
        #[command(flatten)]
        chain: ChainArgs,
    },
    /// Propose a policy file, or put it in force when its delay has passed.
    Propose {
        #[command(flatten)]
        policy: PolicyArgs,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Put a policy file in force that permits no more than the present policy, at once. Its rules may only be fewer.
    Tighten {
        #[command(flatten)]
        policy: PolicyArgs,
        #[command(flatten)]
        owner: OwnerArgs,
    },
}

#[derive(Debug, Clone, Args)]
pub(crate) struct PauseArgs {
    /// How long, at most 72h.
    #[arg(long, default_value = "72h", value_parser = seconds, value_name = "TIME")]
    pub(crate) time: u64,
    #[command(flatten)]
    pub(crate) owner: OwnerArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct LogArgs {
    /// The agent's account.
    #[arg(long)]
    pub(crate) account: Address,
    /// First block.
    #[arg(long, default_value_t = 0)]
    pub(crate) from: u64,
    /// Most entries.
    #[arg(long, default_value_t = 1_000)]
    pub(crate) limit: usize,
    /// Refusals and failures only.
    #[arg(long)]
    pub(crate) refused: bool,
    #[command(flatten)]
    pub(crate) chain: ChainArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct ExplainArgs {
    /// Hash of a transaction with a run.
    pub(crate) transaction: B256,
    /// What would this policy have said?
    #[arg(long = "policy", value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Value of a ${NAME} in the policy file, or @FILE with such lines; repeat it for several.
    #[arg(long = "set", value_name = "NAME=VALUE|@FILE", value_parser = name_or_file)]
    pub(crate) set: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) chain: ChainArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct WatchArgs {
    /// The agent's account.
    #[arg(long)]
    pub(crate) account: Address,
    /// A booking of scheduled runs to watch; repeat it for several.
    #[arg(long = "schedule", value_name = "ID")]
    pub(crate) schedules: Vec<u64>,
    /// Each alarm is sent here as JSON by POST.
    #[arg(long, value_name = "URL")]
    pub(crate) webhook: Option<Url>,
    /// Prometheus metrics are served here.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) metrics_addr: Option<std::net::SocketAddr>,
    /// Alarm when the account holds less ether than this.
    #[arg(long, default_value = "0", value_parser = amount, value_name = "WEI")]
    pub(crate) low_balance: U256,
    /// Alarm when a booking's balance pays for fewer runs than this.
    #[arg(long, default_value_t = 3, value_name = "RUNS")]
    pub(crate) low_runway: u64,
    /// First block; without it, the head.
    #[arg(long)]
    pub(crate) from: Option<u64>,
    /// Seconds between looks.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) interval: u64,
    /// Look once and end.
    #[arg(long)]
    pub(crate) once: bool,
    #[command(flatten)]
    pub(crate) chain: ChainArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct UpgradeArgs {
    /// The hire's number.
    pub(crate) hire: U256,
    /// The other version's number.
    #[arg(long, value_name = "ID")]
    pub(crate) to: U256,
    /// Only try it beside the present one; what it would do is shown by `praxis agent simulate`.
    #[arg(long)]
    pub(crate) shadow: bool,
    /// Booking of the account for the other version's strategy; without it, one is made of the contexts.
    #[arg(long)]
    pub(crate) booking: Option<U256>,
    /// Context of a round; repeat it for up to 4.
    #[arg(long = "context", value_name = "HEX")]
    pub(crate) contexts: Vec<Bytes>,
    #[command(flatten)]
    pub(crate) chain: ChainArgs,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct PayoutArgs {
    /// The hire's number.
    pub(crate) hire: U256,
    #[command(flatten)]
    pub(crate) chain: ChainArgs,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct ReviewArgs {
    /// The agent's ERC-8004 number.
    pub(crate) agent_id: U256,
    /// The rating; with --decimals, of that many decimals.
    #[arg(allow_negative_numbers = true)]
    pub(crate) value: i128,
    /// Decimals of the rating.
    #[arg(long, default_value_t = 0)]
    pub(crate) decimals: u8,
    /// A tag.
    #[arg(long, default_value = "")]
    pub(crate) tag: String,
    /// Another one.
    #[arg(long, default_value = "")]
    pub(crate) tag2: String,
    /// Where the feedback stands in full.
    #[arg(long, default_value = "")]
    pub(crate) uri: String,
    #[command(flatten)]
    pub(crate) chain: ChainArgs,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct BookArgs {
    /// Book this strategy at the runner.
    #[arg(long, value_name = "ADDRESS", required_unless_present = "booking")]
    pub(crate) strategy: Option<Address>,
    /// Context of a round; repeat it for up to 4.
    #[arg(long = "context", value_name = "HEX")]
    pub(crate) contexts: Vec<Bytes>,
    /// A booking that the runner has already.
    #[arg(long, value_name = "ID", conflicts_with = "strategy")]
    pub(crate) booking: Option<U256>,
    /// Let the chain run it by itself, with this much time between runs.
    #[arg(long, value_parser = seconds, value_name = "TIME")]
    pub(crate) every: Option<u64>,
    /// The same in blocks.
    #[arg(long, value_name = "BLOCKS", conflicts_with = "every")]
    pub(crate) every_blocks: Option<u64>,
    /// So many runs; 0: until the balance is used up.
    #[arg(long, default_value_t = 0)]
    pub(crate) count: u32,
    /// Gas of a run; without it, what one needs now and a half more.
    #[arg(long)]
    pub(crate) gas: Option<u32>,
    /// Most wei per gas.
    #[arg(long, default_value = "1 gwei", value_parser = amount, value_name = "WEI")]
    pub(crate) max_price: U256,
    /// Seconds, or blocks, for which a run may be late before it is missed.
    #[arg(long, default_value_t = 10)]
    pub(crate) ttl: u32,
    /// Paid in advance to the Scheduler.
    #[arg(long, default_value = "0.01 ether", value_parser = amount, value_name = "WEI")]
    pub(crate) prepay: U256,
    #[command(flatten)]
    pub(crate) owner: OwnerArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct UnbookArgs {
    /// The Scheduler's number of the booking.
    pub(crate) schedule: u64,
    #[command(flatten)]
    pub(crate) chain: ChainArgs,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct StatusArgs {
    /// The Scheduler's number of the booking.
    pub(crate) schedule: u64,
    #[command(flatten)]
    pub(crate) chain: ChainArgs,
}

/// Where prices come from.
#[derive(Debug, Clone, Args)]
pub(crate) struct PricesArgs {
    /// Take prices from this file instead of the chain's past: comma-separated, a line of names, times in the first column.
    #[arg(long, value_name = "FILE", requires = "feeds")]
    pub(crate) prices: Option<PathBuf>,
    /// Which contract tells which column, and with how many decimals (8 unless given); repeat it for several. Feeds, valuers and
    /// averages can be stood in for.
    #[arg(long = "feed", value_name = "COLUMN=ADDRESS[:DECIMALS]", value_parser = feed, requires = "prices")]
    pub(crate) feeds: Vec<PriceFeed>,
}

fn feed(text: &str) -> Result<PriceFeed, String> {
    let wrong = || "write COLUMN=ADDRESS or COLUMN=ADDRESS:DECIMALS".to_string();
    let (column, rest) = text.split_once('=').ok_or_else(wrong)?;
    let (address, decimals) = rest.split_once(':').unwrap_or((rest, "8"));
    Ok(PriceFeed {
        column: column.to_owned(),
        address: address.parse().map_err(|_| wrong())?,
        decimals: decimals.parse().ok().filter(|decimals| *decimals <= 36).ok_or_else(wrong)?,
    })
}

#[derive(Debug, Clone, Args)]
pub(crate) struct FeaturesArgs {
    /// The strategy.
    #[arg(long)]
    pub(crate) strategy: Address,
    /// The context that `features` is given.
    #[arg(long, value_name = "HEX", default_value = "0x")]
    pub(crate) context: Bytes,
    /// First block.
    #[arg(long)]
    pub(crate) from: Option<u64>,
    /// Last block; the head unless given.
    #[arg(long)]
    pub(crate) to: Option<u64>,
    /// At each how manieth block.
    #[arg(long, default_value_t = 1, value_name = "BLOCKS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) every: u64,
    /// Where the tensors are written, .npz or .json.
    #[arg(short, long)]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) prices: PricesArgs,
    #[command(flatten)]
    pub(crate) chain: ChainArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct BacktestArgs {
    /// The agent's account.
    #[arg(long)]
    pub(crate) account: Address,
    /// Its booking, where the backtest makes the runs itself: with --prices or --every.
    #[arg(long)]
    pub(crate) booking: Option<U256>,
    /// First block that is executed again; with --prices, the block whose state is the base (the head unless given).
    #[arg(long, required_unless_present = "prices")]
    pub(crate) from: Option<u64>,
    /// Last block; the head unless given.
    #[arg(long)]
    pub(crate) to: Option<u64>,
    /// Run the booking after each so manieth block, besides what the chain's past has.
    #[arg(long, value_name = "BLOCKS", requires = "booking", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) every: Option<u64>,
    /// Under this policy instead of the account's.
    #[arg(long = "policy", value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Value of a ${NAME} in the policy file, or @FILE with such lines; repeat it for several.
    #[arg(long = "set", value_name = "NAME=VALUE|@FILE", value_parser = name_or_file)]
    pub(crate) set: Vec<(String, String)>,
    /// With the code of this contract in the place of the account's strategy.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) strategy: Option<Address>,
    /// With this file (ONNX or Plan) in the place of a model; repeat it for several.
    #[arg(long = "model", value_name = "ID=FILE", value_parser = name_and_value)]
    pub(crate) models: Vec<(String, String)>,
    /// Where the page is written.
    #[arg(short, long, default_value = "backtest.html")]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) prices: PricesArgs,
    #[command(flatten)]
    pub(crate) chain: ChainArgs,
}
