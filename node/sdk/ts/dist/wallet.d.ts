/** Writing: accounts for agents, runs, policies. Each gives the hash of a transaction. */
import { type Account, type Address, type Chain, type Client, type Hash, type Hex, type Transport } from "viem";
import { type Rule, type Terms } from "./policy.js";
type Wallet = Client<Transport, Chain | undefined, Account>;
type Read = {
    target: Address;
    codeHash: Hex;
};
/**
 * Adds Praxis to a viem wallet client with an account.
 *
 * @example
 * const wallet = createWalletClient({ account, chain, transport: http() }).extend(walletActionsPraxis());
 * const hash = await wallet.createAgentAccount({ terms, rules });
 */
export declare const walletActionsPraxis: () => (client: Wallet) => {
    /** Makes an account for an agent; `getAgentAddress` says where. The owner is the sender unless given. */
    createAgentAccount: (given: {
        terms: Terms;
        rules: readonly Rule[];
        owner?: Address;
        salt?: Hex;
    }) => Promise<Hash>;
    /** Has a strategy's code checked and remembered, with the contracts that it reads. */
    registerStrategy: ({ strategy, reads }: {
        strategy: Address;
        reads?: readonly Read[];
    }) => Promise<Hash>;
    /** Books runs of a strategy on fixed contexts. Owner only. The `Booked` event has the booking's number. */
    bookRun: ({ account, strategy, contexts }: {
        account: Address;
        strategy: Address;
        contexts: readonly Hex[];
    }) => Promise<Hash>;
    /** Cancels a booking. Owner only. */
    cancelBooking: ({ booking }: {
        booking: bigint;
    }) => Promise<Hash>;
    /** Runs what was booked. Owner and operators only. */
    runBooking: ({ booking, gas }: {
        booking: bigint;
        gas?: bigint;
    }) => Promise<Hash>;
    /** Proposes what permits more; it can be enacted after the delay. */
    proposePolicy: ({ account, terms, rules }: {
        account: Address;
        terms: Terms;
        rules: readonly Rule[];
    }) => Promise<Hash>;
    /** Enacts what was proposed. */
    enactPolicy: ({ account, terms, rules }: {
        account: Address;
        terms: Terms;
        rules: readonly Rule[];
    }) => Promise<Hash>;
    /** Replaces the terms by tighter ones, at once. */
    tightenPolicy: ({ account, terms }: {
        account: Address;
        terms: Terms;
    }) => Promise<Hash>;
    /** Removes a permitted function, at once. */
    removeRule: ({ account, target, selector }: {
        account: Address;
        target: Address;
        selector: Hex;
    }) => Promise<Hash>;
    /** Stops runs for some seconds, at most 72 hours. */
    pauseAgent: ({ account, seconds }: {
        account: Address;
        seconds: bigint;
    }) => Promise<Hash>;
    /** Ends the policy at once: nothing is permitted any more, nothing that was booked runs. */
    revokeAgent: ({ account }: {
        account: Address;
    }) => Promise<Hash>;
    /** Permits one action above the threshold, once, until a deadline in seconds. */
    approveAction: ({ account, action, deadline }: {
        account: Address;
        action: Hex;
        deadline: number;
    }) => Promise<Hash>;
};
export {};
