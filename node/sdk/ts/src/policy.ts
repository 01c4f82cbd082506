/** Policies in JavaScript: what is left out is denied. */
import { type Address, type ContractFunctionArgs, type Hex, zeroAddress } from "viem";
import { type factoryAbi } from "./abi.js";

type Created = ContractFunctionArgs<typeof factoryAbi, "nonpayable", "createAccount">;

/** The terms as the contract has them. */
export type Terms = Created[2];
/** One permitted function of one permitted target, as the contract has it. */
export type Rule = Created[3][number];
/** Something that runs out. */
export type Allowance = Terms["allowances"][number];

/** Every hour of the day. */
export const allHours = 0xffffff;
/** No limit for life. */
export const unlimited = (1n << 120n) - 1n;

/** A bucket that holds `capacity` and refills within `window` seconds; over a time t at most capacity * (1 + t / window) passes. */
export function bucket(id: number, capacity: bigint, window: number, life = unlimited): Allowance {
  return { id, capacity, window, life, initial: 0n, perSecond: 0n, start: 0 };
}

/** A sum for life that never refills. */
export function once(id: number, life: bigint): Allowance {
  return { id, capacity: 0n, window: 0, life, initial: 0n, perSecond: 0n, start: 0 };
}

/** Terms of which everything is said except what has a harmless default: no limit named, nobody and nothing listed. */
export type TermsInput = Partial<Terms> & Pick<Terms, "expiry">;

/** Complete terms. What is not given: changes wait a day, all hours, 4 actions per run, no asset, model, strategy or operator. */
export function terms(given: TermsInput): Terms {
  return {
    delay: 86_400,
    hourMask: allHours,
    maxActions: 4,
    actionGas: 500_000,
    runGas: 2_000_000n,
    drawdownBps: 10_000,
    approvalAbove: (1n << 128n) - 1n,
    rateLimit: 0,
    lossLimit: 0,
    gasLimit: 0,
    royaltyLimit: 0,
    feeLimit: 0,
    allowances: [],
    assets: [],
    models: [],
    strategies: [],
    operators: [],
    guardians: [],
    keys: [],
    ...given,
  };
}

/** A rule that permits a function. `slippageBps` of 10,000 makes it a payment: nothing has to come back. */
export function rule(target: Address, selector: Hex, rest: Partial<Omit<Rule, "target" | "selector">> = {}): Rule {
  return { target, selector, slippageBps: 0, sendsValue: false, actionPolicy: zeroAddress, conditions: [], caveats: [], ...rest };
}
