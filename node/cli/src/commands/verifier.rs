//! `praxis verifier`: a verifier's place in the registry on L1.

use crate::{
    args::{VerifierArgs, VerifierCommand},
    failure::Failure,
    keys,
    system::read_rollup,
    ui::Ui,
};
use alloy_primitives::{Address, B256, U256, utils::format_ether};
use alloy_sol_types::SolCall;
use praxis_contracts::settlement::{IQuorumResolver, IVerifierRegistry};
use praxis_l1::{BlockTag, L1Client, L1ClientConfig, TxManager, TxManagerConfig, TxRequest};
use praxis_primitives::RollupConfig;
use praxis_verifier::{
    challenge::{Registered, register_calldata, verifiers},
    votes::{VoteDomain, VoteKey},
};
use serde_json::json;
use std::{io::Write, os::unix::fs::OpenOptionsExt, path::Path, sync::Arc, time::Duration};

struct Registry {
    config: Arc<RollupConfig>,
    client: L1Client,
    head: B256,
    time: u64,
}

/// Does one thing to the registry.
pub(crate) async fn run(command: VerifierCommand, ui: &Ui) -> Result<(), Failure> {
    match command {
        VerifierCommand::Keygen { out } => keygen(&out, ui),
        VerifierCommand::Register { verifier, stake } => register(&verifier, stake, ui).await,
        VerifierCommand::Status { verifier } => status(&verifier, ui).await,
        VerifierCommand::Exit { verifier } => exit(&verifier, ui).await,
        VerifierCommand::Withdraw { verifier } => withdraw(&verifier, ui).await,
    }
}

/// A new key in a new file that only its owner reads.
fn keygen(out: &Path, ui: &Ui) -> Result<(), Failure> {
    let key = loop {
        // About half of all 32-byte numbers are keys.
        let secret = B256::from(rand::random::<[u8; 32]>());
        if let Ok(key) = VoteKey::from_secret(&secret) {
            let failed = |e| Failure::failed(format!("the key can't be written to {}: {e}", out.display()));
            let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(out);
            writeln!(file.map_err(failed)?, "{secret}").map_err(failed)?;
            break key;
        }
    };
    ui.table(&[], [vec!["key file".into(), out.display().to_string()]]);
    ui.document(&json!({ "file": out, "publicKey": key.public().encode() }));
    Ok(())
}

impl Registry {
    async fn open(args: &VerifierArgs) -> Result<Self, Failure> {
        let config = read_rollup(&args.rollup)?;
        let client = L1Client::new(args.l1.as_str(), L1ClientConfig::default())?;
        client.check_chain(config.l1_chain_id).await?;
        let head = client.head(BlockTag::Latest).await?;
        let (head, header) = head.ok_or_else(|| Failure::failed(format!("the L1 at {} has no block", args.l1)))?;
        Ok(Self { config, client, head: head.hash, time: header.timestamp })
    }

    fn address(&self) -> Address {
        self.config.l1.verifier_registry
    }

    async fn all(&self) -> Result<Vec<Registered>, Failure> {
        Ok(verifiers(&self.client, self.address(), self.head).await?)
    }

    /// The verifier with this key.
    async fn of(&self, key: &VoteKey) -> Result<Registered, Failure> {
        let encoded = key.public().encode();
        let found = self.all().await?.into_iter().find(|one| one.key == encoded);
        found.ok_or_else(|| Failure::failed("this key is not registered; `praxis verifier register` does that"))
    }

    async fn send(&self, args: &VerifierArgs, label: &str, data: Vec<u8>, value: U256) -> Result<B256, Failure> {
        let signer = keys::signer(args.key.private_key.as_deref(), args.key.keystore.as_deref())?;
        let manager_config = TxManagerConfig { poll_interval: Duration::from_millis(250), ..Default::default() };
        let (manager, _) = TxManager::spawn(self.client.clone(), signer, self.config.l1_chain_id, manager_config);
        let request = TxRequest { value, ..TxRequest::call(label, self.address(), data.into()) };
        Ok(manager.send(request).await?.included().await?.hash)
    }
}

