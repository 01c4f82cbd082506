/** What the package calls of the chain's contracts. The end-to-end tests hold it to the compiled artifacts. */
import { parseAbi } from "viem";

const structs = [
  "struct Tensor { uint8 dtype; uint32[] shape; bytes data; }",
  "struct Allowance { uint32 id; uint96 capacity; uint32 window; uint120 life; uint120 initial; uint96 perSecond; uint40 start; }",
  "struct AssetTerms { address token; address valuer; uint128 perAction; uint8 allowance; }",
  "struct OutputBound { uint8 tensor; uint32 element; int128 low; int128 high; }",
  "struct ModelTerms { bytes32 model; OutputBound[] bounds; }",
  "struct Terms { uint32 delay; uint40 expiry; uint24 hourMask; uint8 maxActions; uint32 actionGas; uint64 runGas; uint16 drawdownBps; uint128 approvalAbove; uint8 rateLimit; uint8 lossLimit; uint8 gasLimit; uint8 royaltyLimit; uint8 feeLimit; Allowance[] allowances; AssetTerms[] assets; ModelTerms[] models; address[] strategies; address[] operators; address[] guardians; address[] keys; }",
  "struct Condition { uint8 parent; uint8 paramType; uint8 operator; bytes compValue; }",
  "struct Caveat { address enforcer; bytes terms; }",
  "struct Rule { address target; bytes4 selector; uint16 slippageBps; bool sendsValue; address actionPolicy; Condition[] conditions; Caveat[] caveats; }",
  "struct Approval { address token; uint256 amount; }",
  "struct Action { address target; uint256 value; uint256 gas; bytes data; Approval[] approvals; }",
  "struct Read { address target; bytes32 codeHash; }",
] as const;

export const inferenceAbi = parseAbi([
  "struct Tensor { uint8 dtype; uint32[] shape; bytes data; }",
  "function infer(bytes32 model, Tensor[] inputs) returns (Tensor[] outputs)",
  "function inferFixed(bytes32 model, uint256 outputIndex, int256[] input, uint8 decimals) returns (int256[] output)",
  "function inferenceGas(bytes32 model) view returns (uint256)",
  "error UnknownModel(bytes32 model)",
  "error ModelNotActive(bytes32 model)",
  "error InferencePaused(uint64 untilMs)",
  "error InputCount(uint256 expected, uint256 given)",
  "error InputType(uint256 index, uint8 expected, uint8 given)",
  "error InputShape(uint256 index, uint32[] expected, uint32[] given)",
  "error InputLength(uint256 index, uint256 expected, uint256 given)",
  "error NotRepresentable(uint256 index)",
]);

export const factoryAbi = parseAbi([
  ...structs,
  "event AccountCreated(address indexed account, address indexed owner, bytes32 salt)",
  "function createAccount(address owner, bytes32 salt, Terms terms, Rule[] rules) returns (address account)",
  "function addressOf(address owner, bytes32 salt, Terms terms, Rule[] rules) view returns (address account)",
]);

export const policyAbi = parseAbi([
  ...structs,
  "function propose(address account, Terms terms, Rule[] rules) returns (bytes32 change)",
  "function enact(address account, Terms terms, Rule[] rules)",
  "function cancel(address account, bytes32 change)",
  "function tighten(address account, Terms terms)",
  "function removeRule(address account, address target, bytes4 selector)",
  "function pause(address account, uint256 time)",
  "function revoke(address account)",
  "function approveAction(address account, bytes32 action, uint40 deadline)",
  "function ownerOf(address account) view returns (address)",
  "function stateOf(address account) view returns (uint32 epoch, uint40 pausedUntil, address terms)",
  "function termsOf(address account) view returns (Terms)",
  "error NotOwner(address caller)",
  "error NotInstalled(address account)",
  "error BadTerms(bytes32 field)",
  "error PrivilegedCall(address target, bytes4 selector)",
  "error UnsupportedToken(address token)",
  "error NotTighter(bytes32 field)",
  "error UnknownChange(bytes32 change)",
  "error NotReady(uint256 readyAt, uint256 until)",
  "error NotGuardian(address caller)",
  "error PausedAlready(uint256 next)",
  "error PauseTooLong(uint256 time)",
]);

export const runnerAbi = parseAbi([
  ...structs,
  "event Booked(address indexed account, uint256 indexed booking, address indexed strategy, bytes[] contexts)",
  "event BookingCancelled(address indexed account, uint256 indexed booking)",
  "event Inferred(address indexed account, uint256 indexed booking, bytes32 indexed model)",
  "event ActionExecuted(address indexed account, uint256 indexed booking, uint256 index, address indexed target, bytes32 action)",
  "event ActionRefused(address indexed account, uint256 indexed booking, uint256 index, bytes32 indexed rule, uint256 margin, Action action)",
  "event ActionFailed(address indexed account, uint256 indexed booking, uint256 index, bytes reason, Action action)",
  "event RunRefused(address indexed account, uint256 indexed booking, bytes32 indexed rule, uint256 margin)",
  "event RunCompleted(address indexed account, uint256 indexed booking, uint256 executed, uint256 refused)",
  "function book(address account, address strategy, bytes[] contexts) returns (uint256 booking)",
  "function cancelBooking(uint256 booking)",
  "function run(uint256 booking) returns (uint256 executed, uint256 refused)",
  "function settle(address account)",
  "function bookedFor(uint256 booking) view returns (address account, address strategy, uint256 runs)",
  "function actionHash(address account, uint32 epoch, Action action) pure returns (bytes32)",
  "function left(address account, uint256 position) view returns (uint256)",
  "error NeedGas(uint256 gas)",
  "error NotPermitted(address caller)",
  "error Locked(address account)",
  "error UnknownBooking(uint256 booking)",
  "error BadBooking()",
]);

export const strategyRegistryAbi = parseAbi([
  ...structs,
  "function register(address strategy, Read[] reads)",
  "function isIntact(address strategy) view returns (bool)",
  "error NoOwnCode(address strategy)",
  "error ForbiddenOpcode(uint256 position, uint8 opcode)",
  "error CodeHashDiffers(address target, bytes32 declared, bytes32 found)",
  "error BadRegistration(address strategy)",
]);
