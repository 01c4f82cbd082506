/** Reading: models, inferences with their proofs, agents. */
import {
  type Address,
  type BlockTag,
  type Client,
  type Hash,
  type Hex,
  type Transport,
  type Chain,
  type Account,
  type ContractEventName,
  type GetContractEventsReturnType,
  hexToBigInt,
  hexToNumber,
  hexToString,
  numberToHex,
} from "viem";
import { getContractEvents, readContract, simulateContract } from "viem/actions";
import { factoryAbi, inferenceAbi, policyAbi, runnerAbi, strategyRegistryAbi } from "./abi.js";
import { addresses } from "./addresses.js";
import { type Rule, type Terms } from "./policy.js";
import { type Tensor } from "./tensor.js";

/** An input or output of a model. */
export type ValueInfo = { name: string; dtype: number; type: string; shape: number[]; labels?: string[] };

/** A published model. Gas is null before activation, the manifest while chunks are missing. */
export type Model = {
  id: Hex;
  status: "uploading" | "complete" | "pending" | "active";
  owner: Address;
  engine: number;
  length: number;
  chunks: { present: number; total: number };
  warmGas: bigint | null;
  coldGas: bigint | null;
  activationBlock: bigint | null;
  manifest: null | {
    engine: number;
    importer: number;
    sourceSha256: Hex;
    inputs: ValueInfo[];
    outputs: ValueInfo[];
    nodes: number;
    parameters: number;
    weightBytes: number;
    memoryBytes: number;
  };
};

/** A tensor in an answer: exact bytes, and numbers where there are not too many. */
export type NamedTensor = Tensor & { name?: string; type: string; values?: (number | string | boolean)[] };

/** What a model said in a transaction. */
export type Inference = {
  blockNumber: bigint;
  blockHash: Hash;
  transactionHash: Hash;
  transactionIndex: number;
  callIndex: number;
  caller: Address;
  model: Hex;
  inputHash: Hex;
  outputHash: Hex;
  gas: bigint;
  static: boolean;
  reverted: boolean;
  inputs: NamedTensor[];
  outputs: NamedTensor[];
};

/** A proof for the library contract on L1; `encoded` is `proof` in ABI encoding. */
export type InferenceProof = {
  outputRoot: Hex;
  claimedBlock: bigint;
  blockNumber: bigint;
  proof: Record<string, unknown>;
  encoded: Hex;
};

/** What the runner recorded of an account's runs. */
export type RunEvent = GetContractEventsReturnType<typeof runnerAbi, ContractEventName<typeof runnerAbi>, true>[number];

type AnyClient = Client<Transport, Chain | undefined, Account | undefined>;
type Raw = Record<string, any>;

// viem types the methods of Ethereum; these are Praxis's own.
const ask = (client: AnyClient, method: string, params: unknown[]): Promise<any> =>
  client.request({ method, params } as never);

const maybe = (value: Hex | null): bigint | null => (value === null ? null : hexToBigInt(value));

const toModel = (raw: Raw): Model => ({
  ...(raw as Model),
  length: hexToNumber(raw.length),
  warmGas: maybe(raw.warmGas),
  coldGas: maybe(raw.coldGas),
  activationBlock: maybe(raw.activationBlock),
});

const toInference = (raw: Raw): Inference => ({
  ...(raw as Inference),
  blockNumber: hexToBigInt(raw.blockNumber),
  transactionIndex: hexToNumber(raw.transactionIndex),
  callIndex: hexToNumber(raw.callIndex),
  gas: hexToBigInt(raw.gas),
});

/**
 * Adds Praxis to a viem client.
 *
 * @example
 * const client = createPublicClient({ transport: http() }).extend(publicActionsPraxis());
 * const [answer] = await client.infer({ model, inputs: [tensor("float32", [1, 8], returns)] });
 */
