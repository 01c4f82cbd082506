/** Policies in JavaScript: what is left out is denied. */
import { zeroAddress } from "viem";
/** Every hour of the day. */
export const allHours = 0xffffff;
/** No limit for life. */
export const unlimited = (1n << 120n) - 1n;
/** A bucket that holds `capacity` and refills within `window` seconds; over a time t at most capacity * (1 + t / window) passes. */
export function bucket(id, capacity, window, life = unlimited) {
    return { id, capacity, window, life, initial: 0n, perSecond: 0n, start: 0 };
}
/** A sum for life that never refills. */
export function once(id, life) {
    return { id, capacity: 0n, window: 0, life, initial: 0n, perSecond: 0n, start: 0 };
}
/** Complete terms. What is not given: changes wait a day, all hours, 4 actions per run, no asset, model, strategy or operator. */
export function terms(given) {
    return {
        delay: 86_400,
        hourMask: allHours,
        maxActions: 4,
        actionGas: 500_000,
        runGas: 2000000n,
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
export function rule(target, selector, rest = {}) {
    return { target, selector, slippageBps: 0, sendsValue: false, actionPolicy: zeroAddress, conditions: [], caveats: [], ...rest };
}
