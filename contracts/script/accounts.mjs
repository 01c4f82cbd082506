// Takes the creation code of published ERC-7579 accounts from an unpacked npm package into test/vectors/accounts.json.
// The package's own dependencies lie on GitHub, so it is no dependency of ours.
// usage: npm pack @rhinestone/modulekit@0.5.9 && tar xzf rhinestone-modulekit-0.5.9.tgz && node script/accounts.mjs package
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [, , unpacked] = process.argv;
if (!unpacked) {
  console.error("usage: node script/accounts.mjs UNPACKED_PACKAGE");
  process.exit(2);
}
const { name, version } = JSON.parse(readFileSync(join(unpacked, "package.json"), "utf8"));

// Name in our file, source file, name of the constant there.
const CODES = [
  ["reference", "ERC7579", "ERC7579_BYTECODE"],
  ["referenceBootstrap", "ERC7579", "ERC7579_BOOTSTRAP_BYTECODE"],
  ["referenceProxy", "ERC7579", "MSAPROXY_BYTECODE"],
  ["nexus", "Nexus", "NEXUS_BYTECODE"],
  ["nexusBootstrap", "Nexus", "NEXUS_BOOTSTRAP_BYTECODE"],
  ["nexusProxy", "Nexus", "NEXUS_PROXY_BYTECODE"],
];

const codeOf = (file, constant) => {
  const path = join(unpacked, "src/deployment/precompiles", `${file}Precompiles.sol`);
  const found = new RegExp(`\\b${constant} =\\s*hex"([0-9a-f]+)"`).exec(readFileSync(path, "utf8"));
  if (!found) throw new Error(`${path} has no constant ${constant} in hex`);
  return `0x${found[1]}`;
};
const codes = Object.fromEntries(CODES.map(([key, file, constant]) => [key, codeOf(file, constant)]));
writeFileSync("test/vectors/accounts.json", `${JSON.stringify({ source: `${name} ${version}`, ...codes }, null, 1)}\n`);