export const publicActionsPraxis =
  () =>
  (client: AnyClient) => ({
    /** A model by id; null when the chain has never heard of it. */
    async getModel({ id }: { id: Hex }): Promise<Model | null> {
      const raw = await ask(client, "praxis_getModel", [id]);
      return raw && toModel(raw);
    },

    /** Active models in the order of their activation, a page at a time. */
    async listModels({ from = 0, limit }: { from?: number; limit?: number } = {}): Promise<Model[]> {
      return (await ask(client, "praxis_listModels", [{ from, ...(limit === undefined ? {} : { limit }) }])).map(toModel);
    },

    /**
     * Runs a model outside any transaction, with numbers as they are: what the model declares for its inputs fills in type and
     * shape.
     */
    async runModel({
      id,
      inputs,
      block = "latest",
    }: {
      id: Hex;
      inputs: (Tensor | unknown[])[];
      block?: BlockTag | bigint;
    }): Promise<NamedTensor[]> {
      return ask(client, "praxis_runModel", [id, inputs, typeof block === "bigint" ? numberToHex(block) : block]);
    },

    /** Calls the precompile as a contract would: the same bytes, the same errors. */
    async infer({ model, inputs, from }: { model: Hex; inputs: Tensor[]; from?: Address }): Promise<readonly Tensor[]> {
      const { result } = await simulateContract(client, {
        address: addresses.inference,
        abi: inferenceAbi,
        functionName: "infer",
        args: [model, inputs],
        ...(from ? { account: from } : {}),
      });
      return result;
    },

    /** The same in fixed point: all inputs one after the other, value = mantissa / 10^decimals. */
    async inferFixed({
      model,
      input,
      output = 0n,
      decimals = 18,
    }: {
      model: Hex;
      input: readonly bigint[];
      output?: bigint;
      decimals?: number;
    }): Promise<readonly bigint[]> {
      const { result } = await simulateContract(client, {
        address: addresses.inference,
        abi: inferenceAbi,
        functionName: "inferFixed",
        args: [model, output, input, decimals],
      });
      return result;
    },

    /** Gas of a transaction's first call of this model, beyond the call itself. */
    async inferenceGas({ model }: { model: Hex }): Promise<bigint> {
      return readContract(client, { address: addresses.inference, abi: inferenceAbi, functionName: "inferenceGas", args: [model] });
    },

    /** The inferences of a transaction (by hash) or of a block (by hash, number or tag); null when there is none such. */
    async getInferences({ of }: { of: Hash | BlockTag | bigint }): Promise<Inference[] | null> {
      const raw = await ask(client, "praxis_getInferences", [typeof of === "bigint" ? numberToHex(of) : of]);
      return raw && raw.map(toInference);
    },

    /**
     * What one call of L1's InferenceProof contract checks. `claim` is the claim's contract on L1 or its L2 block; without it the
     * proof leads to the block of the inference itself.
     */
    async getInferenceProof({
      hash,
      index = 0,
      claim,
    }: {
      hash: Hash;
      index?: number;
      claim?: Address | bigint;
    }): Promise<InferenceProof | null> {
      const last = claim === undefined ? [] : [typeof claim === "bigint" ? numberToHex(claim) : claim];
      const raw = await ask(client, "praxis_getInferenceProof", [hash, index, ...last]);
      return raw && { ...raw, claimedBlock: hexToBigInt(raw.claimedBlock), blockNumber: hexToBigInt(raw.blockNumber) };
    },

    /** Where an account of this owner, policy and salt is, or will be. */
    async getAgentAddress(given: { owner: Address; salt: Hex; terms: Terms; rules: readonly Rule[] }): Promise<Address> {
      return readContract(client, {
        address: addresses.agentAccountFactory,
        abi: factoryAbi,
        functionName: "addressOf",
        args: [given.owner, given.salt, given.terms, given.rules],
      });
    },

    /** An account's policy: who owns it, its epoch, the end of a pause (0: none), and its terms (null after revocation). */
    async getPolicy({ account }: { account: Address }): Promise<{
      owner: Address;
      epoch: number;
      pausedUntil: number;
      terms: Terms | null;
    }> {
      const read = { address: addresses.agentPolicy, abi: policyAbi } as const;
      const [owner, [epoch, pausedUntil, blob]] = await Promise.all([
        readContract(client, { ...read, functionName: "ownerOf", args: [account] }),
        readContract(client, { ...read, functionName: "stateOf", args: [account] }),
      ]);
      const isSet = BigInt(blob) !== 0n;
      const now = isSet ? await readContract(client, { ...read, functionName: "termsOf", args: [account] }) : null;
      return { owner, epoch, pausedUntil, terms: now };
    },

    /** What is left of the allowance at `position` (from 1) of the account's terms. */
    async getAllowanceLeft({ account, position }: { account: Address; position: bigint }): Promise<bigint> {
      return readContract(client, { address: addresses.agentRunner, abi: runnerAbi, functionName: "left", args: [account, position] });
    },

    /** Whether a strategy is registered and unchanged. */
    async isStrategyIntact({ strategy }: { strategy: Address }): Promise<boolean> {
      return readContract(client, {
        address: addresses.strategyRegistry,
        abi: strategyRegistryAbi,
        functionName: "isIntact",
        args: [strategy],
      });
    },

    /** What an account's runs did, and what its policy refused, oldest first. */
    async getRunEvents({
      account,
      fromBlock = "earliest",
      toBlock = "latest",
    }: {
      account: Address;
      fromBlock?: bigint | BlockTag;
      toBlock?: bigint | BlockTag;
    }): Promise<RunEvent[]> {
      const logs = await getContractEvents(client, { address: addresses.agentRunner, abi: runnerAbi, fromBlock, toBlock, strict: true });
      return logs.filter((log) => log.args.account.toLowerCase() === account.toLowerCase()) as RunEvent[];
    },
  });

/** The name of a rule in an event: `window`, `drawdown`, `target`, … */
export function ruleName(word: Hex): string {
  return hexToString(word, { size: 32 });
}
