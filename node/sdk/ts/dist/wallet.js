/** Writing: accounts for agents, runs, policies. Each gives the hash of a transaction. */
import { zeroHash } from "viem";
import { writeContract } from "viem/actions";
import { factoryAbi, policyAbi, runnerAbi, strategyRegistryAbi } from "./abi.js";
import { addresses } from "./addresses.js";
const factory = { address: addresses.agentAccountFactory, abi: factoryAbi };
const policy = { address: addresses.agentPolicy, abi: policyAbi };
const runner = { address: addresses.agentRunner, abi: runnerAbi };
const registry = { address: addresses.strategyRegistry, abi: strategyRegistryAbi };
/**
 * Adds Praxis to a viem wallet client with an account.
 *
 * @example
 * const wallet = createWalletClient({ account, chain, transport: http() }).extend(walletActionsPraxis());
 * const hash = await wallet.createAgentAccount({ terms, rules });
 */
export const walletActionsPraxis = () => (client) => {
    const sender = { account: client.account, chain: client.chain ?? null };
    return {
        /** Makes an account for an agent; `getAgentAddress` says where. The owner is the sender unless given. */
        createAgentAccount: (given) => writeContract(client, {
            ...factory,
            ...sender,
            functionName: "createAccount",
            args: [given.owner ?? client.account.address, given.salt ?? zeroHash, given.terms, given.rules],
        }),
        /** Has a strategy's code checked and remembered, with the contracts that it reads. */
        registerStrategy: ({ strategy, reads = [] }) => writeContract(client, { ...registry, ...sender, functionName: "register", args: [strategy, reads] }),
        /** Books runs of a strategy on fixed contexts. Owner only. The `Booked` event has the booking's number. */
        bookRun: ({ account, strategy, contexts }) => writeContract(client, { ...runner, ...sender, functionName: "book", args: [account, strategy, contexts] }),
        /** Cancels a booking. Owner only. */
        cancelBooking: ({ booking }) => writeContract(client, { ...runner, ...sender, functionName: "cancelBooking", args: [booking] }),
        /** Runs what was booked. Owner and operators only. */
        runBooking: ({ booking, gas }) => writeContract(client, { ...runner, ...sender, functionName: "run", args: [booking], ...(gas ? { gas } : {}) }),
        /** Proposes what permits more; it can be enacted after the delay. */
        proposePolicy: ({ account, terms, rules }) => writeContract(client, { ...policy, ...sender, functionName: "propose", args: [account, terms, rules] }),
        /** Enacts what was proposed. */
        enactPolicy: ({ account, terms, rules }) => writeContract(client, { ...policy, ...sender, functionName: "enact", args: [account, terms, rules] }),
        /** Replaces the terms by tighter ones, at once. */
        tightenPolicy: ({ account, terms }) => writeContract(client, { ...policy, ...sender, functionName: "tighten", args: [account, terms] }),
        /** Removes a permitted function, at once. */
        removeRule: ({ account, target, selector }) => writeContract(client, { ...policy, ...sender, functionName: "removeRule", args: [account, target, selector] }),
        /** Stops runs for some seconds, at most 72 hours. */
        pauseAgent: ({ account, seconds }) => writeContract(client, { ...policy, ...sender, functionName: "pause", args: [account, seconds] }),
        /** Ends the policy at once: nothing is permitted any more, nothing that was booked runs. */
        revokeAgent: ({ account }) => writeContract(client, { ...policy, ...sender, functionName: "revoke", args: [account] }),
        /** Permits one action above the threshold, once, until a deadline in seconds. */
        approveAction: ({ account, action, deadline }) => writeContract(client, { ...policy, ...sender, functionName: "approveAction", args: [account, action, deadline] }),
    };
};
