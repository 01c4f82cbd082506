// Mutation testing of the contracts that hold the policy. All mutants of a contract are compiled into one build, each behind a
// switch: the mutant whose number is the block's coinbase is on. So a mutant costs a run of the tests and no compilation. One that
// no test notices is printed: either a test is missing or the two mean the same, which script/equivalents.mjs then says and why.
// It works on a copy of the sources and of forge's output, so it can be stopped at any time and sources may be edited meanwhile.
// usage: node script/mutate.mjs [--sample N] [--seed N] [--file NAME] [--only FILE:LINE]
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { reasonOf } from "./equivalents.mjs";
import { sitesOf, splice } from "./mutants.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);
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
  "src/agents/libraries/Privileged.sol": ["RuleChecks", "AgentPolicy"],
  "src/agents/libraries/Lists.sol": ["AgentRunner"],
  "src/agents/libraries/Blob.sol": ["RuleChecks", "AgentRunner", "AgentPolicy"],
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

// The quick tests first: most mutants do not survive them.
const SLOW = "Hostile|Invariant|NeedGas|Allowances|ConditionTree|Valuers";
const STAGES = [
  { contracts: ["--no-match-contract", SLOW], skipped: ["test_gas_guarded", "ByAbiDecode"] },
  { contracts: ["--match-contract", `${SLOW}|Decisions`], skipped: ["test_gas_guarded"] },
];

function forgeTest(stage, skipped, id) {
  const tests = ["--no-match-test", [...stage.skipped, ...skipped].join("|")];
  const args = ["test", "--match-path", "test/agents/*", ...stage.contracts, ...tests, "--offline", "--threads", "1"];
  // What fails without a mutant is all listed; else one failure is enough.
  if (id !== 0) args.push("--fail-fast");
  const coinbase = `0x${id.toString(16).padStart(40, "0")}`;
  const env = { ...process.env, FOUNDRY_PROFILE: "mutation", FOUNDRY_BLOCK_COINBASE: coinbase, FOUNDRY_SOLC: join(root, "bin/solc") };
  return spawnSync(forge, args, { env, encoding: "utf8", timeout: 600_000 });
}

const testsPass = (skipped, id) => STAGES.every((stage) => forgeTest(stage, skipped, id).status === 0);

// The tests that fail with all mutants switched off: those that count gas to a few thousand, of which the switches take some.
function failing() {
  const runs = STAGES.map((stage) => forgeTest(stage, [], 0));
  const names = runs.flatMap(({ stdout }) => [...(stdout ?? "").matchAll(/^\[FAIL[^\n]*\] (\w+)\(/gm)].map(([, name]) => name));
  if (names.length === 0 && runs.some(({ status }) => status !== 0)) throw new Error(`forge: ${runs.map(({ stderr }) => stderr).join("")}`);
  return [...new Set(names)];
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

const copy = mkdtempSync(join(tmpdir(), "mutants-"));
process.on("exit", () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
for (const part of ["foundry.toml", "src", "test", "artifacts", "out", "cache", "node_modules/@openzeppelin"]) {
  cpSync(part, join(copy, part), { recursive: true, preserveTimestamps: true });
}
process.chdir(copy);
// Compiles what has changed since the last build, so that no later run does.
const built = spawnSync(forge, ["build", "--offline"], { env: { ...process.env, FOUNDRY_SOLC: join(root, "bin/solc") }, encoding: "utf8" });
if (built.status !== 0) throw new Error(`forge build: ${built.stderr}`);
const before = failing();
if (before.length !== 0) throw new Error(`fail without any mutant: ${before.join(", ")}`);

const artifactOf = (contract) => `out/${contract}.sol/${contract}.json`;
const originals = Object.fromEntries(CONTRACTS.map((contract) => [contract, readFileSync(artifactOf(contract), "utf8")]));
const PER_BUILD = 100;
const chunks = Array.from({ length: Math.ceil(chosen.length / PER_BUILD) }, (_, i) => chosen.slice(i * PER_BUILD, (i + 1) * PER_BUILD));

const count = { tried: 0, killed: 0, equivalent: 0 };
const percent = (part, whole) => `${((100 * part) / Math.max(whole, 1)).toFixed(1)} %`;

function attempt(mutant, skipped) {
  count.tried++;
  if (!testsPass(skipped, mutant.id)) {
    count.killed++;
  } else {
    const reason = reasonOf(mutant);
    if (reason) count.equivalent++;
    console.log(`${reason ? `the same: ${reason}` : "survived"}  ${mutant.file}:${mutant.line}\n  - ${mutant.before}\n  + ${mutant.after}`);
  }
  console.log(`${count.tried} of ${chosen.length}, ${count.killed} killed (${percent(count.killed, count.tried)})`);
}

for (const chunk of chunks) {
  for (const { mutants, codes } of builds(chunk)) {
    for (const contract of CONTRACTS) {
      const artifact = JSON.parse(originals[contract]);
      if (codes[contract]) artifact.deployedBytecode.object = `0x${codes[contract]}`;
      writeFileSync(artifactOf(contract), JSON.stringify(artifact));
    }
    const skipped = failing();
    if (skipped.length > 3) throw new Error(`fail with all mutants switched off: ${skipped.join(", ")}`);
    if (skipped.length !== 0) console.log(`without ${skipped.join(", ")}, which the switches' own gas fails`);
    for (const mutant of mutants) {
      attempt(mutant, skipped);
      // So that a signal is heard between two mutants.
      await new Promise(setImmediate);
    }
  }
}
const real = count.tried - count.equivalent;
console.log(`${count.killed} of ${count.tried} killed (${percent(count.killed, count.tried)}); ${count.equivalent} mean the same, of the others ${percent(count.killed, real)}`);
if (count.tried < chosen.length) console.log(`${chosen.length - count.tried} do not compile`);
