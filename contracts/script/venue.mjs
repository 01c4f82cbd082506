// Writes the creation code of the market that tests trade on: Uniswap v2 as its npm packages publish it, and what
// contracts/test/venue compiles to.
// usage: node venue.mjs FORGE_OUT OUTPUT_FILE
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const [, , out, output] = process.argv;
if (!output) {
  console.error("usage: node venue.mjs FORGE_OUT OUTPUT_FILE");
  process.exit(2);
}

// WETH9 is a predeploy here. The router knows the pair's code by its hash, so factory and router must fit together.
const PUBLISHED = [
  ["UniswapV2Factory", "@uniswap/v2-core/build/UniswapV2Factory.json"],
  ["UniswapV2Router02", "@uniswap/v2-periphery/build/UniswapV2Router02.json"],
];
const OWN = [
  "VenueToken",
  "HistoryFeed",
  "Rebalancer",
  "TrendFollower",
  "MarketMaker",
  "Prober",
  "FeedValuer",
  "FixedValuer",
  "LiquidityValuer",
  "PairAverage",
];

const prefixed = (hex) => (hex.startsWith("0x") ? hex : `0x${hex}`);
const entries = PUBLISHED.map(([name, path]) => [name, prefixed(require(path).bytecode)]);
for (const name of OWN) {
  const { bytecode } = JSON.parse(readFileSync(join(out, `${name}.sol`, `${name}.json`), "utf8"));
  if (Object.keys(bytecode.linkReferences ?? {}).length) throw new Error(`${name}: its code is not linked`);
  entries.push([name, bytecode.object]);
}
writeFileSync(output, `{\n${entries.map(([name, code]) => `  ${JSON.stringify(name)}: ${JSON.stringify(code)}`).join(",\n")}\n}\n`);
