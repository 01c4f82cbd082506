/** Writing: accounts for agents, runs, policies. Each gives the hash of a transaction. */
import { type Account, type Address, type Chain, type Client, type Hash, type Hex, type Transport, zeroHash } from "viem";
import { writeContract } from "viem/actions";
import { factoryAbi, policyAbi, runnerAbi, strategyRegistryAbi } from "./abi.js";
import { addresses } from "./addresses.js";
import { type Rule, type Terms } from "./policy.js";

type Wallet = Client<Transport, Chain | undefined, Account>;
type Read = { target: Address; codeHash: Hex };

const factory = { address: addresses.agentAccountFactory, abi: factoryAbi } as const;
const policy = { address: addresses.agentPolicy, abi: policyAbi } as const;
const runner = { address: addresses.agentRunner, abi: runnerAbi } as const;
const registry = { address: addresses.strategyRegistry, abi: strategyRegistryAbi } as const;

/**
 * Adds Praxis to a viem wallet client with an account.
 *
 * @example
 * const wallet = createWalletClient({ account, chain, transport: http() }).extend(walletActionsPraxis());
 * const hash = await wallet.createAgentAccount({ terms, rules });
 */
export const walletActionsPraxis =
  () =>
  (client: Wallet) => {
    const sender = { account: client.account, chain: client.chain ?? null };
    return {
      /** Makes an account for an agent; `getAgentAddress` says where. The owner is the sender unless given. */
      createAgentAccount: (given: { terms: Terms; rules: readonly Rule[]; owner?: Address; salt?: Hex }): Promise<Hash> =>
        writeContract(client, {
          ...factory,
          ...sender,
          functionName: "createAccount",
          args: [given.owner ?? client.account.address, given.salt ?? zeroHash, given.terms, given.rules],
        }),

      /** Has a strategy's code checked and remembered, with the contracts that it reads. */
      registerStrategy: ({ strategy, reads = [] }: { strategy: Address; reads?: readonly Read[] }): Promise<Hash> =>
        writeContract(client, { ...registry, ...sender, functionName: "register", args: [strategy, reads] }),

      /** Books runs of a strategy on fixed contexts. Owner only. The `Booked` event has the booking's number. */
      bookRun: ({ account, strategy, contexts }: { account: Address; strategy: Address; contexts: readonly Hex[] }): Promise<Hash> =>
        writeContract(client, { ...runner, ...sender, functionName: "book", args: [account, strategy, contexts] }),

      /** Cancels a booking. Owner only. */
      cancelBooking: ({ booking }: { booking: bigint }): Promise<Hash> =>
        writeContract(client, { ...runner, ...sender, functionName: "cancelBooking", args: [booking] }),

      /** Runs what was booked. Owner and operators only. */
      runBooking: ({ booking, gas }: { booking: bigint; gas?: bigint }): Promise<Hash> =>
        writeContract(client, { ...runner, ...sender, functionName: "run", args: [booking], ...(gas ? { gas } : {}) }),

      /** Proposes what permits more; it can be enacted after the delay. */
      proposePolicy: ({ account, terms, rules }: { account: Address; terms: Terms; rules: readonly Rule[] }): Promise<Hash> =>
        writeContract(client, { ...policy, ...sender, functionName: "propose", args: [account, terms, rules] }),

      /** Enacts what was proposed. */
      enactPolicy: ({ account, terms, rules }: { account: Address; terms: Terms; rules: readonly Rule[] }): Promise<Hash> =>
        writeContract(client, { ...policy, ...sender, functionName: "enact", args: [account, terms, rules] }),

      /** Replaces the terms by tighter ones, at once. */
      tightenPolicy: ({ account, terms }: { account: Address; terms: Terms }): Promise<Hash> =>
        writeContract(client, { ...policy, ...sender, functionName: "tighten", args: [account, terms] }),

      /** Removes a permitted function, at once. */
      removeRule: ({ account, target, selector }: { account: Address; target: Address; selector: Hex }): Promise<Hash> =>
        writeContract(client, { ...policy, ...sender, functionName: "removeRule", args: [account, target, selector] }),

      /** Stops runs for some seconds, at most 72 hours. */
      pauseAgent: ({ account, seconds }: { account: Address; seconds: bigint }): Promise<Hash> =>
        writeContract(client, { ...policy, ...sender, functionName: "pause", args: [account, seconds] }),

      /** Ends the policy at once: nothing is permitted any more, nothing that was booked runs. */
      revokeAgent: ({ account }: { account: Address }): Promise<Hash> =>
        writeContract(client, { ...policy, ...sender, functionName: "revoke", args: [account] }),

      /** Permits one action above the threshold, once, until a deadline in seconds. */
      approveAction: ({ account, action, deadline }: { account: Address; action: Hex; deadline: number }): Promise<Hash> =>
        writeContract(client, { ...policy, ...sender, functionName: "approveAction", args: [account, action, deadline] }),
    };
  };
