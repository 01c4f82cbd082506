// Mutation testing of the contracts that hold the policy. All mutants of a contract are compiled into one build, each behind a
// switch: the mutant whose number is the block's coinbase is on. So a mutant costs a run of the tests and no compilation. One that
// no test notices is printed: either a test is missing or the two mean the same.
// usage: node script/mutate.mjs [--sample N] [--file NAME] [--seed N] [--only FILE:LINE]     (after `forge test`)
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { sitesOf, splice } from "./mutants.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(process.env.MUTATE_ROOT ?? root);
const solc = createRequire(import.meta.url)("solc");
const forge = process.env.FORGE ?? join(root, "node_modules/@foundry-rs/forge-linux-amd64/bin/forge");

// Which deployed contracts each source ends up in.
const SOURCES = {
  "src/agents/Enforcer.sol": ["RuleChecks"],
  "src/agents/RuleChecks.sol": ["RuleChecks"],
  "src/agents/libraries/Conditions.sol": ["RuleChecks"],
  "src/agents/libraries/TensorReader.sol": ["RuleChecks"],
  "src/agents/libraries/Valuation.sol": ["RuleChecks", "AgentRunner"],
  "src/agents/libraries/Allowances.sol": ["RuleChecks", "AgentRunner"],
  "src/agents/libraries/Encoded.sol": ["RuleChecks", "AgentRunner"],
  "src/agents/Limits.sol": ["RuleChecks", "AgentRunner"],
  "src/agents/Ledger.sol": ["AgentRunner"],
  "src/agents/Rounds.sol": ["AgentRunner"],
  "src/agents/AgentRunner.sol": ["AgentRunner"],
  "src/agents/AgentPolicy.sol": ["AgentPolicy"],
  "src/agents/libraries/TermsCheck.sol": ["AgentPolicy"],
  "src/agents/libraries/ConditionTree.sol": ["AgentPolicy"],
};
const CONTRACTS = ["RuleChecks", "AgentRunner", "AgentPolicy"];

const option = (name, otherwise) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
};

const texts = new Map();
const textOf = (path) => {
  if (!texts.has(path)) texts.set(path, readFileSync(path.startsWith("@") ? join("node_modules", path) : path, "utf8"));
  return texts.get(path);
};

// All that a source imports, directly or not, with paths as solc resolves them.
function closure(entry, found = new Set()) {
  if (found.has(entry)) return found;
  found.add(entry);
  for (const [, path] of textOf(entry).matchAll(/(?:from|import)\s+"([^"]+)"/g)) {
    closure(path.startsWith(".") ? normalize(join(dirname(entry), path)) : path, found);
  }
  return found;
}

const run = (input) => JSON.parse(solc.compile(JSON.stringify({ language: "Solidity", ...input })));

function astOf(file) {
  const settings = { stopAfter: "parsing", outputSelection: { "*": { "": ["ast"] } } };
  return run({ sources: { [file]: { content: textOf(file) } }, settings }).sources[file].ast;
}

// Runtime code of a contract with these mutants in it, or null where that does not compile. A switch reads the block, so nothing
// of ours stays `pure`.
function compile(contract, mutants) {
  const entry = `src/agents/${contract}.sol`;
  const sources = {};
  for (const path of closure(entry)) {
    const content = splice(textOf(path), mutants.filter((mutant) => mutant.file === path));
    sources[path] = { content: path.startsWith("@") ? content : content.replace(/\bpure\b/g, "view") };
  }
  const settings = {
    optimizer: { enabled: true, runs: 1 },
    viaIR: true,
    evmVersion: "osaka",
    metadata: { bytecodeHash: "none", appendCBOR: false },
    outputSelection: { [entry]: { [contract]: ["evm.deployedBytecode.object"] } },
  };
  const answer = run({ sources, settings });
  if ((answer.errors ?? []).some((error) => error.severity === "error")) return null;
  return answer.contracts[entry][contract].evm.deployedBytecode.object;
}

// Batches of mutants that compile together in all contracts that hold them, and those that compile with nothing.
function builds(mutants) {
  const codes = {};
  for (const contract of CONTRACTS) {
    const own = mutants.filter((mutant) => SOURCES[mutant.file].includes(contract));
    if (own.length === 0) continue;
    codes[contract] = compile(contract, own);
    if (codes[contract] !== null) continue;
    if (mutants.length === 1) return [];
    const middle = mutants.length >> 1;
    return [...builds(mutants.slice(0, middle)), ...builds(mutants.slice(middle))];
  }
  return [{ mutants, codes }];
}

// Always the same files: forge compiles anew, over our artifacts, what another selection left out.
function testsPass(id) {
  const args = ["test", "--match-path", "test/agents/*", "--no-match-test", "test_gas_guarded", "--fail-fast", "--offline"];
  const coinbase = `0x${id.toString(16).padStart(40, "0")}`;
  const env = { ...process.env, FOUNDRY_PROFILE: "mutation", FOUNDRY_BLOCK_COINBASE: coinbase };
  return spawnSync(forge, args, { env, stdio: "ignore", timeout: 600_000 }).status === 0;
}

// Small and fixed: which mutants a sample takes must not depend on the machine.
function shuffle(list, seed) {
  let state = BigInt(seed);
  const next = (n) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number((state >> 33n) % BigInt(n));
  };
  for (let i = list.length - 1; i > 0; i--) {
    const j = next(i + 1);
    [list[i], list[j]] = [list[j], list[i]];
  }
  return list;
}

const only = option("--only", "");
const all = Object.keys(SOURCES)
  .filter((file) => file.includes(option("--file", "")))
  .flatMap((file) => sitesOf(textOf(file), astOf(file)).map((site) => ({ file, ...site })))
  .filter((mutant) => `${mutant.file}:${mutant.line}`.endsWith(only));
console.log(`${all.length} mutants`);
const chosen = shuffle(all, option("--seed", "1")).slice(0, Number(option("--sample", all.length)));
chosen.forEach((mutant, index) => (mutant.id = index + 1));

// Compiles what has changed, so that no later run does.
if (!testsPass(0)) throw new Error("the tests fail without any mutant");
const artifactOf = (contract) => `out/${contract}.sol/${contract}.json`;
const originals = Object.fromEntries(CONTRACTS.map((contract) => [contract, readFileSync(artifactOf(contract), "utf8")]));
const restore = () => CONTRACTS.forEach((contract) => writeFileSync(artifactOf(contract), originals[contract]));
process.on("SIGINT", () => process.exit(1));
process.on("SIGTERM", () => process.exit(1));
process.on("exit", restore);

let [tried, killed] = [0, 0];
for (const { mutants, codes } of builds(chosen)) {
  restore();
  for (const [contract, code] of Object.entries(codes)) {
    const artifact = JSON.parse(originals[contract]);
    artifact.deployedBytecode.object = `0x${code}`;
    writeFileSync(artifactOf(contract), JSON.stringify(artifact));
  }
  if (!testsPass(0)) throw new Error("the tests fail with all mutants switched off");
  for (const mutant of mutants) {
    const lives = testsPass(mutant.id);
    tried++;
    if (!lives) killed++;
    else console.log(`survived  ${mutant.file}:${mutant.line}\n  - ${mutant.before}\n  + ${mutant.after}`);
    console.log(`${tried} tried, ${killed} killed (${((100 * killed) / tried).toFixed(1)} %)`);
  }
}
console.log(`${chosen.length - tried} do not compile`);
