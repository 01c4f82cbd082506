//! Claims on a real L1: bonds that come back, a false claim that is contested and judged, verifiers that lie, are down or too few.

use alloy_primitives::{Address, B256, Bytes, U256, hex, keccak256};
use alloy_sol_types::{SolCall, SolValue};
use anyhow::{Context, Result};
use blst::min_pk::SecretKey;
use praxis_contracts::settlement::{
    IAnchorStateRegistry::getAnchorRootCall,
    IOutputGame::{claimWindowCall, contesterCall, creditCall, gameCreatorCall, statusCall},
    IQuorumResolver::{attestedCall, contestBondCall, decisionCall},
    IVerifierRegistry::registerCall,
};
use praxis_e2e::{Claim, Deployment, Dev, Role, Rpc, Service, dev_account, dev_key, eventually, praxis, read, run};
use serde_json::{Value, json};
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    time::Duration,
};

const MINUTE: Duration = Duration::from_secs(60);
const WINDOW: u64 = 30;
const ETHER: u64 = 1_000_000_000_000_000_000;
/// How a claim stands, in the OP Stack's numbers.
const CHALLENGER_WINS: u8 = 1;
const DEFENDER_WINS: u8 = 2;

/// A verifier's account, key and stake; registered on L1 by the command line.
struct Member {
    account: u32,
    secret: B256,
    file: PathBuf,
}

/// A running verifier with its place for votes.
struct Challenger {
    service: Service,
    votes: Rpc,
    url: String,
}

/// A deployment with these windows in seconds, bonds of 0.08 ether for a claim and 0.04 for a contest.
async fn deploy(claim_window: &str, resolve_window: &str) -> Result<Deployment> {
    let windows = ["--settlement", "development", "--claim-window", claim_window, "--resolve-window", resolve_window];
    let bonds = ["--claim-bond", "80000000000000000", "--contest-bond", "40000000000000000"];
    Deployment::with(WINDOW, &[&windows[..], &bonds[..]].concat()).await
}

fn contract(deployment: &Deployment, name: &str) -> Result<String> {
    let address = deployment.config["l1"][name].as_str();
    Ok(address.with_context(|| format!("no {name} in {}", deployment.config))?.to_owned())
}

async fn verifier_command(deployment: &Deployment, what: &str, member: &Member, more: &[&str]) -> Result<Value> {
    let (rollup, file) = (deployment.rollup.display().to_string(), member.file.display().to_string());
    let base = ["--json", "verifier", what, "--rollup", &rollup, "--l1", &deployment.anvil.rpc.url];
    let mut command = praxis(base.iter().chain(&["--bls-key", &file]).chain(more))?;
    command.env("PRAXIS_PRIVATE_KEY", dev_key(member.account)?);
    run(command, MINUTE).await?.expect(0)?.json()
}

/// Registers a verifier with so many ether.
async fn join(deployment: &Deployment, account: u32, stake: u64) -> Result<Member> {
    let (secret, file) = (B256::with_last_byte(account as u8), deployment.folder(&format!("bls-{account}")));
    std::fs::write(&file, secret.to_string())?;
    let member = Member { account, secret, file };
    let stake = U256::from(stake) * U256::from(ETHER);
    let joined = verifier_command(deployment, "register", &member, &["--stake", &stake.to_string()]).await?;
    anyhow::ensure!(joined["owner"].as_str().is_some(), "{joined}");
    Ok(member)
}

async fn start(deployment: &Deployment, member: &Member) -> Result<Challenger> {
    start_with(deployment, member, &["--challenge"], &[("PRAXIS_PRIVATE_KEY", &dev_key(member.account)?)]).await
}

/// With these arguments, and this in its environment.
async fn start_with(
    deployment: &Deployment,
    member: &Member,
    more: &[&str],
    environment: &[(&str, &str)],
) -> Result<Challenger> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let (rollup, file) = (deployment.rollup.display().to_string(), member.file.display().to_string());
    let folder = deployment.folder(&format!("verifier-{}", member.account));
    let (datadir, address) = (folder.display().to_string(), format!("127.0.0.1:{port}"));
    let base = ["--json", "node", "--role", "verifier", "--rollup", &rollup, "--l1", &deployment.anvil.rpc.url];
    let own = ["--datadir", &datadir, "--bls-key", &file, "--votes-addr", &address];
    let mut command = praxis(base.iter().chain(&own).chain(more))?;
    command.envs(environment.iter().copied());
    let mut service = Service::start("praxis node", command)?;
    service.first_line(MINUTE).await?;
    Ok(Challenger { service, votes: Rpc::new(&format!("http://{address}"))?, url: format!("http://{address}") })
}

