//! What an L1 provider can do to a driver: lag, limit its rate, prune, lie, change its mind. Over a socket, step by step.

use alloy_consensus::Header;
use alloy_eips::BlockNumHash;
use alloy_primitives::{B256, Bloom};
use praxis_chain::{Chain, SafeChain};
use praxis_harness::{L1Miner, base_config, chain_options, temporary_directory, with_genesis};
use praxis_l1::{L1Client, L1ClientConfig};
use praxis_verifier::{DriverConfig, DriverError, L1Driver, L1Window};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

const GENESIS_TIME: u64 = 1_700_000_000;
/// L1 blocks at the start: the sequencing window of 16 has passed, so there are forced L2 blocks.
const BEGIN: u64 = 24;

/// How the provider misbehaves.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Trouble {
    None,
    /// It shows no block above this one.
    Lags(u64),
    Status(u16),
    Error(i64),
    /// It has the newest block's number and not the block.
    Pruned,
    /// The newest block's time is another than the one that was hashed.
    Lies,
}

struct State {
    blocks: Vec<Header>,
    trouble: Trouble,
}

impl State {
    fn mine(&mut self, count: u64, salt: u8) {
        for _ in 0..count {
            let parent = self.blocks.last().map_or(B256::ZERO, Header::hash_slow);
            let number = self.blocks.len() as u64;
            self.blocks.push(Header {
                parent_hash: parent,
                number,
                timestamp: GENESIS_TIME + number,
                base_fee_per_gas: Some(1_000_000_000),
                logs_bloom: Bloom::ZERO,
                extra_data: vec![salt].into(),
                ..Header::default()
            });
        }
    }

    fn answer(&self, method: &str, params: &Value) -> Result<Value, i64> {
        let top = match self.trouble {
            Trouble::Lags(top) => top,
            Trouble::Error(code) => return Err(code),
            _ => self.blocks.len() as u64 - 1,
        };
        let shown = self.blocks.iter().take(top as usize + 1);
        let newest = self.blocks.len() as u64 - 1;
        let found = match (method, params[0].as_str().unwrap_or_default()) {
            ("eth_chainId", _) => return Ok(json!("0x1302c")),
            ("eth_getBlockByNumber", "latest") => shown.last(),
            ("eth_getBlockByNumber", number) => {
                let number = u64::from_str_radix(number.trim_start_matches("0x"), 16).ok();
                number.and_then(|number| shown.clone().nth(number as usize))
            }
            ("eth_getBlockByHash", hash) => shown.clone().find(|header| header.hash_slow().to_string() == hash),
            _ => return Err(-32601),
        };
        let Some(header) = found else { return Ok(Value::Null) };
        let mut block = serde_json::to_value(header).unwrap();
        block["hash"] = json!(header.hash_slow());
        block["transactions"] = json!([]);
        match self.trouble {
            Trouble::Pruned if header.number == newest && method == "eth_getBlockByHash" => Ok(Value::Null),
            Trouble::Lies if header.number == newest && method == "eth_getBlockByHash" => {
                block["timestamp"] = json!("0x99");
                Ok(block)
            }
            _ => Ok(block),
        }
    }
}

/// An L1 of empty blocks.
#[derive(Clone)]
struct Provider(Arc<Mutex<State>>);

