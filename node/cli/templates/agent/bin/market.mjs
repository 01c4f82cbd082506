// Deploys src/mocks/MockMarket.sol to the chain at PRAXIS_RPC (http://127.0.0.1:9545) and writes what `praxis agent deploy` needs of
// it to market.env: addresses for policy.toml, the strategy's constructor arguments, a context for its runs.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { forge } from "./forge.mjs";

const rpc = process.env.PRAXIS_RPC ?? "http://127.0.0.1:9545";
// The first accounts of the test mnemonic, which `praxis dev` funds and everybody knows: one deploys, both get cash.
const key = process.env.PRAXIS_PRIVATE_KEY ?? "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const holders = ["0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"];
// 200 units of cash at most in a run.
const most = 200n * 10n ** 18n;

function fail(reason) {
  console.error(reason);
  process.exit(1);
}

let id;
try {
  ({ id } = JSON.parse(readFileSync("model/published.json", "utf8")));
} catch {
  fail("publish the model first: npm run publish-model");
}
const created = spawnSync(
  forge,
  ["create", "src/mocks/MockMarket.sol:MockMarket", "--broadcast", "--json", "--rpc-url", rpc, "--private-key", key]
    .concat(["--constructor-args", `[${holders.join(",")}]`]),
  { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
);
if (created.error || created.status !== 0) fail(created.error?.message ?? `${created.stdout}${created.stderr}`);
const market = created.stdout.match(/"deployedTo":\s*"(0x[0-9a-fA-F]{40})"/)?.[1];
if (!market) fail(`forge deployed nothing:\n${created.stdout}${created.stderr}`);
const { methodIdentifiers } = JSON.parse(readFileSync("out/MockMarket.sol/MockMarket.json", "utf8"));

/** The answer of a function of the market, hexadecimal without 0x. `words` are its arguments, 64 digits each. */
async function ask(signature, words = "") {
  const data = `0x${methodIdentifiers[signature]}${words}`;
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_call", params: [{ to: market, data }, "latest"] });
  const answer = await (await fetch(rpc, { method: "POST", headers: { "content-type": "application/json" }, body })).json();
  if (!answer.result) fail(`${signature} of ${market}: ${answer.error?.message ?? "no answer"}`);
  return answer.result.slice(2);
}

const address = async (name) => `0x${(await ask(`${name}()`)).slice(24)}`;
/** `bytes` as a function returns them: offset, length, and so many bytes. */
const bytes = (words) => `0x${words.slice(128, 128 + 2 * Number(`0x${words.slice(64, 128)}`))}`;

const values = {
  MODEL: id,
  FEED: await address("feed"),
  VENUE: await address("venue"),
  CASH: await address("cash"),
  ASSET: await address("asset"),
  CASH_VALUER: await address("cashValuer"),
  ASSET_VALUER: await address("assetValuer"),
  STRATEGY_ARGS: bytes(await ask("strategyArguments(bytes32)", id.slice(2))),
  CONTEXT: bytes(await ask("context(uint256)", most.toString(16).padStart(64, "0"))),
};
const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
writeFileSync("market.env", lines.join(""));
console.log(`deployed ${market}; its addresses are in market.env`);