/// The signature of a vote, made here from the description in `Votes.sol` and not by the node's code.
fn signed(deployment: &Deployment, member: &Member, verifier: u32, claim: &Claim, root: B256) -> Result<Value> {
    let registry: Address = contract(deployment, "verifier_registry")?.parse()?;
    let chain =
        |name: &str| Ok::<_, anyhow::Error>(U256::from(deployment.config[name].as_u64().context("a chain id")?));
    let block = U256::from(claim.l2_block);
    let (l1, l2) = (chain("l1_chain_id")?, chain("l2_chain_id")?);
    let words = (keccak256("praxis verifier vote v1"), l1, registry, l2, claim.game, block, root, claim.l1_head);
    let signature = sign(member, keccak256(words.abi_encode_params()), b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_")?;
    let vote = json!({ "game": claim.game, "l2Block": claim.l2_block, "root": root, "l1Head": claim.l1_head });
    Ok(json!({ "verifier": verifier, "vote": vote, "signature": signature }))
}

/// A signature in EIP-2537's encoding.
fn sign(member: &Member, message: B256, domain: &[u8]) -> Result<Bytes> {
    let key = SecretKey::from_bytes(member.secret.as_slice()).map_err(|e| anyhow::anyhow!("{e:?}"))?;
    let raw = key.sign(message.as_slice(), domain, &[]).serialize();
    let coordinates: Vec<&[u8]> = raw.chunks_exact(48).collect();
    Ok([1, 0, 3, 2].into_iter().flat_map(|place| [&[0; 16][..], coordinates[place]].concat()).collect())
}

async fn ended(deployment: &Deployment, claim: &Claim) -> Result<Option<u8>> {
    let status = read(&deployment.anvil.rpc, &claim.game.to_string(), statusCall {}).await?;
    Ok((status != 0).then_some(status))
}

/// Claims the next due block with this change to its root, from the proposer's account.
async fn claim(deployment: &Deployment, node: &Role, alter: impl Fn(B256) -> B256) -> Result<(Claim, B256)> {
    let (l1, claims) = (&deployment.anvil.rpc, &deployment.claims);
    let block = claims.next_block(l1).await?;
    node.rpc.reaches("safe", block, 2 * MINUTE).await.with_context(|| node.service.tail())?;
    let right = node.output_root(block).await?;
    let count = claims.count(l1).await?;
    claims.propose(&deployment.anvil, &deployment.proposer()?, alter(right), block).await?;
    eventually("the claim on L1", MINUTE, async || Ok((claims.count(l1).await? > count).then_some(()))).await?;
    Ok((claims.claim(l1, count).await?, right))
}

fn flip(mut root: B256) -> B256 {
    root.0[31] ^= 1;
    root
}

/// Three verifiers: one is honest and holds seven tenths of the stake, one is down, one lies and then says the opposite.
#[tokio::test]
async fn a_false_claim_is_contested_judged_and_its_bond_paid() -> Result<()> {
    let deployment = deploy("30", "30").await?;
    let l1 = &deployment.anvil.rpc;
    let honest = join(&deployment, 4, 7).await?;
    let _down = join(&deployment, 5, 2).await?;
    let liar = join(&deployment, 6, 1).await?;
    let node = deployment.sequencer(&["--no-proposer"]).await?;
    let verifier = start(&deployment, &honest).await?;

    let (false_claim, right) = claim(&deployment, &node, flip).await?;
    let lie = signed(&deployment, &liar, 2, &false_claim, false_claim.root)?;
    let taken = async || Ok(verifier.votes.call("praxis_submitVote", json!([lie])).await.ok());
    let taken = eventually("the liar's vote", MINUTE, taken).await.with_context(|| verifier.service.tail())?;
    anyhow::ensure!(taken == true, "the liar has weight: {taken}");
    let opposite = signed(&deployment, &liar, 2, &false_claim, right)?;
    let second = verifier.votes.call("praxis_submitVote", json!([opposite])).await?;
    anyhow::ensure!(second == false, "the second word counts for nothing: {second}");

    let status = eventually("the end of the claim", MINUTE, async || ended(&deployment, &false_claim).await).await;
    anyhow::ensure!(status.with_context(|| verifier.service.tail())? == CHALLENGER_WINS, "the false claim won");
    let game = false_claim.game.to_string();
    let decided = read(l1, &contract(&deployment, "quorum_resolver")?, decisionCall { game: false_claim.game }).await?;
    anyhow::ensure!(decided.root == right && decided.signers == [0], "{decided:?}");
    let account = dev_account(honest.account)?.address();
    anyhow::ensure!(read(l1, &game, contesterCall {}).await? == account, "somebody else contested");
    // The contester collects both bonds but the signers' share, which is the honest verifier's too.
    let paid = async || Ok(read(l1, &game, creditCall { recipient: account }).await?.is_zero().then_some(()));
    eventually("the bond paid out", MINUTE, paid).await.with_context(|| verifier.service.tail())?;
    let left = l1.call("eth_getBalance", json!([game, "latest"])).await?;
    anyhow::ensure!(left == "0x0", "{left} wei stay in the claim");
    let status = verifier_command(&deployment, "status", &honest, &[]).await?;
    let share = U256::from(ETHER) * U256::from(80) / U256::from(4000);
    anyhow::ensure!(status["verifiers"][0]["credit"] == json!(share), "{status}");

    let slashed = async || {
        let status = verifier_command(&deployment, "status", &liar, &[]).await?;
        Ok((status["verifiers"][0]["slashed"] == true).then_some(()))
    };
    eventually("the liar's stake gone", MINUTE, slashed).await.with_context(|| verifier.service.tail())
}

/// Verifiers that are there hold a third of the stake: no quorum comes, and the claim is void.
#[tokio::test]
async fn without_a_quorum_a_contested_claim_is_void_and_the_next_contest_costs_twice() -> Result<()> {
    let deployment = deploy("20", "6").await?;
    let l1 = &deployment.anvil.rpc;
    let honest = join(&deployment, 4, 1).await?;
    let down = join(&deployment, 5, 2).await?;
    rogue_key(&deployment, &down).await?;
    let node = deployment.sequencer(&["--no-proposer"]).await?;
    let verifier = start(&deployment, &honest).await?;
    let resolver = contract(&deployment, "quorum_resolver")?;
    let before = read(l1, &resolver, contestBondCall {}).await?;
    let (false_claim, _) = claim(&deployment, &node, flip).await?;
    let status = eventually("the end of the claim", MINUTE, async || ended(&deployment, &false_claim).await).await;
    anyhow::ensure!(status.with_context(|| verifier.service.tail())? == CHALLENGER_WINS, "a void claim counts as lost");
    anyhow::ensure!(
        read(l1, &resolver, contestBondCall {}).await? == before * U256::from(2),
        "the bond did not double"
    );
    // The maker's bond is returned; of the contest's, half is burnt.
    let game = false_claim.game.to_string();
    let maker = read(l1, &game, gameCreatorCall {}).await?;
    let credit = read(l1, &game, creditCall { recipient: maker }).await?;
    anyhow::ensure!(credit == U256::from(ETHER) * U256::from(80) / U256::from(1000), "{credit}");
    let burnt = l1.call("eth_getBalance", json!(["0x000000000000000000000000000000000000dEaD", "latest"])).await?;
    anyhow::ensure!(burnt == json!(before / U256::from(2)), "{burnt} burnt of {before}");
    Ok(())
}

/// Somebody registers another's key, and with it the proof that the other made: it names its owner.
async fn rogue_key(deployment: &Deployment, of: &Member) -> Result<()> {
    let registry = contract(deployment, "verifier_registry")?;
    let rogue = Member { account: 7, secret: B256::with_last_byte(77), file: of.file.clone() };
    let key = SecretKey::from_bytes(rogue.secret.as_slice()).map_err(|e| anyhow::anyhow!("{e:?}"))?;
    let raw = key.sk_to_pk().serialize();
    let key: Bytes = raw.chunks_exact(48).flat_map(|part| [&[0; 16][..], part].concat()).collect();
    let owner = dev_account(of.account)?.address();
    let chain = U256::from(deployment.config["l1_chain_id"].as_u64().context("a chain id")?);
    let words = (keccak256("praxis verifier key v1"), chain, registry.parse::<Address>()?, owner, key.clone());
    let message = keccak256(words.abi_encode_params());
    let possession = sign(&rogue, message, b"BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_")?;
    let data = hex::encode_prefixed(registerCall { key, possession }.abi_encode());
    for (from, passes) in [(dev_account(7)?.address(), false), (owner, true)] {
        let call = json!({ "from": from, "to": registry, "data": data, "value": U256::from(ETHER) });
        let answer = deployment.anvil.rpc.call("eth_call", json!([call, "latest"])).await;
        anyhow::ensure!(answer.is_ok() == passes, "from {from}: {answer:?}");
    }
    Ok(())
}

/// Nobody contests: the claims win, and the proposer's bonds come back without anybody's help.
#[tokio::test]
async fn a_true_claim_wins_and_its_bond_comes_back() -> Result<()> {
    let deployment = Deployment::with(WINDOW, &["--settlement", "development"]).await?;
    let l1 = &deployment.anvil.rpc;
    let node = deployment.sequencer(&[]).await?;
    let claimed = async || Ok((deployment.claims.count(l1).await? > 0).then_some(()));
    eventually("a claim", 2 * MINUTE, claimed).await.with_context(|| node.service.tail())?;
    let first = deployment.claims.claim(l1, 0).await?;
    anyhow::ensure!(first.root == node.output_root(first.l2_block).await?, "{first:?}");
    let game = first.game.to_string();
    anyhow::ensure!(read(l1, &game, claimWindowCall {}).await? == 4, "a development window");
    let status = eventually("the end of the claim", MINUTE, async || ended(&deployment, &first).await).await;
    anyhow::ensure!(status.with_context(|| node.service.tail())? == DEFENDER_WINS, "the true claim lost");
    let paid = async || Ok((l1.call("eth_getBalance", json!([game, "latest"])).await? == "0x0").then_some(()));
    eventually("the bond paid back", MINUTE, paid).await.with_context(|| node.service.tail())
}

/// Two verifiers with half of the stake each, only together a quorum: one goes away after it has judged and comes back, the other has its
/// account in a keystore and at first no ether.
#[tokio::test]
async fn verifiers_that_exchange_votes_attest_and_leave_with_their_stakes() -> Result<()> {
    let windows = ["--claim-window", "24", "--resolve-window", "5", "--exit-delay", "30"];
    let deployment = Deployment::with(WINDOW, &[&["--settlement", "development"][..], &windows[..]].concat()).await?;
    let l1 = &deployment.anvil.rpc;
    let (first, second) = (join(&deployment, 4, 1).await?, join(&deployment, 6, 1).await?);
    let node = deployment.sequencer(&[]).await?;
    let attesting = judging_again(&deployment, &first).await?;
    let voting = without_ether(&deployment, &second, &attesting).await?;

    // The claim that it judged before it went away.
    let (game, resolver) = (deployment.claims.claim(l1, 0).await?.game, contract(&deployment, "quorum_resolver")?);
    let attested = async || Ok(read(l1, &resolver, attestedCall { game }).await?.then_some(()));
    let tails = || format!("{}\n{}\n{}", node.service.tail(), attesting.service.tail(), voting.service.tail());
    eventually("an attestation", MINUTE, attested).await.with_context(tails)?;
    verifier_command(&deployment, "exit", &second, &[]).await?;
    let early = verifier_command(&deployment, "withdraw", &second, &[]).await?;
    anyhow::ensure!(early["stake"] == "0x0", "{early}");

    // A claim that has won becomes the anchor by itself.
    let registry = contract(&deployment, "anchor_state_registry")?;
    let anchored =
        async || Ok((!read(l1, &registry, getAnchorRootCall {}).await?.l2BlockNumber.is_zero()).then_some(()));
    eventually("an anchor", 2 * MINUTE, anchored).await.with_context(tails)?;
    let free = async || {
        let paid = verifier_command(&deployment, "withdraw", &second, &[]).await?;
        Ok((paid["stake"] == json!(U256::from(ETHER))).then_some(()))
    };
    eventually("the stake", MINUTE, free).await?;
    restored(&deployment, node).await
}

/// A verifier that judged a claim, was killed, and runs again on its database: a claim that is still open it judges once more. Anvil
/// signs for its account.
async fn judging_again(deployment: &Deployment, member: &Member) -> Result<Challenger> {
    let account = dev_account(member.account)?.address().to_string();
    let signer = ["--challenger-signer", &deployment.anvil.rpc.url, "--challenger-account", &account];
    let more = [&["--attest"][..], &signer].concat();
    let environment = [("PRAXIS_LOG", "info,praxis=debug")];
    let mut before = start_with(deployment, member, &more, &environment).await?;
    let judged = async || Ok(before.service.printed("stderr").contains("replayed and is right").then_some(()));
    eventually("a verdict", MINUTE, judged).await.with_context(|| before.service.tail())?;
    before.service.kill().await?;
    start_with(deployment, member, &more, &environment).await
}

/// A verifier that only votes, which costs nothing; it says that its account could not pay for more.
async fn without_ether(deployment: &Deployment, member: &Member, peer: &Challenger) -> Result<Challenger> {
    let (l1, account) = (&deployment.anvil.rpc, dev_account(member.account)?.address());
    let ether = l1.call("eth_getBalance", json!([account, "latest"])).await?;
    l1.call("anvil_setBalance", json!([account, "0x1"])).await?;
    let keystore = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/keystore.json").display().to_string();
    let more = ["--votes-peer", &peer.url, "--challenger-keystore", &keystore];
    let voting = start_with(deployment, member, &more, &[("PRAXIS_CHALLENGER_PASSWORD", "praxis")]).await?;
    let warned = async || Ok(voting.service.printed("stderr").contains("send ether now").then_some(()));
    eventually("a warning", MINUTE, warned).await.with_context(|| voting.service.tail())?;
    l1.call("anvil_setBalance", json!([account, ether])).await?;
    Ok(voting)
}

/// A copy of the sequencer's database is restored against the newest claim that has won, once L1 has finalized that.
async fn restored(deployment: &Deployment, mut node: Role) -> Result<()> {
    node.service.signal("TERM").await?;
    node.service.ended(MINUTE).await?;
    let path = |name: &str| deployment.folder(name).display().to_string();
    let (datadir, copy, restored) = (path("sequencer"), path("copy"), path("restored"));
    let snapshot = praxis(["--json", "db", "snapshot", "--datadir", &datadir, "--out", &copy])?;
    run(snapshot, MINUTE).await?.expect(0)?;
    let (rollup, l1) = (deployment.rollup.display().to_string(), &deployment.anvil.rpc.url);
    let restore = ["--json", "db", "restore", &copy, "--datadir", &restored, "--rollup", &rollup, "--l1", l1];
    let found = eventually("a final claim", MINUTE, async || {
        let finished = run(praxis(restore)?, MINUTE).await?;
        if finished.stderr.contains("L1 has no final claim") { Ok(None) } else { finished.expect(0)?.json().map(Some) }
    });
    let found = found.await?;
    let stands = found["trusted"].as_str().is_some_and(|source| source.starts_with("on L1"));
    anyhow::ensure!(stands && found["head"].as_u64() > Some(0), "{found}");
    Ok(())
}

/// Through viem's op-stack actions as they are, on the embedded L1: deposits and withdrawals of ether and of a token through all
/// their states.
#[tokio::test]
async fn viem_brings_ether_and_tokens_and_takes_them_back() -> Result<()> {
    let dev = Dev::start(&[]).await?;
    let mut script = tokio::process::Command::new("node");
    script
        .arg("bridge.mjs")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("clients"))
        .env("L1_URL", &dev.l1.url)
        .env("VIEM_CHAIN", dev.rollup.with_extension("viem.json"))
        .env("TOKEN", Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/artifacts/WETH9.json"))
        .env("KEY", dev_key(1)?);
    run(script, 3 * MINUTE).await?.expect(0).map(drop).with_context(|| dev.service.tail())
}
