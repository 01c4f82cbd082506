// What a swap through Uniswap v2's router costs, for the table of costs: the published bytecode on an anvil, every slot touched
// before, as for somebody who has swapped already. Prints gas used.
// usage: node swap.mjs ANVIL CLIENTS_NODE_MODULES NODE_MODULES_WITH_UNISWAP
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [, , anvil, clients, packages] = process.argv;
if (!packages) {
  console.error("usage: node swap.mjs ANVIL CLIENTS_NODE_MODULES NODE_MODULES_WITH_UNISWAP");
  process.exit(2);
}
const viem = await import(pathToFileURL(resolve(clients, "viem/_esm/index.js")));
const { privateKeyToAccount } = await import(pathToFileURL(resolve(clients, "viem/_esm/accounts/index.js")));

const built = (name, part) => {
  const { abi, bytecode } = JSON.parse(readFileSync(join(packages, "@uniswap", part, "build", `${name}.json`), "utf8"));
  return { abi, bytecode: bytecode.startsWith("0x") ? bytecode : `0x${bytecode}` };
};
const port = await new Promise((found) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const free = server.address().port;
    server.close(() => found(free));
  });
});
const child = spawn(anvil, ["--port", `${port}`, "--hardfork", "osaka", "--silent"]);
process.on("exit", () => child.kill());

// The first account of the well-known test mnemonic.
const account = privateKeyToAccount("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
const transport = viem.http(`http://127.0.0.1:${port}`, { retryCount: 50, retryDelay: 200 });
const reader = viem.createPublicClient({ transport, pollingInterval: 100 });
const wallet = viem.createWalletClient({ account, transport });
const chain = null;

const mined = async (hash) => {
  const receipt = await reader.waitForTransactionReceipt({ hash });
  if (receipt.status !== "success") throw new Error(`${hash} reverted`);
  return receipt;
};
const deploy = async (name, part, args) => {
  const receipt = await mined(await wallet.deployContract({ ...built(name, part), args, chain }));
  return { address: receipt.contractAddress, abi: built(name, part).abi };
};
const call = async (contract, functionName, args) =>
  mined(await wallet.writeContract({ ...contract, functionName, args, chain }));

await reader.getChainId();
const factory = await deploy("UniswapV2Factory", "v2-core", [account.address]);
const weth = await deploy("WETH9", "v2-periphery", []);
const router = await deploy("UniswapV2Router02", "v2-periphery", [factory.address, weth.address]);
const amount = 10n ** 24n;
const tokens = [await deploy("ERC20", "v2-core", [amount]), await deploy("ERC20", "v2-core", [amount])];
for (const token of tokens) await call(token, "approve", [router.address, 2n ** 256n - 1n]);
const path = tokens.map((token) => token.address);
const deadline = 2n ** 63n;
await call(router, "addLiquidity", [...path, amount / 2n, amount / 2n, 0n, 0n, account.address, deadline]);
let last;
for (let i = 0; i < 3; i++) {
  last = await call(router, "swapExactTokensForTokens", [10n ** 18n, 0n, path, account.address, deadline]);
}
console.log(`${last.gasUsed}`);
process.exit(0);