impl Provider {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    async fn serve(self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut buffer = Vec::new();
        loop {
            let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else {
                if stream.read_buf(&mut buffer).await? == 0 {
                    return Ok(());
                }
                continue;
            };
            let head = String::from_utf8_lossy(&buffer[..end]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:")).unwrap().trim();
            let total = end + 4 + length.parse::<usize>().unwrap();
            while buffer.len() < total {
                stream.read_buf(&mut buffer).await?;
            }
            let request: Value = serde_json::from_slice(&buffer[end + 4..total]).unwrap();
            buffer.drain(..total);
            let (status, body) = self.respond(&request);
            let head = format!(
                "HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all([head, body].concat().as_bytes()).await?;
        }
    }

    fn respond(&self, request: &Value) -> (u16, String) {
        let state = self.state();
        if let Trouble::Status(status) = state.trouble {
            return (status, "slow down".into());
        }
        let mut answer = json!({ "jsonrpc": "2.0", "id": request["id"] });
        match state.answer(request["method"].as_str().unwrap(), &request["params"]) {
            Ok(result) => answer["result"] = result,
            Err(code) => answer["error"] = json!({ "code": code, "message": "too many requests" }),
        }
        (200, answer.to_string())
    }
}

struct Following {
    provider: Provider,
    driver: L1Driver,
    _folder: TempDir,
}

impl Following {
    async fn start() -> Self {
        let provider = Provider(Arc::new(Mutex::new(State { blocks: vec![], trouble: Trouble::None })));
        provider.state().mine(1, 0);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = provider.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        let mut config = base_config(&L1Miner::default());
        config.l1_chain_id = 77_868;
        config.block_time_ms = 1000;
        config.genesis.l1 = BlockNumHash::new(0, provider.state().blocks[0].hash_slow());
        config.genesis.l2_time_ms = GENESIS_TIME * 1000;
        let folder = temporary_directory();
        let chain = Chain::open(folder.path(), with_genesis(config).chain_spec(), chain_options()).unwrap();
        let patience = L1ClientConfig { attempts: 2, backoff: Duration::from_millis(1), ..L1ClientConfig::default() };
        let client = L1Client::new(&url, patience).unwrap();
        let (safe, window) = (SafeChain::open(chain).unwrap(), Arc::new(L1Window::new(100)));
        let driver = L1Driver::new(client, safe, window, DriverConfig::default()).await.unwrap();
        let mut following = Self { provider, driver, _folder: folder };
        following.provider.state().mine(BEGIN, 0);
        following.go_on().await;
        assert!(following.driver.safe().safe().number > 0, "blocks were forced");
        following
    }

    /// Follows L1 to its end.
    async fn go_on(&mut self) {
        while !self.driver.advance().await.unwrap().idle {}
        let head = self.provider.state().blocks.last().map(|header| (header.number, header.hash_slow())).unwrap();
        let consumed = self.driver.safe().consumed().l1;
        assert_eq!((consumed.number, consumed.hash), head);
    }

    /// A block comes, and the provider makes this trouble with it. Nothing moves, the message has all of `words`, and when the
    /// trouble is over all goes on.
    async fn troubled(&mut self, trouble: Trouble, words: &[&str]) {
        let before = (self.driver.safe().consumed(), *self.driver.safe().safe());
        {
            let mut state = self.provider.state();
            state.mine(1, 0);
            state.trouble = trouble;
        }
        for _ in 0..2 {
            let error: DriverError = self.driver.advance().await.expect_err("no good answer");
            assert!(error.is_temporary(), "{error}");
            words.iter().for_each(|word| assert!(error.to_string().contains(word), "{trouble:?}: {error}"));
            assert_eq!((self.driver.safe().consumed(), *self.driver.safe().safe()), before);
        }
        self.provider.state().trouble = Trouble::None;
        self.go_on().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_of_rate_pruning_and_lies_are_waited_out_and_named() {
    let mut following = Following::start().await;
    following.troubled(Trouble::Status(429), &["HTTP status 429", "2 attempts"]).await;
    following.troubled(Trouble::Status(503), &["HTTP status 503"]).await;
    following.troubled(Trouble::Error(-32005), &["limits our rate: too many requests"]).await;
    let next = BEGIN + 4;
    following.troubled(Trouble::Pruned, &[&format!("L1 block {next}"), "does not have block 0x"]).await;
    let next = format!("L1 block {}", next + 1);
    following.troubled(Trouble::Lies, &[&next, "altered block 0x", "its header hashes to 0x"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_lags_takes_nothing_back() {
    let mut following = Following::start().await;
    let before = (following.driver.safe().consumed(), *following.driver.safe().safe());
    for top in [BEGIN - 1, 3, 0] {
        following.provider.state().trouble = Trouble::Lags(top);
        let advance = following.driver.advance().await.unwrap();
        assert!(advance.rewound_to.is_none() && advance.blocks.is_empty(), "up to {top}: {advance:?}");
        assert_eq!((following.driver.safe().consumed(), *following.driver.safe().safe()), before);
    }
    following.provider.state().trouble = Trouble::None;
    following.provider.state().mine(2, 0);
    following.go_on().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_fork_is_followed_from_where_it_parts() {
    // The other fork is shorter, as long, or longer: the last shows itself by a parent only.
    for (kept, mined) in [(BEGIN - 2, 1), (BEGIN - 3, 3), (BEGIN - 3, 8), (2, 30)] {
        let mut following = Following::start().await;
        {
            let mut state = following.provider.state();
            state.blocks.truncate(kept as usize + 1);
            state.mine(mined, 7);
        }
        let mut rewound = None;
        loop {
            let advance = following.driver.advance().await.unwrap();
            rewound = advance.rewound_to.or(rewound);
            if advance.idle {
                break;
            }
        }
        let to = rewound.expect("derivation goes back");
        assert_eq!(to.l1.number, kept, "to the last block that both have");
        following.go_on().await;
    }
}
