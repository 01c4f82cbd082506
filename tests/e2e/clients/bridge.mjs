// Ether and a token to the L2 and back by viem's op-stack actions, unmodified, with the chain file that `praxis` writes.
// Environment: L1_URL, VIEM_CHAIN (the file), KEY (an account with ether on both), TOKEN (the artifact of a WETH9).
import { readFileSync } from "node:fs";
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  http,
  parseAbi,
  parseEther,
  parseEventLogs,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import {
  getL2TransactionHashes,
  publicActionsL1,
  publicActionsL2,
  walletActionsL1,
  walletActionsL2,
} from "viem/op-stack";

const { L1_URL, VIEM_CHAIN, KEY, TOKEN } = process.env;
const targetChain = defineChain(JSON.parse(readFileSync(VIEM_CHAIN, "utf8")));
const account = privateKeyToAccount(KEY);
const receiver = privateKeyToAccount(generatePrivateKey()).address;
const l1Chain = defineChain({
  id: targetChain.sourceId,
  name: "L1",
  nativeCurrency: targetChain.nativeCurrency,
  rpcUrls: { default: { http: [L1_URL] } },
  contracts: { multicall3: targetChain.contracts.multicall3 },
});
const timing = { transport: http(), pollingInterval: 200 };
const l1 = createPublicClient({ chain: l1Chain, ...timing }).extend(publicActionsL1());
const l2 = createPublicClient({ chain: targetChain, ...timing }).extend(publicActionsL2());
const l1Wallet = createWalletClient({ account, chain: l1Chain, ...timing }).extend(walletActionsL1());
const l2Wallet = createWalletClient({ account, chain: targetChain, ...timing }).extend(walletActionsL2());

const ensure = (what, found, wanted) => {
  if (found !== wanted) throw new Error(`${what}: ${found}, expected ${wanted}`);
};
const mined = async (client, hash) => {
  const receipt = await client.waitForTransactionReceipt({ hash, timeout: 60_000 });
  ensure(`transaction ${hash}`, receipt.status, "success");
  return receipt;
};

// To the L2: the portal's event becomes a transaction there.
const request = { gas: 100_000n, mint: parseEther("3"), to: receiver, value: parseEther("2") };
const deposit = await mined(l1, await l1Wallet.depositTransaction({ request, targetChain }));
const [arrival] = getL2TransactionHashes(deposit);
await mined(l2, arrival);
ensure("received on L2", await l2.getBalance({ address: receiver }), parseEther("2"));
console.log("deposited");

// A token of L1 through the bridge: its like on the L2 is made by the factory there.
const artifact = JSON.parse(readFileSync(TOKEN, "utf8"));
const token = (await mined(l1, await l1Wallet.deployContract({ abi: artifact.abi, bytecode: artifact.bytecode }))).contractAddress;
const erc20 = parseAbi([
  "function approve(address, uint256) returns (bool)",
  "function balanceOf(address) view returns (uint256)",
  "function deposit() payable",
]);
const bridge = parseAbi([
  "function bridgeERC20To(address, address, address, uint256, uint32, bytes)",
  "event ERC20BridgeFinalized(address indexed, address indexed, address indexed, address, uint256, bytes)",
]);
const factory = parseAbi([
  "function createOptimismMintableERC20(address, string, string) returns (address)",
  "event OptimismMintableERC20Created(address indexed localToken, address indexed remoteToken, address deployer)",
]);
const L2_BRIDGE = "0x4200000000000000000000000000000000000010";
const L2_FACTORY = "0x4200000000000000000000000000000000000012";
const l1Bridge = targetChain.contracts.l1StandardBridge[l1Chain.id].address;
const write = async (client, wallet, address, abi, functionName, args, value) =>
  mined(client, await wallet.writeContract({ address, abi, functionName, args, value }));
const balance = (client, address, of) =>
  client.readContract({ address, abi: erc20, functionName: "balanceOf", args: [of] });

const naming = [token, "Token of L1", "TOK"];
const made = await write(l2, l2Wallet, L2_FACTORY, factory, "createOptimismMintableERC20", naming);
const [{ args: named }] = parseEventLogs({ abi: factory, eventName: "OptimismMintableERC20Created", logs: made.logs });
const twin = named.localToken;
await write(l1, l1Wallet, token, erc20, "deposit", [], parseEther("5"));
await write(l1, l1Wallet, token, erc20, "approve", [l1Bridge, parseEther("5")]);
const out = [token, twin, account.address, parseEther("5"), 200_000, "0x"];
const [minted] = getL2TransactionHashes(await write(l1, l1Wallet, l1Bridge, bridge, "bridgeERC20To", out));
await mined(l2, minted);
ensure("tokens on L2", await balance(l2, twin, account.address), parseEther("5"));
ensure("tokens with the bridge", await balance(l1, token, l1Bridge), parseEther("5"));
console.log("tokens deposited");

// And back, ether and tokens: initiate, prove, finalise.
const back = { gas: 21_000n, to: receiver, value: parseEther("1") };
const ether = await mined(l2, await l2Wallet.initiateWithdrawal({ request: back }));
ensure("status", await l1.getWithdrawalStatus({ receipt: ether, targetChain }), "waiting-to-prove");
const home = [twin, token, receiver, parseEther("2"), 200_000, "0x"];
const tokens = await write(l2, l2Wallet, L2_BRIDGE, bridge, "bridgeERC20To", home);
ensure("tokens left on L2", await balance(l2, twin, account.address), parseEther("3"));

const prove = async (receipt) => {
  const { game, withdrawal } = await l1.waitToProve({ receipt, targetChain });
  // The portal takes no proof in the second in which the claim was made.
  await new Promise((done) => setTimeout(done, 2000));
  const proof = await l2.buildProveWithdrawal({ account, game, withdrawal });
  await mined(l1, await l1Wallet.proveWithdrawal(proof));
  console.log("proved");
  return withdrawal;
};
const finalize = async (receipt, withdrawal) => {
  // A claim's end is the proposer's. viem puts the status together from several reads: where the claim ends between two of them
  // it says for once that the withdrawal has to be proved again.
  for (let tries = 0; ; tries += 1) {
    const status = await l1.getWithdrawalStatus({ receipt, targetChain });
    if (status === "ready-to-finalize") break;
    if (status !== "waiting-to-finalize") {
      ensure("status", status, "ready-to-prove");
      ensure("status, read again", await l1.getWithdrawalStatus({ receipt, targetChain }), "ready-to-finalize");
      break;
    }
    if (tries > 300) throw new Error("the withdrawal never got ready to be finalised");
    await new Promise((done) => setTimeout(done, 200));
  }
  await mined(l1, await l1Wallet.finalizeWithdrawal({ targetChain, withdrawal }));
  ensure("status", await l1.getWithdrawalStatus({ receipt, targetChain }), "finalized");
};
const withdrawals = [];
for (const receipt of [ether, tokens]) withdrawals.push([receipt, await prove(receipt)]);
for (const [receipt, withdrawal] of withdrawals) await finalize(receipt, withdrawal);
ensure("received on L1", await l1.getBalance({ address: receiver }), parseEther("1"));
ensure("tokens on L1", await balance(l1, token, receiver), parseEther("2"));
ensure("tokens that stay with the bridge", await balance(l1, token, l1Bridge), parseEther("3"));
console.log("withdrawn");
