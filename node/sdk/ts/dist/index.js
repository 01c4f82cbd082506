/** Praxis for viem: models, inferences with their proofs, agents under policies. */
export { addresses } from "./addresses.js";
export { factoryAbi, inferenceAbi, policyAbi, runnerAbi, strategyRegistryAbi } from "./abi.js";
export { dtypeName, dtypes, elements, tensor } from "./tensor.js";
export { allHours, bucket, once, rule, terms, unlimited } from "./policy.js";
export { publicActionsPraxis, ruleName, } from "./public.js";
export { walletActionsPraxis } from "./wallet.js";