async fn register(args: &VerifierArgs, stake: Option<U256>, ui: &Ui) -> Result<(), Failure> {
    let registry = Registry::open(args).await?;
    let key = keys::bls_key(args.bls_key()?)?;
    let owner = keys::signer(args.key.private_key.as_deref(), args.key.keystore.as_deref())?.address();
    let least = registry.client.read(registry.address(), &IVerifierRegistry::minStakeCall {}, registry.head).await?;
    let stake = stake.unwrap_or(least);
    if stake < least {
        return Err(Failure::usage(format!(
            "a stake of {} ether is too small: the least is {} (--stake, in wei)",
            format_ether(stake),
            format_ether(least)
        )));
    }
    let domain = VoteDomain {
        l1_chain_id: registry.config.l1_chain_id,
        registry: registry.address(),
        l2_chain_id: registry.config.l2_chain_id,
    };
    let data = register_calldata(&domain, owner, &key).to_vec();
    let hash = registry.send(args, "the verifier's registration", data, stake).await?;
    let registry = Registry::open(args).await?;
    let one = registry.of(&key).await?;
    ui.table(
        &[],
        [
            vec!["verifier".into(), one.index.to_string()],
            vec!["owner".into(), one.owner.to_string()],
            vec!["stake".into(), format!("{} ether", format_ether(one.stake))],
            vec!["transaction".into(), hash.to_string()],
        ],
    );
    ui.document(&json!({ "verifier": one.index, "owner": one.owner, "stake": one.stake, "transaction": hash }));
    Ok(())
}

async fn status(args: &VerifierArgs, ui: &Ui) -> Result<(), Failure> {
    let registry = Registry::open(args).await?;
    let ours = args.bls_key.as_deref().map(keys::bls_key).transpose()?.map(|key| key.public().encode());
    let shown = registry.all().await?.into_iter().filter(|one| ours.as_ref().is_none_or(|ours| *ours == one.key));
    let (mut rows, mut documents) = (vec![], vec![]);
    for one in shown {
        let call = IVerifierRegistry::creditCall { owner: one.owner };
        let credit = registry.client.read(registry.address(), &call, registry.head).await?;
        let state = match (one.slashed, one.exit_at) {
            (true, _) => "slashed".to_string(),
            (false, 0) => "active".to_string(),
            (false, at) if at <= registry.time => "left; the stake is free".to_string(),
            (false, at) => format!("leaving; the stake is free in {} s", at - registry.time),
        };
        rows.push(vec![
            one.index.to_string(),
            one.owner.to_string(),
            format_ether(one.stake),
            format_ether(credit),
            state.clone(),
        ]);
        documents.push(json!({
            "verifier": one.index, "owner": one.owner, "stake": one.stake, "credit": credit, "state": state,
            "exitAt": one.exit_at, "slashed": one.slashed, "key": one.key,
        }));
    }
    let resolver = registry.config.l1.quorum_resolver;
    let bond = registry.client.read(resolver, &IQuorumResolver::contestBondCall {}, registry.head).await?;
    let pot = registry.client.read(resolver, &IQuorumResolver::potCall {}, registry.head).await?;
    ui.table(&["verifier", "owner", "stake (ether)", "credit (ether)", "state"], rows);
    ui.line(format!("a contest costs {} ether; {} are there for attestations", format_ether(bond), format_ether(pot)));
    ui.document(&json!({ "verifiers": documents, "contestBond": bond, "pot": pot }));
    Ok(())
}

async fn exit(args: &VerifierArgs, ui: &Ui) -> Result<(), Failure> {
    let registry = Registry::open(args).await?;
    let key = keys::bls_key(args.bls_key()?)?;
    let index = registry.of(&key).await?.index;
    let call = IVerifierRegistry::startExitCall { index }.abi_encode();
    let hash = registry.send(args, "the verifier's exit", call, U256::ZERO).await?;
    let exit_at = Registry::open(args).await?.of(&key).await?.exit_at;
    ui.line(format!(
        "verifier {index} has left; its stake is free at L1 time {exit_at}: then `praxis verifier withdraw`"
    ));
    ui.document(&json!({ "verifier": index, "exitAt": exit_at, "transaction": hash }));
    Ok(())
}

async fn withdraw(args: &VerifierArgs, ui: &Ui) -> Result<(), Failure> {
    let registry = Registry::open(args).await?;
    let one = registry.of(&keys::bls_key(args.bls_key()?)?).await?;
    let call = IVerifierRegistry::creditCall { owner: one.owner };
    let credit = registry.client.read(registry.address(), &call, registry.head).await?;
    if !credit.is_zero() {
        let call = IVerifierRegistry::claimCreditCall { owner: one.owner }.abi_encode();
        registry.send(args, "the verifier's rewards", call, U256::ZERO).await?;
    }
    let free = one.exit_at != 0 && one.exit_at <= registry.time && !one.slashed && !one.stake.is_zero();
    if free {
        let call = IVerifierRegistry::withdrawCall { index: one.index }.abi_encode();
        registry.send(args, "the verifier's stake", call, U256::ZERO).await?;
    }
    let stake = if free { one.stake } else { U256::ZERO };
    ui.line(format!(
        "paid to {}: {} ether of rewards, {} of stake",
        one.owner,
        format_ether(credit),
        format_ether(stake)
    ));
    ui.document(&json!({ "verifier": one.index, "rewards": credit, "stake": stake }));
    Ok(())
}
