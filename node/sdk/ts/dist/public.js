/** Reading: models, inferences with their proofs, agents. */
import { hexToBigInt, hexToNumber, hexToString, numberToHex, } from "viem";
import { getContractEvents, readContract, simulateContract } from "viem/actions";
import { factoryAbi, inferenceAbi, policyAbi, runnerAbi, strategyRegistryAbi } from "./abi.js";
import { addresses } from "./addresses.js";
// viem types the methods of Ethereum; these are Praxis's own.
const ask = (client, method, params) => client.request({ method, params });
const maybe = (value) => (value === null ? null : hexToBigInt(value));
const toModel = (raw) => ({
    ...raw,
    length: hexToNumber(raw.length),
    warmGas: maybe(raw.warmGas),
    coldGas: maybe(raw.coldGas),
    activationBlock: maybe(raw.activationBlock),
});
const toInference = (raw) => ({
    ...raw,
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
export const publicActionsPraxis = () => (client) => ({
    /** A model by id; null when the chain has never heard of it. */
    async getModel({ id }) {
        const raw = await ask(client, "praxis_getModel", [id]);
        return raw && toModel(raw);
    },
    /** Active models in the order of their activation, a page at a time. */
    async listModels({ from = 0, limit } = {}) {
        return (await ask(client, "praxis_listModels", [{ from, ...(limit === undefined ? {} : { limit }) }])).map(toModel);
    },
    /**
     * Runs a model outside any transaction, with numbers as they are: what the model declares for its inputs fills in type and
     * shape.
     */
    async runModel({ id, inputs, block = "latest", }) {
        return ask(client, "praxis_runModel", [id, inputs, typeof block === "bigint" ? numberToHex(block) : block]);
    },
    /** Calls the precompile as a contract would: the same bytes, the same errors. */
    async infer({ model, inputs, from }) {
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
    async inferFixed({ model, input, output = 0n, decimals = 18, }) {
        const { result } = await simulateContract(client, {
            address: addresses.inference,
            abi: inferenceAbi,
            functionName: "inferFixed",
            args: [model, output, input, decimals],
        });
        return result;
    },
    /** Gas of a transaction's first call of this model, beyond the call itself. */
    async inferenceGas({ model }) {
        return readContract(client, { address: addresses.inference, abi: inferenceAbi, functionName: "inferenceGas", args: [model] });
    },
    /** The inferences of a transaction (by hash) or of a block (by hash, number or tag); null when there is none such. */
    async getInferences({ of }) {
        const raw = await ask(client, "praxis_getInferences", [typeof of === "bigint" ? numberToHex(of) : of]);
        return raw && raw.map(toInference);
    },
    /**
     * What one call of L1's InferenceProof contract checks. `claim` is the claim's contract on L1 or its L2 block; without it the
     * proof leads to the block of the inference itself.
     */
    async getInferenceProof({ hash, index = 0, claim, }) {
        const last = claim === undefined ? [] : [typeof claim === "bigint" ? numberToHex(claim) : claim];
        const raw = await ask(client, "praxis_getInferenceProof", [hash, index, ...last]);
        return raw && { ...raw, claimedBlock: hexToBigInt(raw.claimedBlock), blockNumber: hexToBigInt(raw.blockNumber) };
    },
    /** Where an account of this owner, policy and salt is, or will be. */
    async getAgentAddress(given) {
        return readContract(client, {
            address: addresses.agentAccountFactory,
            abi: factoryAbi,
            functionName: "addressOf",
            args: [given.owner, given.salt, given.terms, given.rules],
        });
    },
    /** An account's policy: who owns it, its epoch, the end of a pause (0: none), and its terms (null after revocation). */
    async getPolicy({ account }) {
        const read = { address: addresses.agentPolicy, abi: policyAbi };
        const [owner, [epoch, pausedUntil, blob]] = await Promise.all([
            readContract(client, { ...read, functionName: "ownerOf", args: [account] }),
            readContract(client, { ...read, functionName: "stateOf", args: [account] }),
        ]);
        const isSet = BigInt(blob) !== 0n;
        const now = isSet ? await readContract(client, { ...read, functionName: "termsOf", args: [account] }) : null;
        return { owner, epoch, pausedUntil, terms: now };
    },
    /** What is left of the allowance at `position` (from 1) of the account's terms. */
    async getAllowanceLeft({ account, position }) {
        return readContract(client, { address: addresses.agentRunner, abi: runnerAbi, functionName: "left", args: [account, position] });
    },
    /** Whether a strategy is registered and unchanged. */
    async isStrategyIntact({ strategy }) {
        return readContract(client, {
            address: addresses.strategyRegistry,
            abi: strategyRegistryAbi,
            functionName: "isIntact",
            args: [strategy],
        });
    },
    /** What an account's runs did, and what its policy refused, oldest first. */
    async getRunEvents({ account, fromBlock = "earliest", toBlock = "latest", }) {
        const logs = await getContractEvents(client, { address: addresses.agentRunner, abi: runnerAbi, fromBlock, toBlock, strict: true });
        return logs.filter((log) => log.args.account.toLowerCase() === account.toLowerCase());
    },
});
/** The name of a rule in an event: `window`, `drawdown`, `target`, … */
export function ruleName(word) {
    return hexToString(word, { size: 32 });
}
