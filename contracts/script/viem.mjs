// The L1 contracts under viem's op-stack actions, unmodified: a deposit, and a withdrawal through all its states. Two anvils
// play L1 and L2; the proofs are anvil's, so Merkle proofs and hashes are checked against code that is not ours.
// usage: node viem.mjs ANVIL ARTIFACTS_DIR CLIENTS_NODE_MODULES
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [, , anvil, artifacts, clients] = process.argv;
if (!clients) {
  console.error("usage: node viem.mjs ANVIL ARTIFACTS_DIR CLIENTS_NODE_MODULES");
  process.exit(2);
}

const load = (path) => import(pathToFileURL(resolve(clients, "viem/_esm", path)));
const viem = await load("index.js");
const opStack = await load("op-stack/index.js");
const { privateKeyToAccount } = await load("accounts/index.js");

const artifact = (name) => JSON.parse(readFileSync(join(artifacts, `${name}.json`), "utf8"));
const children = [];
const ZERO = `0x${"00".repeat(20)}`;
const MESSAGE_PASSER = "0x4200000000000000000000000000000000000016";
const MULTICALL3 = "0xcA11bde05977b3631167028862bE2a173976CA11";
const RECEIVER = "0x000000000000000000000000000000000000beef";
const GAME_TYPE = 4242;
const CLAIM_WINDOW = 10n;
const DELAY = 5n;
// The first account of the well-known test mnemonic.
const account = privateKeyToAccount("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");

const freePort = () =>
  new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });

async function startChain(id, extra) {
  const port = await freePort();
  const options = ["--port", `${port}`, "--hardfork", "osaka", "--chain-id", `${id}`, "--silent"];
  children.push(spawn(anvil, options));
  const url = `http://127.0.0.1:${port}`;
  const chain = viem.defineChain({
    id,
    name: `chain ${id}`,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [url] } },
    ...extra,
  });
  const options_ = { chain, transport: viem.http(url), pollingInterval: 20 };
  const open = viem.createPublicClient(options_);
  for (let tries = 0; ; tries += 1) {
    const answered = await open.getChainId().catch(() => null);
    if (answered === id) break;
    if (tries > 200) throw new Error(`anvil did not answer on port ${port}`);
    await new Promise((done) => setTimeout(done, 50));
  }
  const wallet = viem.createWalletClient({ ...options_, account });
  return { chain, open, wallet, test: viem.createTestClient({ ...options_, mode: "anvil" }) };
}

function expect(what, found, wanted) {
  if (found !== wanted) throw new Error(`${what}: ${found}, expected ${wanted}`);
}

async function mined(l, hash) {
  const receipt = await l.open.waitForTransactionReceipt({ hash });
  expect(`transaction ${hash}`, receipt.status, "success");
  return receipt;
}

async function deploy(l1, name, args = []) {
  const { abi, bytecode } = artifact(name);
  return (await mined(l1, await l1.wallet.deployContract({ abi, bytecode, args }))).contractAddress;
}

const call = async (l1, address, name, functionName, args) =>
  mined(l1, await l1.wallet.writeContract({ address, abi: artifact(name).abi, functionName, args }));

// The order of contracts/README.md.
async function deploySystem(l1, l2ChainId) {
  const timelock = await deploy(l1, "TimelockController", [3n, [account.address], [account.address], ZERO]);
  const proxied = async (name, constructor, args) => {
    const implementation = await deploy(l1, name, constructor);
    const data = viem.encodeFunctionData({ abi: artifact(name).abi, functionName: "initialize", args });
    return deploy(l1, "TransparentUpgradeableProxy", [implementation, timelock, data]);
  };
  const config = await proxied("SystemConfig", [], [
    {
      owner: timelock,
      operator: account.address,
      guardian: account.address,
      l2ChainId,
      batcher: account.address,
      unsafeBlockSigner: account.address,
      gasLimit: 30_000_000n,
      eip1559Denominator: 1000,
      eip1559Elasticity: 2,
      basefeeScalar: 1368,
      blobbasefeeScalar: 810_949,
      pauseSeconds: 100,
      pauseCooldownSeconds: 100,
      resources: {
        maxResourceLimit: 6_000_000,
        elasticityMultiplier: 10,
        baseFeeMaxChangeDenominator: 8,
        minimumBaseFee: 1_000_000_000,
        systemTxMaxGas: 1_000_000,
        maximumBaseFee: 10n ** 30n,
      },
    },
  ]);
  const factory = await proxied("DisputeGameFactory", [], [account.address]);
  const anchors = await proxied("AnchorStateRegistry", [DELAY], [config, factory, viem.keccak256("0x01"), 0n, GAME_TYPE]);
  const portal = await proxied("Portal", [DELAY], [config, anchors]);
  const registry = await deploy(l1, "VerifierRegistry", [l2ChainId, 1n, 100n, anchors]);
  const resolver = await deploy(l1, "QuorumResolver", [registry, anchors, 1n, 3n, 0n, 0n]);
  const game = await deploy(l1, "OutputGame", [GAME_TYPE, l2ChainId, CLAIM_WINDOW, 10n, anchors, resolver]);
  await call(l1, factory, "DisputeGameFactory", "setImplementation", [GAME_TYPE, game]);
  await call(l1, factory, "DisputeGameFactory", "transferOwnership", [timelock]);
  return { factory, portal };
}

