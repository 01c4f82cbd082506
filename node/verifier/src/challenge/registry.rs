//! The registry of verifiers on L1, read and used.

use crate::votes::{Contradiction, Electorate, SignedVote, VoteDomain, VoteKey, VotePublicKey};
use alloy_primitives::{Address, B256, Bytes, U256, aliases::U48};
use alloy_sol_types::SolCall;
use praxis_contracts::settlement::IVerifierRegistry;
use praxis_l1::{L1Client, L1Error};

/// Verifiers that are looked at, active or not. Registering costs a stake that stays for weeks, so there are far fewer.
const MAX_VERIFIERS: u32 = 4_096;

/// A verifier as L1 has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Its number.
    pub index: u32,
    /// Who gets stake and rewards.
    pub owner: Address,
    /// L1 time from which the stake can be withdrawn; 0 while it is active.
    pub exit_at: u64,
    /// It lied.
    pub slashed: bool,
    /// Wei.
    pub stake: U256,
    /// Its key, as the registry has it.
    pub key: Bytes,
}

/// All verifiers that ever registered, as of an L1 block.
///
/// # Errors
/// When L1 cannot be read.
pub async fn verifiers(l1: &L1Client, registry: Address, block: B256) -> Result<Vec<Registered>, L1Error> {
    let count = l1.read(registry, &IVerifierRegistry::verifierCountCall {}, block).await?;
    let count = u32::try_from(count).unwrap_or(u32::MAX).min(MAX_VERIFIERS);
    let mut all = Vec::new();
    for index in 0..count {
        let one = l1.read(registry, &IVerifierRegistry::verifierCall { index }, block).await?;
        let IVerifierRegistry::Verifier { owner, exitAt: exit_at, slashed, stake, key } = one;
        all.push(Registered { index, owner, exit_at, slashed, stake, key });
    }
    Ok(all)
}

/// Who may vote about a claim that was made at L1 time `created_at`: weights one second before, without those slashed since.
///
/// # Errors
/// When L1 cannot be read.
pub async fn electorate(l1: &L1Client, registry: Address, created_at: u64, block: B256) -> Result<Electorate, L1Error> {
    let time = U48::from(created_at.saturating_sub(1));
    let total = l1.read(registry, &IVerifierRegistry::totalAtCall { time }, block).await?;
    let mut electorate = Electorate { total, ..Electorate::default() };
    if total.is_zero() {
        return Ok(electorate);
    }
    for one in verifiers(l1, registry, block).await?.into_iter().filter(|one| !one.slashed) {
        let weight = l1.read(registry, &IVerifierRegistry::weightAtCall { index: one.index, time }, block).await?;
        // The registry took the key with a proof of possession, so it is one.
        if let (Ok(key), false) = (VotePublicKey::decode(&one.key), weight.is_zero()) {
            electorate.members.insert(one.index, (key, weight));
        }
    }
    Ok(electorate)
}

/// The calldata that registers `key` for `owner`, who must send it with the stake.
pub fn register_calldata(domain: &VoteDomain, owner: Address, key: &VoteKey) -> Bytes {
    let possession = key.sign_possession(&domain.possession_message(owner, key.public())).encode();
    IVerifierRegistry::registerCall { key: key.public().encode(), possession }.abi_encode().into()
}

/// The calldata that reports a verifier with two words.
pub fn slash_calldata(found: &Contradiction) -> Bytes {
    let evidence = |signed: &SignedVote| IVerifierRegistry::Evidence {
        vote: IVerifierRegistry::Vote {
            game: signed.vote.game,
            l2BlockNumber: U256::from(signed.vote.l2_block),
            root: signed.vote.root,
            l1Head: signed.vote.l1_head,
        },
        signers: vec![signed.verifier],
        signature: signed.signature.clone(),
    };
    let (first, second) = (evidence(&found.first), evidence(&found.second));
    IVerifierRegistry::slashCall { index: found.first.verifier, first, second }.abi_encode().into()
}
