//! Nodes that tell each other blocks before L1 has them: a sequencer, a follower of it, a follower of that one, and an impostor.

use anyhow::{Context, Result, bail, ensure};
use praxis_e2e::{Deployment, Role, Rpc, Service, dev_account, dev_key, eventually, praxis, praxis_path, transfer};
use praxis_link::{FromNetwork, NetworkConfig, ToNetwork, Verdict, read_frame, write_frame};
use serde_json::{Value, json};
use std::{
    io::Write,
    net::TcpListener,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

const LIMIT: Duration = Duration::from_secs(60);

fn network_program() -> Result<std::path::PathBuf> {
    let path = praxis_path()?.with_file_name("praxis-net");
    ensure!(
        path.is_file(),
        "`praxis-net` is not built beside `praxis`: run `./dev e2e`, or `cargo build -p praxis-net`"
    );
    Ok(path)
}

/// Starts a follower with these further arguments, and gives where others reach it.
async fn follower(deployment: &Deployment, name: &str, args: &[&str]) -> Result<(Role, String)> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let (rollup, datadir) = (deployment.rollup.display().to_string(), deployment.folder(name).display().to_string());
    let address = format!("127.0.0.1:{port}");
    let base = ["--json", "node", "--role", "follower", "--rollup", &rollup, "--l1", &deployment.anvil.rpc.url];
    let own = ["--datadir", &datadir, "--rpc-addr", &address, "--p2p-listen", "127.0.0.1:0"];
    let service = Service::start(name, praxis(base.iter().chain(&own).chain(args))?)?;
    let mut role = Role { service, rpc: Rpc::new(&format!("http://{address}"))? };
    let peer = peer_address(&mut role).await?;
    Ok((role, peer))
}

/// Where other nodes reach this one.
async fn peer_address(role: &mut Role) -> Result<String> {
    let line = role.service.first_line(LIMIT).await?;
    line["p2p"][0].as_str().map(str::to_owned).with_context(|| format!("no address for peers in {line}"))
}

async fn sync_status(rpc: &Rpc) -> Result<(u64, u64)> {
    let status = rpc.call("optimism_syncStatus", json!([])).await?;
    let number = |head: &str| status[head]["number"].as_u64().with_context(|| format!("no {head} in {status}"));
    Ok((number("unsafe_l2")?, number("safe_l2")?))
}

async fn same_block(one: &Rpc, other: &Rpc, number: u64) -> Result<()> {
    let (one, other) = (one.block_at(number).await?, other.block_at(number).await?);
    ensure!(one["hash"] == other["hash"], "block {number}: {one} and {other}");
    Ok(())
}

/// Waits until the follower has what is the sequencer's head now, and that is not safe yet where the follower sees it.
async fn follows(sequencer: &Rpc, follower: &Rpc) -> Result<u64> {
    eventually("unsafe blocks at a follower", LIMIT, async || {
        let head = sequencer.block_number().await?;
        follower.reaches("latest", head, Duration::from_secs(2)).await?;
        let (unsafe_head, safe) = sync_status(follower).await?;
        same_block(sequencer, follower, head).await?;
        Ok((safe < head && head <= unsafe_head).then_some(head))
    })
    .await
}

/// The id of a node's network process.
fn network_process(role: &Role) -> Result<u32> {
    let parent = format!("PPid:\t{}\n", role.service.id().context("it runs")?);
    for entry in std::fs::read_dir("/proc")? {
        let entry = entry?;
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // A process may end while this looks.
        let status = std::fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        if status.starts_with("Name:\tpraxis-net\n") && status.contains(&parent) {
            return Ok(id);
        }
    }
    bail!("the node has no network process")
}

/// A network process that no node speaks with, but this test.
struct Impostor {
    child: Child,
    input: ChildStdin,
    said: Receiver<FromNetwork>,
}

