// Ether to the L2 and back by viem's op-stack actions, unmodified, with the chain file that `praxis` writes.
// Environment: L1_URL, VIEM_CHAIN (the file), KEY (an account with ether on both).
import { readFileSync } from "node:fs";
import { createPublicClient, createWalletClient, defineChain, http, parseEther } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import {
  getL2TransactionHashes,
  publicActionsL1,
  publicActionsL2,
  walletActionsL1,
  walletActionsL2,
} from "viem/op-stack";

const { L1_URL, VIEM_CHAIN, KEY } = process.env;
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

// And back: initiate, prove, finalise.
const back = { gas: 21_000n, to: receiver, value: parseEther("1") };
const receipt = await mined(l2, await l2Wallet.initiateWithdrawal({ request: back }));
ensure("status", await l1.getWithdrawalStatus({ receipt, targetChain }), "waiting-to-prove");
const { game, withdrawal } = await l1.waitToProve({ receipt, targetChain });
// The portal takes no proof in the second in which the claim was made.
await new Promise((done) => setTimeout(done, 2000));
const proof = await l2.buildProveWithdrawal({ account, game, withdrawal });
await mined(l1, await l1Wallet.proveWithdrawal(proof));
console.log("proved");
// viem says how long to wait from what the portal answers; a claim's end is the proposer's.
for (let tries = 0; ; tries += 1) {
  const status = await l1.getWithdrawalStatus({ receipt, targetChain });
  if (status === "ready-to-finalize") break;
  ensure("status", status, "waiting-to-finalize");
  if (tries > 300) throw new Error("the withdrawal never got ready to be finalised");
  await new Promise((done) => setTimeout(done, 200));
}
await mined(l1, await l1Wallet.finalizeWithdrawal({ targetChain, withdrawal }));
ensure("status", await l1.getWithdrawalStatus({ receipt, targetChain }), "finalized");
ensure("received on L1", await l1.getBalance({ address: receiver }), parseEther("1"));
console.log("withdrawn");
