/** Reading: models, inferences with their proofs, agents. */
import { type Address, type BlockTag, type Client, type Hash, type Hex, type Transport, type Chain, type Account, type ContractEventName, type GetContractEventsReturnType } from "viem";
import { runnerAbi } from "./abi.js";
import { type Rule, type Terms } from "./policy.js";
import { type Tensor } from "./tensor.js";
/** An input or output of a model. */
export type ValueInfo = {
    name: string;
    dtype: number;
    type: string;
    shape: number[];
    labels?: string[];
};
/** A published model. Gas is null before activation, the manifest while chunks are missing. */
export type Model = {
    id: Hex;
    status: "uploading" | "complete" | "pending" | "active";
    owner: Address;
    engine: number;
    length: number;
    chunks: {
        present: number;
        total: number;
    };
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
export type NamedTensor = Tensor & {
    name?: string;
    type: string;
    values?: (number | string | boolean)[];
};
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
/**
 * Adds Praxis to a viem client.
 *
 * @example
 * const client = createPublicClient({ transport: http() }).extend(publicActionsPraxis());
 * const [answer] = await client.infer({ model, inputs: [tensor("float32", [1, 8], returns)] });
 */
export declare const publicActionsPraxis: () => (client: AnyClient) => {
    /** A model by id; null when the chain has never heard of it. */
    getModel({ id }: {
        id: Hex;
    }): Promise<Model | null>;
    /** Active models in the order of their activation, a page at a time. */
    listModels({ from, limit }?: {
        from?: number;
        limit?: number;
    }): Promise<Model[]>;
    /**
     * Runs a model outside any transaction, with numbers as they are: what the model declares for its inputs fills in type and
     * shape.
     */
    runModel({ id, inputs, block, }: {
        id: Hex;
        inputs: (Tensor | unknown[])[];
        block?: BlockTag | bigint;
    }): Promise<NamedTensor[]>;
    /** Calls the precompile as a contract would: the same bytes, the same errors. */
    infer({ model, inputs, from }: {
        model: Hex;
        inputs: Tensor[];
        from?: Address;
    }): Promise<readonly Tensor[]>;
    /** The same in fixed point: all inputs one after the other, value = mantissa / 10^decimals. */
    inferFixed({ model, input, output, decimals, }: {
        model: Hex;
        input: readonly bigint[];
        output?: bigint;
        decimals?: number;
    }): Promise<readonly bigint[]>;
    /** Gas of a transaction's first call of this model, beyond the call itself. */
    inferenceGas({ model }: {
        model: Hex;
    }): Promise<bigint>;
    /** The inferences of a transaction (by hash) or of a block (by hash, number or tag); null when there is none such. */
    getInferences({ of }: {
        of: Hash | BlockTag | bigint;
    }): Promise<Inference[] | null>;
    /**
     * What one call of L1's InferenceProof contract checks. `claim` is the claim's contract on L1 or its L2 block; without it the
     * proof leads to the block of the inference itself.
     */
    getInferenceProof({ hash, index, claim, }: {
        hash: Hash;
        index?: number;
        claim?: Address | bigint;
    }): Promise<InferenceProof | null>;
    /** Where an account of this owner, policy and salt is, or will be. */
    getAgentAddress(given: {
        owner: Address;
        salt: Hex;
        terms: Terms;
        rules: readonly Rule[];
    }): Promise<Address>;
    /** An account's policy: who owns it, its epoch, the end of a pause (0: none), and its terms (null after revocation). */
    getPolicy({ account }: {
        account: Address;
    }): Promise<{
        owner: Address;
        epoch: number;
        pausedUntil: number;
        terms: Terms | null;
    }>;
    /** What is left of the allowance at `position` (from 1) of the account's terms. */
    getAllowanceLeft({ account, position }: {
        account: Address;
        position: bigint;
    }): Promise<bigint>;
    /** Whether a strategy is registered and unchanged. */
    isStrategyIntact({ strategy }: {
        strategy: Address;
    }): Promise<boolean>;
    /** What an account's runs did, and what its policy refused, oldest first. */
    getRunEvents({ account, fromBlock, toBlock, }: {
        account: Address;
        fromBlock?: bigint | BlockTag;
        toBlock?: bigint | BlockTag;
    }): Promise<RunEvent[]>;
};
/** The name of a rule in an event: `window`, `drawdown`, `target`, … */
export declare function ruleName(word: Hex): string;
export {};