impl Drop for Impostor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Impostor {
    fn start(network: &str, peer: &str) -> Result<Self> {
        let mut child = Command::new(network_program()?).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (input, mut output) = (child.stdin.take().context("stdin")?, child.stdout.take().context("stdout")?);
        let (sender, said) = channel();
        std::thread::spawn(move || {
            while let Ok(Some(frame)) = read_frame(&mut output) {
                let Ok(message) = FromNetwork::decode(&frame) else { return };
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let mut impostor = Self { child, input, said };
        let peers = vec![peer.to_owned()];
        let config =
            NetworkConfig { secret: [0x66; 32], network: network.into(), listen: vec![], peers, max_inbound: 0 };
        impostor.tell(&ToNetwork::Start(config))?;
        Ok(impostor)
    }

    fn tell(&mut self, message: &ToNetwork) -> Result<()> {
        write_frame(&mut self.input, &message.encode())?;
        Ok(self.input.flush()?)
    }

    /// Sends each block on with another signature, until nobody speaks with it any more. Gives how many it sent.
    fn forge_until_sent_away(&mut self) -> Result<usize> {
        let deadline = Instant::now() + LIMIT;
        let mut forged = 0;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.said.recv_timeout(left).context("the impostor is not sent away")? {
                FromNetwork::Message { message, mut data, .. } => {
                    data[5] ^= 1;
                    forged += 1;
                    self.tell(&ToNetwork::Judge { message, verdict: Verdict::Ignore })?;
                    self.tell(&ToNetwork::Publish(data))?;
                }
                FromNetwork::Disconnected(_) if forged > 0 => return Ok(forged),
                _ => {}
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn followers_have_unsafe_blocks_lose_and_find_each_other_and_believe_nobody_else() -> Result<()> {
    network_program()?;
    let deployment = Deployment::new(60).await?;
    // Account 0 deployed, and is the signer of unsafe blocks unless somebody else was named.
    let key = dev_key(0)?;
    // A port of its own: its network process is started again on the way.
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let listen = format!("127.0.0.1:{port}");
    let own = ["--p2p-listen", listen.as_str(), "--block-key", key.as_str(), "--max-channel-duration", "6"];
    let mut sequencer = deployment.sequencer(&own).await?;
    let at = peer_address(&mut sequencer).await?;
    let (mut first, first_at) = follower(&deployment, "first", &["--p2p-peer", &at]).await?;
    let url = sequencer.rpc.url.clone();
    let (second, _) = follower(&deployment, "second", &["--p2p-peer", &first_at, "--sequencer-url", &url]).await?;

    let seen = follows(&sequencer.rpc, &second.rpc).await.with_context(|| second.service.tail())?;
    eprintln!("the second follower has block {seen} before L1 has it");
    ensure!(first.rpc.call("net_peerCount", json!([])).await? == json!("0x2"), "the first one has two peers");
    // What a follower is given, the sequencer builds in, and the follower hears of.
    let hash = transfer(&second.rpc, &dev_account(1)?, None).await?;
    eventually("the receipt at the follower", LIMIT, async || {
        Ok(second.rpc.receipt(&hash).await?["blockNumber"].as_str().map(str::to_owned))
    })
    .await
    .with_context(|| second.service.tail())?;
    // Derivation confirms the very blocks.
    second.rpc.reaches("safe", seen, LIMIT).await.with_context(|| second.service.tail())?;
    same_block(&sequencer.rpc, &second.rpc, seen).await?;

    let mut impostor = Impostor::start(&deployment.config["l2_chain_id"].to_string(), &first_at)?;
    let forged = tokio::task::spawn_blocking(move || impostor.forge_until_sent_away()).await??;
    eprintln!("the impostor was sent away after {forged} forged blocks");
    follows(&sequencer.rpc, &first.rpc).await.with_context(|| first.service.tail())?;

    // A network process that dies is started again, and the node runs on.
    let network = network_process(&sequencer)?.to_string();
    ensure!(Command::new("kill").args(["-KILL", &network]).status()?.success(), "the network process is killed");
    follows(&sequencer.rpc, &first.rpc).await.with_context(|| sequencer.service.tail())?;

    first.service.kill().await?;
    let gone_at = sequencer.rpc.block_number().await?;
    sequencer.rpc.reaches("latest", gone_at + 12, LIMIT).await?;
    let port = first_at.split('/').nth(4).context("a port")?.to_owned();
    drop(first);
    let listen = format!("127.0.0.1:{port}");
    let again = ["--p2p-peer", at.as_str(), "--p2p-listen", listen.as_str()];
    let (first, _) = follower(&deployment, "first", &again).await?;
    follows(&sequencer.rpc, &first.rpc).await.with_context(|| first.service.tail())?;
    // The other one knows the first only, and finds it again.
    follows(&sequencer.rpc, &second.rpc).await.with_context(|| second.service.tail())?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let health: Value = client.get(format!("{}/health", second.rpc.url)).send().await?.json().await?;
    ensure!(health["peers"] == 1, "{health}");
    Ok(())
}