async function claim(l1, l2, factory) {
  const block = await l2.open.getBlock();
  const proof = await l2.open.getProof({ address: MESSAGE_PASSER, storageKeys: [], blockNumber: block.number });
  const words = (types, values) => viem.encodeAbiParameters(types.map((type) => ({ type })), values);
  const zero = viem.pad("0x00", { size: 32 });
  const root = viem.keccak256(
    words(["bytes32", "bytes32", "bytes32", "bytes32"], [zero, block.stateRoot, proof.storageHash, block.hash]),
  );
  await l1.test.mine({ blocks: 1 });
  const head = await l1.open.getBlock();
  const extra = words(["uint256", "uint256", "bytes32"], [block.number, head.number, head.hash]);
  await call(l1, factory, "DisputeGameFactory", "create", [GAME_TYPE, root, extra]);
}

async function pass(l1, seconds) {
  await l1.test.increaseTime({ seconds });
  await l1.test.mine({ blocks: 1 });
}

async function deposit(l1, targetChain) {
  const actions = l1.wallet.extend(opStack.walletActionsL1());
  const request = { gas: 100_000n, mint: viem.parseEther("2"), to: account.address, value: viem.parseEther("1") };
  const receipt = await mined(l1, await actions.depositTransaction({ request, targetChain, gas: 1_000_000n }));
  expect("L2 transactions of the deposit", opStack.getL2TransactionHashes(receipt).length, 1);
}

async function withdraw(l1, l2, system, targetChain) {
  const sender = l2.wallet.extend(opStack.walletActionsL2());
  const send = async (value, to) =>
    mined(l2, await sender.initiateWithdrawal({ request: { gas: 21_000n, to, value }, gas: 200_000n }));
  // Others beside it, so that the proof has branches.
  for (let i = 1n; i <= 16n; i += 1n) await send(i, ZERO);
  const receipt = await send(viem.parseEther("1"), RECEIVER);

  const reader = l1.open.extend(opStack.publicActionsL1());
  const writer = l1.wallet.extend(opStack.walletActionsL1());
  const status = async (wanted) =>
    expect("withdrawal", await reader.getWithdrawalStatus({ receipt, targetChain }), wanted);
  await status("waiting-to-prove");
  await claim(l1, l2, system.factory);
  await status("ready-to-prove");
  await pass(l1, 2);
  const { game, withdrawal } = await reader.waitToProve({ receipt, targetChain });
  const proof = await l2.open.extend(opStack.publicActionsL2()).buildProveWithdrawal({ account, game, withdrawal });
  await mined(l1, await writer.proveWithdrawal({ ...proof, targetChain }));
  await status("waiting-to-finalize");
  await pass(l1, Number(CLAIM_WINDOW) + 1);
  await status("waiting-to-finalize");
  await call(l1, `0x${game.metadata.slice(26)}`, "OutputGame", "resolve", []);
  await status("waiting-to-finalize");
  await pass(l1, Number(DELAY) + 1);
  await status("ready-to-finalize");
  await mined(l1, await writer.finalizeWithdrawal({ targetChain, withdrawal }));
  await status("finalized");
  expect("received", await l1.open.getBalance({ address: RECEIVER }), viem.parseEther("1"));
}

try {
  const l1 = await startChain(900, { contracts: { multicall3: { address: MULTICALL3 } } });
  const { code } = artifact("preinstalls").find(({ name }) => name === "Multicall3");
  await l1.test.setCode({ address: MULTICALL3, bytecode: code });
  const system = await deploySystem(l1, 77001n);
  const l2 = await startChain(77001, {
    sourceId: 900,
    contracts: { portal: { 900: { address: system.portal } }, disputeGameFactory: { 900: { address: system.factory } } },
  });
  await l2.test.setCode({ address: MESSAGE_PASSER, bytecode: artifact("L2ToL1MessagePasser").deployedBytecode });
  await deposit(l1, l2.chain);
  // The deposit bought what is withdrawn.
  await withdraw(l1, l2, system, l2.chain);
  console.log("viem: deposit and withdrawal went through all their states");
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  for (const child of children) child.kill();
}
