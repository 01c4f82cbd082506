// Mutation testing of the contracts that hold the policy: flips one operator or drops one check at a time and runs the agents'
// tests against the result. A mutant that no test notices is printed: either a test is missing or the two mean the same.
// usage: node script/mutate.mjs [--sample N] [--file NAME] [--seed N]     (after `forge test --match-path 'test/agents/*'`)
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);
const solc = createRequire(import.meta.url)("solc");
const forge = process.env.FORGE ?? "node_modules/@foundry-rs/forge-linux-amd64/bin/forge";

// Which deployed contract each source ends up in.
const SOURCES = {
  "src/agents/Enforcer.sol": "AgentRunner",
  "src/agents/Ledger.sol": "AgentRunner",
  "src/agents/Rounds.sol": "AgentRunner",
  "src/agents/AgentRunner.sol": "AgentRunner",
  "src/agents/libraries/Allowances.sol": "AgentRunner",
  "src/agents/libraries/Valuation.sol": "AgentRunner",
  "src/agents/AgentPolicy.sol": "AgentPolicy",
  "src/agents/libraries/TermsCheck.sol": "AgentPolicy",
  "src/agents/libraries/ConditionTree.sol": "AgentPolicy",
  "src/agents/RuleChecks.sol": "RuleChecks",
  "src/agents/libraries/Conditions.sol": "RuleChecks",
  "src/agents/libraries/TensorReader.sol": "RuleChecks",
};
// Pattern, what stands in its place. Spaces around the operators leave types and doc comments alone.
const FLIPS = [
  [/ < /g, " <= "],
  [/ <= /g, " < "],
  [/ > /g, " >= "],
  [/ >= /g, " > "],
  [/ == /g, " != "],
  [/ != /g, " == "],
  [/ && /g, " || "],
  [/ \|\| /g, " && "],
  [/ \+ /g, " - "],
  [/ - /g, " + "],
  [/ \* /g, " / "],
  [/ \/ /g, " * "],
  [/ \+= /g, " -= "],
  [/ -= /g, " += "],
  [/return true;/g, "return false;"],
  [/return false;/g, "return true;"],
  [/Rounding\.Ceil/g, "Rounding.Floor"],
  [/if \((.*)\) (revert .*;)$/g, "if (false) $2"],
];

const option = (name, otherwise) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
};

function mutantsOf(file) {
  const lines = readFileSync(file, "utf8").split("\n");
  const found = [];
  let assembly = false;
  lines.forEach((line, index) => {
    const text = line.trim();
    if (text.startsWith("assembly")) assembly = true;
    const skip = assembly || /^(\/\/|\/\*|\*|import |pragma |using |event |error |uint256 (internal|private) constant)/.test(text);
    if (assembly && text === "}" && line.startsWith("        }") && !line.startsWith("         ")) assembly = false;
    if (skip) return;
    for (const [pattern, replacement] of FLIPS) {
      for (const match of line.matchAll(pattern)) {
        const changed = match[0].replace(new RegExp(pattern.source), replacement);
        const mutated = line.slice(0, match.index) + changed + line.slice(match.index + match[0].length);
        found.push({ file, line: index, before: text, after: mutated.trim(), mutated });
      }
    }
  });
  return found;
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

const texts = new Map();
const textOf = (path) => {
  if (!texts.has(path)) texts.set(path, readFileSync(path.startsWith("@") ? join("node_modules", path) : path, "utf8"));
  return texts.get(path);
};

// All that a source imports, directly or not, with paths as solc resolves them.
function closure(entry, sources = {}) {
  if (sources[entry]) return sources;
  sources[entry] = { content: textOf(entry) };
  for (const [, path] of textOf(entry).matchAll(/(?:from|import)\s+"([^"]+)"/g)) {
    closure(path.startsWith(".") ? normalize(join(dirname(entry), path)) : path, sources);
  }
  return sources;
}

function compile(contract, file, content) {
  const entry = `src/agents/${contract}.sol`;
  const sources = { ...closure(entry), [file]: { content } };
  const settings = {
    optimizer: { enabled: true, runs: 1 },
    viaIR: true,
    evmVersion: "osaka",
    metadata: { bytecodeHash: "none", appendCBOR: false },
    outputSelection: { [entry]: { [contract]: ["evm.deployedBytecode.object"] } },
  };
  const answer = JSON.parse(solc.compile(JSON.stringify({ language: "Solidity", sources, settings })));
  const errors = (answer.errors ?? []).filter((error) => error.severity === "error");
  return errors.length ? null : answer.contracts[entry][contract].evm.deployedBytecode.object;
}

function testsPass() {
  const args = ["test", "--match-path", "test/agents/*", "--no-match-test", "test_gas_", "--fail-fast", "--offline"];
  const env = { ...process.env, FOUNDRY_FUZZ_RUNS: "16", FOUNDRY_INVARIANT_RUNS: "2", FOUNDRY_GAS_SNAPSHOT_EMIT: "false" };
  return spawnSync(forge, args, { env, stdio: "ignore", timeout: 600_000 }).status === 0;
}

let mutants = Object.keys(SOURCES)
  .filter((file) => file.includes(option("--file", "")))
  .flatMap(mutantsOf);
console.log(`${mutants.length} mutants`);
const sample = Number(option("--sample", mutants.length));
mutants = shuffle(mutants, option("--seed", "1")).slice(0, sample);

const artifactOf = (contract) => `out/${contract}.sol/${contract}.json`;
const originals = Object.fromEntries([...new Set(Object.values(SOURCES))].map((c) => [c, readFileSync(artifactOf(c), "utf8")]));
const restore = () => Object.entries(originals).forEach(([c, text]) => writeFileSync(artifactOf(c), text));
process.on("SIGINT", () => process.exit(1));
process.on("exit", restore);

if (!testsPass()) throw new Error("the tests fail without any mutant");
let [killed, invalid] = [0, 0];
const survived = [];
for (const mutant of mutants) {
  const contract = SOURCES[mutant.file];
  const lines = textOf(mutant.file).split("\n");
  lines[mutant.line] = mutant.mutated;
  const code = compile(contract, mutant.file, lines.join("\n"));
  if (code === null) {
    invalid++;
    continue;
  }
  const artifact = JSON.parse(originals[contract]);
  artifact.deployedBytecode.object = `0x${code}`;
  writeFileSync(artifactOf(contract), JSON.stringify(artifact));
  const lives = testsPass();
  restore();
  if (lives) {
    survived.push(mutant);
    console.log(`survived  ${mutant.file}:${mutant.line + 1}\n  - ${mutant.before}\n  + ${mutant.after}`);
  } else killed++;
  const tried = killed + survived.length;
  console.log(`${tried} tried, ${killed} killed (${((100 * killed) / tried).toFixed(1)} %), ${invalid} do not compile`);
}
