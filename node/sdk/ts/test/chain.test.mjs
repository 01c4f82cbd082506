// Against a running `praxis dev` that has the model MODEL (8 returns in, one number out): RPC_HTTP, PRIVATE_KEY, and PAYER, what fixtures/compile.mjs wrote.
// `node --test` without RPC_HTTP skips it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { createPublicClient, createWalletClient, encodeAbiParameters, encodeFunctionData, http, parseAbi, parseEventLogs, zeroHash } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { bucket, elements, publicActionsPraxis, ruleName, rule, runnerAbi, tensor, terms, walletActionsPraxis } from "../dist/index.js";

const { RPC_HTTP: url, MODEL: model, PRIVATE_KEY: key } = process.env;
const skip = url ? false : "no RPC_HTTP";
const transport = http(url);
const chain = { id: 77001, name: "Praxis", nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 }, rpcUrls: { default: { http: [url ?? ""] } } };
const client = createPublicClient({ chain, transport, pollingInterval: 50, cacheTime: 0 }).extend(publicActionsPraxis());
const wallet = url && createWalletClient({ account: privateKeyToAccount(key), chain, transport }).extend(walletActionsPraxis());
const returns = Array.from({ length: 8 }, (_, i) => 0.01 * (i + 1));

async function mined(hash) {
  const receipt = await client.waitForTransactionReceipt({ hash, timeout: 20_000 });
  assert.equal(receipt.status, "success");
  return receipt;
}

test("models are listed, fetched and run", { skip }, async () => {
  const listed = await client.listModels({ limit: 100 });
  const found = await client.getModel({ id: model });
  assert.ok(listed.some((entry) => entry.id === model));
  assert.equal(found.status, "active");
  assert.equal(typeof found.coldGas, "bigint");
  assert.deepEqual(found.manifest.inputs[0].shape, [1, 8]);
  assert.equal(await client.getModel({ id: zeroHash }), null);

  const [byNode] = await client.runModel({ id: model, inputs: [returns] });
  const [byContract] = await client.infer({ model, inputs: [tensor("float32", [1, 8], returns)] });
  assert.equal(byNode.data, byContract.data);
  const [fixed] = await client.inferFixed({ model, input: returns.map((value) => BigInt(Math.round(value * 1e6)) * 10n ** 12n) });
  assert.ok(Math.abs(Number(fixed) / 1e18 - elements(byContract)[0]) < 1e-6);
  assert.ok((await client.inferenceGas({ model })) > 0n);
});

test("the precompile's errors have names", { skip }, async () => {
  const wrong = client.infer({ model, inputs: [tensor("float32", [1, 7], returns.slice(1))] });
  await assert.rejects(wrong, (error) => /InputShape/.test(String(error)));
});

test("records of a transaction, and their proof", { skip }, async () => {
  const data = encodeFunctionData({
    abi: parseAbi(["struct T { uint8 dtype; uint32[] shape; bytes data; }", "function infer(bytes32 model, T[] inputs) returns (T[])"]),
    args: [model, [tensor("float32", [1, 8], returns)]],
  });
  const receipt = await mined(await wallet.sendTransaction({ to: "0x00000000000000000000000000000000000000A1", data }));
  const [record] = await client.getInferences({ of: receipt.transactionHash });
  assert.equal(record.model, model);
  assert.equal(record.blockNumber, receipt.blockNumber);
  assert.deepEqual(elements(record.inputs[0]), elements(tensor("float32", [1, 8], returns)));
  const proof = await client.getInferenceProof({ hash: receipt.transactionHash });
  assert.equal(proof.blockNumber, receipt.blockNumber);
  assert.equal(proof.proof.record.outputHash, record.outputHash);
});

test("an agent is made, runs, is refused, and is revoked", { skip }, async () => {
  // A strategy that asks the model and wants to pay 5 wei to whoever its context names.
  const { abi, bytecode } = JSON.parse(readFileSync(process.env.PAYER, "utf8"));
  const deployed = await mined(await wallet.deployContract({ abi, bytecode, args: [model] }));
  const strategy = deployed.contractAddress;
  await mined(await wallet.registerStrategy({ strategy }));
  assert.equal(await client.isStrategyIntact({ strategy }), true);

  const friend = "0x00000000000000000000000000000000000beef1";
  const { timestamp } = await client.getBlock();
  const policy = {
    terms: terms({
      expiry: Number(timestamp) + 86_400,
      allowances: [bucket(1, 10n, 86_400)],
      assets: [{ token: "0x0000000000000000000000000000000000000000", valuer: "0x0000000000000000000000000000000000000000", perAction: 5n, allowance: 1 }],
      models: [{ model, bounds: [] }],
      strategies: [strategy],
    }),
    rules: [rule(friend, "0x00000000", { sendsValue: true, slippageBps: 10_000 })],
  };
  const salt = `0x${timestamp.toString(16).padStart(64, "0")}`;
  const account = await client.getAgentAddress({ owner: wallet.account.address, salt, ...policy });
  await mined(await wallet.createAgentAccount({ salt, ...policy }));
  await mined(await wallet.sendTransaction({ to: account, value: 1000n }));
  const state = await client.getPolicy({ account });
  assert.equal(state.owner, wallet.account.address);
  assert.deepEqual(state.terms.models, policy.terms.models);

  const run = async (to) => {
    const context = encodeAbiParameters([{ type: "address" }], [to]);
    const booked = await mined(await wallet.bookRun({ account, strategy, contexts: [context] }));
    const [{ args }] = parseEventLogs({ abi: runnerAbi, logs: booked.logs, eventName: "Booked" });
    return parseEventLogs({ abi: runnerAbi, logs: (await mined(await wallet.runBooking({ booking: args.booking }))).logs });
  };
  const had = await client.getBalance({ address: friend });
  const first = await run(friend);
  assert.ok(first.some((log) => log.eventName === "ActionExecuted"), first.map((log) => log.eventName).join());
  assert.equal(await client.getBalance({ address: friend }), had + 5n);
  assert.equal(await client.getAllowanceLeft({ account, position: 1n }), 5n);
  const refused = (await run("0x00000000000000000000000000000000000beef2")).find((log) => log.eventName === "ActionRefused");
  assert.ok(ruleName(refused.args.rule).length > 2);

  await mined(await wallet.revokeAgent({ account }));
  assert.equal((await client.getPolicy({ account })).terms, null);
  const events = (await client.getRunEvents({ account })).map((log) => log.eventName);
  assert.deepEqual(events.filter((name) => name.startsWith("Action")), ["ActionExecuted", "ActionRefused"]);
});

test("time is moved on and the past comes back", { skip }, async () => {
  const before = await client.getBlock();
  const id = await client.request({ method: "evm_snapshot", params: [] });
  await client.request({ method: "evm_increaseTime", params: [86_400] });
  await client.request({ method: "evm_mine", params: [] });
  const later = await client.getBlock();
  assert.ok(later.timestamp >= before.timestamp + 86_400n);
  assert.equal(await client.request({ method: "evm_revert", params: [id] }), true);
  assert.ok((await client.getBlock()).timestamp < later.timestamp);
});
