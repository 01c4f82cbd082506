// Writes the minimal artifacts that are committed: ABI, creation code, runtime code, and the storage layouts.
// usage: node artifacts.mjs FORGE_OUT ARTIFACTS_DIR SNAPSHOTS_DIR
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const CONTRACTS = [
  "ModelRegistry",
  "L1Block",
  "L2ToL1MessagePasser",
  "GasPriceOracle",
  "FeeVault",
  "WETH9",
  "PredeployProxy",
  "SystemConfig",
  "Portal",
  "DisputeGameFactory",
  "AnchorStateRegistry",
  "OutputGame",
  "QuorumResolver",
  "VerifierRegistry",
  "L1StandardBridge",
  "InferenceProof",
  "L2StandardBridge",
  "OptimismMintableERC20",
  "OptimismMintableERC20Factory",
  // OpenZeppelin's, compiled here: what the L1 contracts stand behind, and who upgrades the L2 ones.
  "TransparentUpgradeableProxy",
  "ProxyAdmin",
  "TimelockController",
  "RebalanceAgent",
  "CautiousAgent",
  "AgentRunner",
  "AgentPolicy",
  "RuleChecks",
  "StrategyRegistry",
  "AgentAccount",
  "AgentAccountFactory",
  "AgentValidator",
  "Scheduler",
  "IdentityRegistry",
  "ReputationRegistry",
  "ValidationRegistry",
  "RegistryForwarder",
  "AgentMarket",
  "StrategyChecker",
  "VerifierHub",
  "Caller",
];
// ABI alone: the node itself implements these.
const INTERFACES = ["IInference", "IModelValidator"];
// Contracts whose storage the node or a proof reads, or an upgrade must find where it was.
const LAYOUTS = [
  "ModelRegistry",
  "L1Block",
  "L2ToL1MessagePasser",
  "FeeVault",
  "ProxyAdmin",
  "SystemConfig",
  "Portal",
  "DisputeGameFactory",
  "AnchorStateRegistry",
  "L1StandardBridge",
  "L2StandardBridge",
  "OptimismMintableERC20Factory",
  "AgentRunner",
  "AgentPolicy",
  "StrategyRegistry",
  "Scheduler",
  "IdentityRegistry",
  "ReputationRegistry",
  "ValidationRegistry",
  "AgentMarket",
  "VerifierHub",
];
// EIP-170.
const MAX_CODE_BYTES = 24576;

const [, , out, artifacts, snapshots] = process.argv;
if (!snapshots) {
  console.error("usage: node artifacts.mjs FORGE_OUT ARTIFACTS_DIR SNAPSHOTS_DIR");
  process.exit(2);
}

const read = (name) => JSON.parse(readFileSync(join(out, `${name}.sol`, `${name}.json`), "utf8"));

// One line per ABI entry and per slot: a change shows as a short diff.
const lines = (items) => `[\n${items.map((item) => `    ${JSON.stringify(item)}`).join(",\n")}\n  ]`;

const withoutInternalTypes = (value) => {
  if (Array.isArray(value)) return value.map(withoutInternalTypes);
  if (value === null || typeof value !== "object") return value;
  const kept = Object.entries(value).filter(([key]) => key !== "internalType");
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutInternalTypes(inner)]));
};

const write = (path, fields) =>
  writeFileSync(path, `{\n${fields.map(([key, json]) => `  "${key}": ${json}`).join(",\n")}\n}\n`);

const linked = (name, kind, code) => {
  const bytes = code.object.length / 2 - 1;
  if (kind === "runtime" && bytes > MAX_CODE_BYTES) throw new Error(`${name}: ${bytes} bytes of code, at most ${MAX_CODE_BYTES}`);
  if (Object.keys(code.linkReferences ?? {}).length) throw new Error(`${name}: ${kind} code is not linked`);
  return JSON.stringify(code.object);
};

mkdirSync(artifacts, { recursive: true });
for (const name of [...CONTRACTS, ...INTERFACES]) {
  const compiled = read(name);
  const fields = [
    ["contract", JSON.stringify(name)],
    ["abi", lines(withoutInternalTypes(compiled.abi))],
  ];
  if (CONTRACTS.includes(name)) {
    fields.push(["bytecode", linked(name, "creation", compiled.bytecode)]);
    fields.push(["deployedBytecode", linked(name, "runtime", compiled.deployedBytecode)]);
  }
  write(join(artifacts, `${name}.json`), fields);
}

// Slots with struct fields unfolded; compiler-internal numbers (AST ids) stay out, they change with every edit.
mkdirSync(snapshots, { recursive: true });
for (const name of LAYOUTS) {
  const { storage, types } = read(name).storageLayout;
  const label = (type) => types[type].label;
  const row = (entry) => ({
    label: entry.label,
    slot: Number(entry.slot),
    offset: entry.offset,
    bytes: Number(types[entry.type].numberOfBytes),
    type: label(entry.type),
  });
  const structs = Object.values(types)
    .filter((type) => type.members)
    .map((type) => [type.label, lines(type.members.map(row))]);
  write(join(snapshots, `${name}.storage.json`), [["contract", JSON.stringify(name)], ["storage", lines(storage.map(row))], ...structs]);
}
