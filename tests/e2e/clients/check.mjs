// What the scripts share: configuration from the environment, checks that name what was expected, and one line of JSON.
import { readFileSync } from "node:fs";

const need = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}`);
  return value;
};

/** @returns {{http: string, ws: string, chainId: number, key: `0x${string}`}} of the chain under test */
export const chain = () => ({
  http: need("RPC_HTTP"),
  ws: need("RPC_WS"),
  chainId: Number(need("CHAIN_ID")),
  key: need("PRIVATE_KEY"),
});

/** The committed artifact of a contract: `abi` and creation `bytecode`. */
export const artifact = (name) => {
  const { abi, bytecode } = JSON.parse(
    readFileSync(new URL(`../../../contracts/artifacts/${name}.json`, import.meta.url)),
  );
  return { abi, bytecode };
};

export const predeploys = {
  inference: "0x00000000000000000000000000000000000000A1",
  modelRegistry: "0x5000000000000000000000000000000000000001",
  l1Block: "0x4200000000000000000000000000000000000015",
  // Takes a call without data, as an account with its code must.
  weth: "0x4200000000000000000000000000000000000006",
  multicall3: "0xcA11bde05977b3631167028862bE2a173976CA11",
};

/** The model that the test has published, and an input of it: 40 numbers with 18 decimals. */
export const model = () => need("MODEL");
export const modelInput = Array.from({ length: 40 }, (_, i) => BigInt(i) * 10n ** 15n);

/** The frames of a call trace that are inferences. */
export const inferences = (frame) => [
  ...(frame.inference ? [frame] : []),
  ...(frame.calls ?? []).flatMap(inferences),
];

const plain = (value) => (typeof value === "bigint" ? Number(value) : value);

export const equal = (given, expected, what) => {
  if (plain(given) !== plain(expected)) throw new Error(`${what}: expected ${expected}, got ${given}`);
};

export const ensure = (condition, what) => {
  if (!condition) throw new Error(what);
};

/** Resolves when `test` gives something truthy; fails after `seconds`. */
export const eventually = async (what, test, seconds = 20) => {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await test();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
};

/** Runs the steps in order, prints {"client", "passed": [names]} and exits 0, or names the step that failed and exits 1. */
export const main = async (client, steps) => {
  const passed = [];
  for (const [name, step] of steps) {
    try {
      await step();
      passed.push(name);
    } catch (error) {
      console.error(`${client}: ${name}: ${error?.stack ?? error}`);
      console.log(JSON.stringify({ client, passed, failed: name, error: String(error?.message ?? error).slice(0, 400) }));
      process.exit(1);
    }
  }
  console.log(JSON.stringify({ client, passed }));
  // Sockets that a library keeps for reconnecting would hold the process.
  process.exit(0);
};
