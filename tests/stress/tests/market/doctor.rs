//! Violations to be found: what would stand in the traces had a policy not been enforced.

use alloy_primitives::{Address, B256, Bytes, U256, address, b256, keccak256};
use praxis_audit::{Block, Frame, Log};

const STRANGER: Address = address!("0x00000000000000000000000000000000000bad00");
const RUNNER: Address = address!("0x5000000000000000000000000000000000000008");
const POLICY: Address = address!("0x500000000000000000000000000000000000000a");
const SCHEDULER: Address = address!("0x5000000000000000000000000000000000000002");
const INFERENCE: Address = address!("0x00000000000000000000000000000000000000A1");
const TRANSFER: B256 = b256!("0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
const RAN: &str = "Ran(uint64,uint64,bool,uint256,uint256,uint256)";
const DAY: u64 = 86_400;

/// A violation, and the rule under which the audit must report it.
pub(crate) struct Seeded {
    pub(crate) rule: &'static str,
    /// Alters a block; false where it offers no place for it.
    pub(crate) apply: fn(&mut Block) -> bool,
}

impl Seeded {
    /// Only late blocks serve: how far an account has fallen shows from its second run on.
    pub(crate) fn is_late(&self) -> bool {
        self.rule == "drawdown"
    }
}

macro_rules! seeded {
    ($($rule:literal => $apply:expr),+ $(,)?) => {
        &[$(Seeded { rule: $rule, apply: $apply }),+]
    };
}

/// All of them.
pub(crate) const ALL: &[Seeded] = seeded! {
    "starter" => |block| run(block, |frame, _| set(&mut frame.from, STRANGER)),
    "target" => |block| action(block, |frame, _| input(frame, 0, &[0xde, 0xad, 0xbe, 0xef])),
    "privileged" => |block| action(block, |frame, _| set(&mut frame.to, Some(POLICY))),
    "value" => |block| action(block, |frame, _| set(&mut frame.value, Some(U256::ONE))),
    "actionGas" => |block| action(block, |frame, _| set(&mut frame.gas, U256::from(5_000_000))),
    "runGas" => |block| action(block, |frame, _| set(&mut frame.gas, U256::from(5_000_000))),
    // The receiver of a swap, the fourth argument; of a payment, the first.
    "arguments" => |block| swap(block, |frame, _| input(frame, 4 + 96, STRANGER.into_word().as_slice())),
    "allowance" => |block| payment(block, |frame, _| input(frame, 36, &B256::repeat_byte(1)[..])),
    "perAction" => |block| action(block, |frame, account| outflow(frame, account, 1_000_000)),
    "window" => |block| action(block, |frame, account| outflow(frame, account, 1_000_000)),
    "price" => |block| swap(block, |frame, account| inflow(frame, account, 2)),
    "loss" => |block| payment(block, |frame, account| outflow(frame, account, 2_000)),
    "rate" => |block| repeated(block, 12),
    "model" => |block| inference(block, |frame| input(frame, 4, &[7; 32])),
    // The first float of the first output.
    "output" => |block| inference(block, |frame| output(frame, 32 * 9 + 32, &5.0f32.to_le_bytes())),
    "drawdown" => |block| priced(block, |price| price / U256::from(50)),
    "ownerApproval" => |block| priced(block, |price| price * U256::from(50)),
    "balance" => |block| balances(block),
    "approval" => |block| unrevoked(block),
    "delegatecall" => |block| run(block, code),
    "undeclared" => |block| action(block, |frame, account| push(frame, transfer(STRANGER, account, U256::ONE))),
    "log" => |block| run(block, |frame, _| forget(frame, "ActionExecuted(address,uint256,uint256,address,bytes32)")),
    "nested" => |block| run(block, |frame, _| nest(frame)),
    "context" => |block| run(block, |frame, _| strategy_input(frame)),
    "paused" => |block| before(block, |account| said(POLICY, "Paused(address,address,uint256)", &[account, STRANGER], &[U256::MAX])),
    "revoked" => |block| before(block, |account| said(POLICY, "Revoked(address,uint32)", &[account], &[U256::ONE])),
    "charge" => |block| before(block, |account| {
        let mut log = said(RUNNER, "Charged(address,bytes32,uint256)", &[account], &[U256::from(1u128 << 100)]);
        log.topics.push(B256::right_padding_from(b"gas"));
        log
    }),
    "outside" => |block| before(block, |account| transfer(SCHEDULER, account, U256::ZERO)),
    "expired" => |block| acted(block) && later(block, 400 * DAY),
    "twice" => |block| ran_again(block),
};

fn set<T>(place: &mut T, value: T) -> bool {
    *place = value;
    true
}

fn patch(bytes: &mut Bytes, at: usize, new: &[u8]) -> bool {
    let mut all = bytes.to_vec();
    let Some(place) = all.get_mut(at..at + new.len()) else { return false };
    place.copy_from_slice(new);
    *bytes = all.into();
    true
}

fn input(frame: &mut Frame, at: usize, new: &[u8]) -> bool {
    patch(&mut frame.input, at, new)
}

fn output(frame: &mut Frame, at: usize, new: &[u8]) -> bool {
    frame.output.as_mut().is_some_and(|bytes| patch(bytes, at, new))
}

fn selector(signature: &str) -> [u8; 4] {
    keccak256(signature)[..4].try_into().expect("four bytes")
}

fn calls(frame: &Frame, signature: &str) -> bool {
    frame.input.starts_with(&selector(signature))
}

/// The first frame below for which `change` says that it changed it; those that failed are left out.
fn first(frame: &mut Frame, change: &mut dyn FnMut(&mut Frame) -> bool) -> bool {
    frame.error.is_none() && (change(frame) || frame.calls.iter_mut().any(|inner| first(inner, change)))
}

fn every(frame: &mut Frame, change: &mut dyn FnMut(&mut Frame)) {
    if frame.error.is_none() {
        change(frame);
        frame.calls.iter_mut().for_each(|inner| every(inner, change));
    }
}

/// The account of a run with an action that was executed.
fn agent(frame: &Frame) -> Option<Address> {
    let executed = keccak256("ActionExecuted(address,uint256,uint256,address,bytes32)");
    let own = frame.logs.iter().find(|log| log.topics.first() == Some(&executed));
    own.map(|log| Address::from_word(log.topics[1])).or_else(|| frame.calls.iter().find_map(agent))
}

/// The first run of the block in which something was executed.
fn run(block: &mut Block, mut change: impl FnMut(&mut Frame, Address) -> bool) -> bool {
    block.transactions.iter_mut().any(|transaction| {
        let Some(account) = agent(&transaction.result) else { return false };
        first(&mut transaction.result, &mut |frame| {
            frame.to == Some(RUNNER) && calls(frame, "run(uint256)") && change(frame, account)
        })
    })
}

/// The first call of an account in a run that is neither inference nor approval.
fn action(block: &mut Block, mut change: impl FnMut(&mut Frame, Address) -> bool) -> bool {
    run(block, |frame, account| {
        first(frame, &mut |inner| {
            let own = inner.kind == "CALL" && inner.from == account && inner.to != Some(INFERENCE);
            own && !calls(inner, "approve(address,uint256)") && change(inner, account)
        })
    })
}

fn swap(block: &mut Block, mut change: impl FnMut(&mut Frame, Address) -> bool) -> bool {
    let signature = "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)";
    action(block, |frame, account| calls(frame, signature) && change(frame, account))
}

fn payment(block: &mut Block, mut change: impl FnMut(&mut Frame, Address) -> bool) -> bool {
    action(block, |frame, account| calls(frame, "transfer(address,uint256)") && change(frame, account))
}

fn inference(block: &mut Block, mut change: impl FnMut(&mut Frame) -> bool) -> bool {
    run(block, |frame, _| first(frame, &mut |inner| inner.to == Some(INFERENCE) && change(inner)))
}

fn amount(log: &mut Log, change: impl Fn(U256) -> U256) {
    let value = change(U256::from_be_slice(&log.data));
    log.data = value.to_be_bytes_vec().into();
}

/// So many times as much leaves the account in this action.
fn outflow(frame: &mut Frame, account: Address, times: u64) -> bool {
    first(frame, &mut |inner| {
        let mut own = inner.logs.iter_mut().filter(|log| log.topics.first() == Some(&TRANSFER));
        let found = own.find(|log| log.topics[1] == account.into_word());
        found.map(|log| amount(log, |value| value * U256::from(times))).is_some()
    })
}

/// Only one in so many parts comes back.
fn inflow(frame: &mut Frame, account: Address, parts: u64) -> bool {
    first(frame, &mut |inner| {
        let mut own = inner.logs.iter_mut().filter(|log| log.topics.first() == Some(&TRANSFER));
        let found = own.find(|log| log.topics[2] == account.into_word());
        found.map(|log| amount(log, |value| value / U256::from(parts))).is_some()
    })
}

fn repeated(block: &mut Block, times: usize) -> bool {
    let Some(place) = block.transactions.iter().position(|transaction| agent(&transaction.result).is_some()) else {
        return false;
    };
    let copies = vec![block.transactions[place].clone(); times];
    block.transactions.extend(copies);
    true
}

/// In a run with a swap, all prices are others.
fn priced(block: &mut Block, change: fn(U256) -> U256) -> bool {
    let traded = swap(&mut block.clone(), |_, _| true);
    traded
        && block.transactions.iter_mut().any(|transaction| {
            let swaps = &mut |frame: &mut Frame| {
                frame.kind == "CALL"
                    && calls(frame, "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)")
            };
            if agent(&transaction.result).is_none() || !first(&mut transaction.result, swaps) {
                return false;
            }
            every(&mut transaction.result, &mut |frame| {
                if frame.from == RUNNER
                    && calls(frame, "price()")
                    && let Some(output) = &mut frame.output
                {
                    *output = change(U256::from_be_slice(output)).to_be_bytes_vec().into();
                }
            });
            true
        })
}

fn balances(block: &mut Block) -> bool {
    run(block, |frame, _| {
        first(frame, &mut |inner| {
            inner.from == RUNNER
                && calls(inner, "balanceOf(address)")
                && inner.output.as_mut().is_some_and(|bytes| patch(bytes, 31, &[0xa5]))
        })
    })
}

/// The approval that is taken back is not.
fn unrevoked(block: &mut Block) -> bool {
    run(block, |frame, account| {
        let mut taken = false;
        every(frame, &mut |inner| {
            let resets =
                inner.from == account && calls(inner, "approve(address,uint256)") && inner.input[36..68] == [0; 32];
            if resets {
                taken |= patch(&mut inner.input, 67, &[1]);
            }
        });
        taken
    })
}

fn code(frame: &mut Frame, account: Address) -> bool {
    first(frame, &mut |inner| {
        inner.kind == "DELEGATECALL" && inner.from == account && set(&mut inner.to, Some(STRANGER))
    })
}

fn push(frame: &mut Frame, log: Log) -> bool {
    frame.logs.push(log);
    true
}

fn transfer(token: Address, from: Address, value: U256) -> Log {
    let topics = vec![TRANSFER, from.into_word(), STRANGER.into_word()];
    Log { address: token, topics, data: value.to_be_bytes_vec().into() }
}

fn forget(frame: &mut Frame, event: &str) -> bool {
    first(frame, &mut |inner| {
        let before = inner.logs.len();
        inner.logs.retain(|log| log.topics.first() != Some(&keccak256(event)));
        inner.logs.len() < before
    })
}

fn nest(frame: &mut Frame) -> bool {
    let copy = frame.clone();
    frame.calls.push(copy);
    true
}

fn strategy_input(frame: &mut Frame) -> bool {
    first(frame, &mut |inner| {
        let length = inner.input.len();
        calls(inner, "features(bytes)") && length > 100 && input(inner, 99, &[0x77])
    })
}

fn said(address: Address, event: &str, indexed: &[Address], data: &[U256]) -> Log {
    let mut topics = vec![keccak256(event)];
    topics.extend(indexed.iter().map(|entry| entry.into_word()));
    Log { address, topics, data: data.iter().flat_map(|word| word.to_be_bytes_vec()).collect::<Vec<_>>().into() }
}

/// Something was said in the transaction before an agent's run.
fn before(block: &mut Block, what: impl Fn(Address) -> Log) -> bool {
    let found =
        block.transactions.iter().enumerate().find_map(|(at, tx)| agent(&tx.result).map(|account| (at, account)));
    let Some((at, account)) = found else { return false };
    let mut talk = block.transactions[at].clone();
    talk.result = Frame { kind: "CALL".into(), from: STRANGER, to: Some(STRANGER), ..Frame::default() };
    talk.result.logs.push(what(account));
    block.transactions.insert(at, talk);
    true
}

fn acted(block: &mut Block) -> bool {
    block.transactions.iter().any(|transaction| agent(&transaction.result).is_some())
}

fn later(block: &mut Block, seconds: u64) -> bool {
    block.timestamp += seconds;
    true
}

fn ran_again(block: &mut Block) -> bool {
    let again = block.scheduled.iter().find(|log| log.topics[0] == keccak256(RAN)).cloned();
    again.map(|log| block.scheduled.push(log)).is_some()
}
