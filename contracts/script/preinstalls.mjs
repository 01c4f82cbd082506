// Writes the runtime code of contracts whose constructors must run, as genesis holds it: those that other projects
// published, and our own with immutables. Creation code runs on a throw-away anvil, so that constructors and immutables come
// out as on any chain where these contracts stand at the same addresses.
// usage: node preinstalls.mjs ANVIL OUTPUT_FILE (beside the artifacts)
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const [, , anvil, output] = process.argv;
if (!output) {
  console.error("usage: node preinstalls.mjs ANVIL OUTPUT_FILE");
  process.exit(2);
}

const CREATE2_DEPLOYER = "0x4e59b44847b379578588920ca78fbf26c0b4956c";
const MULTICALL3 = "0xca11bde05977b3631167028862be2a173976ca11";
// As alloy-provider 2.5.0 publishes it. viem's copy is another compilation, of 5561 bytes, that no chain has.
const MULTICALL3_CREATION = readFileSync(new URL("data/multicall3.creation.hex", import.meta.url), "utf8").trim();
const ENTRY_POINT = "0x4337084d9e255ff0702461cf8895ce9e3b5ff108";
// The salt under which EntryPoint v0.8 was deployed everywhere: salt and code give the address, so a wrong one shows.
const ENTRY_POINT_SALT = "0a59dbff790c23c976a548690c27297883cc66b4c67024f9117b0238995e35e9";
const SENDER_CREATOR = "0x449ed7c3e6fee6a97311d4b55475df59c44add33";
const HISTORY_STORAGE = "0x0000f90827f1c53a10cb7a02335b175320002935";
const BEACON_ROOTS = "0x000f3df6d732807ef1319fb7b8bb8522d0beac02";
// Text of EIP-4788; compared with alloy's copy by a test of the bindings.
const BEACON_ROOTS_CODE =
  "0x3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c57" +
  "5f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500";
// Our own: name and address. Constructors without arguments that depend neither on their address nor on the chain, but for
// caches that are recognised as another contract's.
const OWN = [["AgentAccount", "0x500000000000000000000000000000000000000b"]];
// The chain id that EntryPoint caches for its EIP-712 domain; on another chain it computes the domain at each call.
const CHAIN_ID = 77001;

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const port = await freePort();
const child = spawn(anvil, ["--port", `${port}`, "--hardfork", "osaka", "--chain-id", `${CHAIN_ID}`, "--silent"]);
child.on("error", (error) => {
  console.error(`${anvil}: ${error.message}`);
  process.exit(1);
});

async function rpc(method, params) {
  const response = await fetch(`http://127.0.0.1:${port}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const { result, error } = await response.json();
  if (error) throw new Error(`${method}: ${error.message}`);
  return result;
}

async function until(what, probe) {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = await probe().catch(() => null);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`anvil: no ${what} within 10 seconds`);
}

async function send(transaction) {
  const [from] = await rpc("eth_accounts", []);
  const hash = await rpc("eth_sendTransaction", [{ from, gas: "0x989680", ...transaction }]);
  const receipt = await until("receipt", () => rpc("eth_getTransactionReceipt", [hash]));
  if (receipt.status !== "0x1") throw new Error(`transaction failed: ${hash}`);
  return receipt;
}

async function account(name, address, codeAt = address) {
  const code = await rpc("eth_getCode", [codeAt, "latest"]);
  if (code === "0x") throw new Error(`${name}: no code at ${codeAt}`);
  const nonce = address === ENTRY_POINT ? Number(await rpc("eth_getTransactionCount", [address, "latest"])) : 1;
  return { name, address, nonce, code };
}

try {
  await until("answer", () => rpc("eth_chainId", []));
  const entryPoint = require("@account-abstraction/contracts/artifacts/EntryPoint.json").bytecode;
  await send({ to: CREATE2_DEPLOYER, data: `0x${ENTRY_POINT_SALT}${entryPoint.slice(2)}` });
  const multicall3 = await send({ data: MULTICALL3_CREATION });
  const own = [];
  for (const [name, address] of OWN) {
    const { bytecode } = JSON.parse(readFileSync(join(dirname(output), `${name}.json`), "utf8"));
    const { contractAddress } = await send({ data: bytecode });
    own.push(await account(name, address, contractAddress));
  }
  const accounts = [
    await account("Multicall3", MULTICALL3, multicall3.contractAddress),
    await account("Create2Deployer", CREATE2_DEPLOYER),
    await account("EntryPoint", ENTRY_POINT),
    await account("SenderCreator", SENDER_CREATOR),
    await account("HistoryStorage", HISTORY_STORAGE),
    ...own,
    { name: "BeaconRoots", address: BEACON_ROOTS, nonce: 1, code: BEACON_ROOTS_CODE },
  ];
  writeFileSync(output, `[\n${accounts.map((entry) => `  ${JSON.stringify(entry)}`).join(",\n")}\n]\n`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  child.kill();
}
