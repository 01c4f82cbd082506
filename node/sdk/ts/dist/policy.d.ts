/** Policies in JavaScript: what is left out is denied. */
import { type Address, type ContractFunctionArgs, type Hex } from "viem";
import { type factoryAbi } from "./abi.js";
type Created = ContractFunctionArgs<typeof factoryAbi, "nonpayable", "createAccount">;
/** The terms as the contract has them. */
export type Terms = Created[2];
/** One permitted function of one permitted target, as the contract has it. */
export type Rule = Created[3][number];
/** Something that runs out. */
export type Allowance = Terms["allowances"][number];
/** Every hour of the day. */
export declare const allHours = 16777215;
/** No limit for life. */
export declare const unlimited: bigint;
/** A bucket that holds `capacity` and refills within `window` seconds; over a time t at most capacity * (1 + t / window) passes. */
export declare function bucket(id: number, capacity: bigint, window: number, life?: bigint): Allowance;
/** A sum for life that never refills. */
export declare function once(id: number, life: bigint): Allowance;
/** Terms of which everything is said except what has a harmless default: no limit named, nobody and nothing listed. */
export type TermsInput = Partial<Terms> & Pick<Terms, "expiry">;
/** Complete terms. What is not given: changes wait a day, all hours, 4 actions per run, no asset, model, strategy or operator. */
export declare function terms(given: TermsInput): Terms;
/** A rule that permits a function. `slippageBps` of 10,000 makes it a payment: nothing has to come back. */
export declare function rule(target: Address, selector: Hex, rest?: Partial<Omit<Rule, "target" | "selector">>): Rule;
export {};
