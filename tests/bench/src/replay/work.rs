//! The transactions of the replayed chain: 70 transfers of ether, 20 of a token and 10 inferences a block.

use std::collections::VecDeque;

use alloy_consensus::{SignableTransaction as _, TxEip1559};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, keccak256};
use alloy_signer::SignerSync as _;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{SolCall as _, sol};
use anyhow::{Context as _, Result};
use praxis_chain::TransactionSource;
use praxis_contracts::{IInference, IModelRegistry, addresses};
use praxis_import::{ImportOptions, import_bytes};
use praxis_model::{DType, Plan, id};
use praxis_primitives::{RecoveredTransaction, Transaction};

/// Accounts that send.
const SENDERS: u64 = 200;
/// Accounts that are paid: few often, most seldom.
const RECEIVERS: u64 = 50_000;
/// Wei of the token that each sender makes for itself.
const WRAPPED: u64 = 1_000_000_000_000_000;
/// The agents' model.
const MODEL: &[u8] = include_bytes!("../../../fixtures/models/strategy.onnx");

sol! {
    function transfer(address to, uint256 amount) external returns (bool);
    function deposit() external payable;
}

struct Sender {
    signer: PrivateKeySigner,
    nonce: u64,
}

/// The senders, and what the next block takes.
pub(super) struct Work {
    chain_id: u64,
    senders: Vec<Sender>,
    plan: Plan,
    model: B256,
    random: u64,
    queue: VecDeque<RecoveredTransaction>,
    /// Why the node refused one of them, which it never should.
    pub(super) refused: Option<String>,
}

fn signer(index: u64) -> Result<PrivateKeySigner> {
    Ok(PrivateKeySigner::from_bytes(&keccak256(format!("praxis replay sender {index}")))?)
}

/// Addresses of all senders.
pub(super) fn senders() -> Result<Vec<Address>> {
    (0..SENDERS).map(|index| Ok(signer(index)?.address())).collect()
}

impl Work {
    pub(super) fn new(chain_id: u64) -> Result<Self> {
        let senders = (0..SENDERS).map(|index| Ok(Sender { signer: signer(index)?, nonce: 0 }));
        let plan = import_bytes(MODEL, &ImportOptions::default())?.plan;
        let model = id::model_id(&plan.encode());
        Ok(Self {
            chain_id,
            senders: senders.collect::<Result<_>>()?,
            plan,
            model,
            random: 1,
            queue: VecDeque::new(),
            refused: None,
        })
    }

    /// SplitMix64.
    fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn sender(&mut self) -> usize {
        (self.random() % SENDERS) as usize
    }

    /// Pareto: the first is paid most.
    fn receiver(&mut self) -> Address {
        let uniform = (self.random() >> 11) as f64 / (1u64 << 53) as f64;
        let rank = (1.0 - uniform).powf(-1.0 / 1.16) as u64;
        Address::from_word(keccak256((rank % RECEIVERS).to_be_bytes()))
    }

    fn push(&mut self, sender: usize, to: Address, value: u64, gas_limit: u64, input: Vec<u8>) -> Result<()> {
        let sender = self.senders.get_mut(sender).context("there is no such sender")?;
        let tx = TxEip1559 {
            chain_id: self.chain_id,
            nonce: sender.nonce,
            gas_limit,
            max_fee_per_gas: 1_000_000_000,
            max_priority_fee_per_gas: 1_000,
            to: TxKind::Call(to),
            value: U256::from(value),
            access_list: Default::default(),
            input: Bytes::from(input),
        };
        sender.nonce += 1;
        let signature = sender.signer.sign_hash_sync(&tx.signature_hash())?;
        let tx = Transaction::Ethereum(tx.into_signed(signature).into());
        self.queue.push_back(RecoveredTransaction::new_unchecked(tx, sender.signer.address()));
        Ok(())
    }

    /// What the model needs, block by block: announce, upload, activate; and the senders' tokens.
    pub(super) fn prepare(&mut self, number: u64) -> Result<()> {
        let bytes = self.plan.encode();
        let calls: Vec<Vec<u8>> = match number {
            1 => {
                let (length, root) = (u32::try_from(bytes.len())?, id::model_root(&bytes));
                vec![IModelRegistry::beginCall { id: self.model, length, root }.abi_encode()]
            }
            2 => {
                let put = |index| {
                    let data = id::chunk(&bytes, index).context("a chunk")?.to_vec().into();
                    let proof = id::chunk_proof(&bytes, index).context("a chunk")?;
                    Ok(IModelRegistry::putChunkCall { id: self.model, index, data, proof }.abi_encode())
                };
                let chunks = u32::try_from(id::chunk_count(bytes.len() as u64))?;
                (0..chunks).map(put).collect::<Result<_>>()?
            }
            3 => vec![IModelRegistry::activateCall { id: self.model }.abi_encode()],
            4 => {
                for sender in 0..SENDERS as usize {
                    self.push(sender, addresses::WETH9, WRAPPED, 100_000, depositCall {}.abi_encode())?;
                }
                vec![]
            }
            _ => vec![],
        };
        for call in calls {
            self.push(0, addresses::MODEL_REGISTRY, 0, 8_000_000, call)?;
        }
        Ok(())
    }

    /// The transactions of one block.
    pub(super) fn block(&mut self) -> Result<()> {
        for index in 0..100 {
            let (sender, to) = (self.sender(), self.receiver());
            match index % 10 {
                0 => {
                    let call = self.inference();
                    self.push(sender, addresses::INFERENCE, 0, 1_000_000, call)?;
                }
                1 | 2 => {
                    let amount = U256::from(1 + self.random() % 1_000);
                    self.push(sender, addresses::WETH9, 0, 100_000, transferCall { to, amount }.abi_encode())?;
                }
                _ => {
                    let value = 1 + self.random() % 1_000_000_000;
                    self.push(sender, to, value, 21_000, Vec::new())?;
                }
            }
        }
        Ok(())
    }

    fn inference(&mut self) -> Vec<u8> {
        let infos: Vec<_> = self.plan.inputs.iter().map(|info| (info.dtype, info.shape.clone())).collect();
        let inputs = infos.into_iter().map(|(dtype, shape)| {
            let elements = shape.iter().product::<u32>();
            let data: Vec<u8> = match dtype {
                DType::F32 => {
                    (0..elements).flat_map(|_| ((self.random() % 4_096) as f32 / 4_096.0).to_le_bytes()).collect()
                }
                other => vec![0; elements as usize * other.size()],
            };
            IInference::Tensor { dtype: dtype.code(), shape, data: data.into() }
        });
        let inputs = inputs.collect();
        IInference::inferCall { model: self.model, inputs }.abi_encode()
    }
}

impl TransactionSource for Work {
    fn next(&mut self, _: u64) -> Option<RecoveredTransaction> {
        self.queue.pop_front()
    }

    fn rejected(&mut self, hash: B256, reason: &str) {
        self.refused = Some(format!("transaction {hash} is refused: {reason}"));
    }
}
