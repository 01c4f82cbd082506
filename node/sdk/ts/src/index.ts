/** Praxis for viem: models, inferences with their proofs, agents under policies. */
export { addresses } from "./addresses.js";
export { factoryAbi, inferenceAbi, policyAbi, runnerAbi, strategyRegistryAbi } from "./abi.js";
export { type DType, type Element, type Tensor, dtypeName, dtypes, elements, tensor } from "./tensor.js";
export { type Allowance, type Rule, type Terms, type TermsInput, allHours, bucket, once, rule, terms, unlimited } from "./policy.js";
export {
  type Inference,
  type InferenceProof,
  type Model,
  type NamedTensor,
  type RunEvent,
  type ValueInfo,
  publicActionsPraxis,
  ruleName,
} from "./public.js";
export { walletActionsPraxis } from "./wallet.js";
