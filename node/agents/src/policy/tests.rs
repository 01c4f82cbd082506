use super::*;
use alloy_primitives::{Address, U256, aliases::U24};
use praxis_contracts::agents::{Condition, ParameterType};
use std::collections::BTreeMap;

const EXAMPLE: &str = r#"
delay = "1d"
expiry = "2030-01-31"
hours = [8, 9]
max_actions = 4
action_gas = 400_000
run_gas = "1e6"
drawdown = "20%"
rate = "trades"
loss = "loss"
strategies = ["${STRATEGY}"]

[[allowance]]
name = "trades"
capacity = 24
window = "1d"

[[allowance]]
name = "loss"
id = 9
life = "2.5e18"

[[asset]]
token = "ether"
per_action = "1 ether"

[[asset]]
token = "0x2222222222222222222222222222222222222222"
valuer = "0x3333333333333333333333333333333333333333"
per_action = "max"
allowance = "loss"

[[model]]
id = "0x4444444444444444444444444444444444444444444444444444444444444444"
bounds = [{ low = -1, high = "0.5" }]

[[rule]]
target = "0x5555555555555555555555555555555555555555"
function = "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)"
slippage = "1%"
arguments = [
    { allowance = "loss" },
    "any",
    { every = { one_of = ["0x2222222222222222222222222222222222222222", "0x6666666666666666666666666666666666666666"] } },
    "account",
]
"#;

fn names() -> BTreeMap<String, String> {
    BTreeMap::from([("STRATEGY".into(), Address::repeat_byte(0x11).to_string())])
}

fn example() -> Policy {
    PolicyFile::parse(EXAMPLE, &names()).unwrap().build().unwrap()
}

#[test]
fn a_file_says_what_the_contract_takes() {
    let Policy { terms, rules } = example();
    assert_eq!((terms.delay, terms.runGas, terms.drawdownBps), (86_400, 1_000_000, 2_000));
    assert_eq!(terms.hourMask, U24::from(0x300));
    assert_eq!((terms.rateLimit, terms.lossLimit, terms.feeLimit), (1, 2, 0));
    assert_eq!(terms.strategies, [Address::repeat_byte(0x11)]);
    assert_eq!((terms.allowances[0].id, terms.allowances[1].id), (1, 9));
    assert_eq!((terms.assets[0].token, terms.assets[1].allowance), (Address::ZERO, 2));
    assert_eq!(
        (terms.models[0].bounds[0].low, terms.models[0].bounds[0].high),
        (-1_000_000_000_000_000_000, 5 * 10i128.pow(17))
    );
    let rule = &rules[0];
    assert_eq!(rule.selector.0, [0x38, 0xed, 0x17, 0x39]);
    let shape: Vec<_> = rule.conditions.iter().map(|c| (c.parent, c.paramType as u8, c.operator)).collect();
    let (word, list, none) = (ParameterType::Static as u8, ParameterType::Array as u8, ParameterType::None as u8);
    assert_eq!(
        shape,
        [
            (0, 5, 5),
            (0, word, 28),
            (0, word, 0),
            (0, list, 7),
            (3, none, 2),
            (4, word, 16),
            (4, word, 16),
            (0, word, 15)
        ]
    );
    assert_eq!(rule.conditions[1].compValue.as_ref(), U256::from(2).to_be_bytes::<32>());
}

#[test]
fn writing_and_reading_a_policy_gives_it_again() {
    let policy = example();
    let file = PolicyFile::of(&policy);
    assert_eq!(file.build().unwrap(), policy);
    let toml = file.to_toml().unwrap();
    assert_eq!(PolicyFile::parse(&toml, &BTreeMap::new()).unwrap().build().unwrap(), policy);
    let json = serde_json::to_string(&file).unwrap();
    assert_eq!(PolicyFile::parse(&json, &BTreeMap::new()).unwrap().build().unwrap(), policy);
    assert_eq!(Policy::terms_of_blob(&policy.terms_blob()), Some(policy.terms.clone()));
    assert_eq!(Policy::rule_of_blob(&Policy::rule_blob(&policy.rules[0])), Some(policy.rules[0].clone()));
}

#[test]
fn what_makes_no_sense_is_named() {
    let refusal = |from: &str, to: &str| {
        let text = EXAMPLE.replacen(from, to, 1);
        let file = PolicyFile::parse(&text, &names());
        file.map_err(|e| e.to_string()).and_then(|file| file.build().map_err(|e| e.to_string())).unwrap_err()
    };
    assert!(refusal("${STRATEGY}", "${OTHER}").contains("OTHER"));
    assert!(refusal("rate = \"trades\"", "rate = \"trade\"").contains("rate: no allowance is named \"trade\""));
    assert!(refusal("hours = [8, 9]", "hours = [24]").contains("24"));
    assert!(refusal("window = \"1d\"", "window = \"1x\"").contains("allowance 1, window"));
    assert!(refusal("slippage", "slipage").contains("slipage"));
    assert!(refusal("\"account\",", "\"account\", \"any\", \"any\",").contains("has 5 arguments, 6"));
    assert!(refusal("{ allowance = \"loss\" }", "{ every = \"any\" }").contains("argument 0"));
}

#[test]
fn tuples_and_fixed_arrays_take_their_words() {
    let rule = |function: &str, arguments: &str| {
        let text = format!(
            "[[rule]]\ntarget = \"{}\"\nfunction = \"{function}\"\narguments = {arguments}\n",
            Address::repeat_byte(5)
        );
        let file = PolicyFile::parse(&text, &BTreeMap::new()).unwrap();
        let conditions: Vec<Condition> = file.build().unwrap().rules.remove(0).conditions;
        conditions.iter().map(|c| (c.parent, c.paramType as u8)).collect::<Vec<_>>()
    };
    assert_eq!(rule("f((uint8,bytes),int8)", "[\"any\", { below = -3 }]"), [(0, 5), (0, 3), (1, 1), (1, 2), (0, 1)]);
    assert_eq!(rule("f(uint256[2])", "[\"any\"]"), [(0, 5), (0, 3), (1, 1), (1, 1)]);
}

#[test]
fn differences_know_their_direction() {
    let before = example();
    assert_eq!(differences(&before, &before), []);
    let mut after = before.clone();
    after.terms.maxActions = 2;
    after.terms.delay += 1;
    after.rules.clear();
    let found = differences(&before, &after);
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|d| d.direction == Direction::Tighter), "{found:?}");
    let back = differences(&after, &before);
    assert!(back.iter().all(|d| d.direction == Direction::Looser), "{back:?}");
    let mut after = before.clone();
    after.terms.assets[0].perAction += 1;
    after.terms.strategies.clear();
    let found: Vec<_> = differences(&before, &after).into_iter().map(|d| (d.field, d.direction)).collect();
    assert_eq!(found, [("asset 1".into(), Direction::Looser), ("strategies".into(), Direction::Tighter)]);
}
