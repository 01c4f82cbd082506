// The chain as ethers sees it, over HTTP and WebSocket.
import { Contract, ContractFactory, JsonRpcProvider, NonceManager, Wallet, WebSocketProvider, parseEther } from "ethers";
import { artifact, chain, ensure, equal, eventually, inferences, main, model, modelInput, predeploys } from "./check.mjs";

const { http: httpUrl, ws: wsUrl, chainId, key } = chain();
const provider = new JsonRpcProvider(httpUrl, chainId, { staticNetwork: true, polling: true, cacheTimeout: -1 });
provider.pollingInterval = 100;
const socket = new WebSocketProvider(wsUrl, chainId, { staticNetwork: true, cacheTimeout: -1 });
const wallet = new Wallet(key, provider);
const signer = new NonceManager(wallet);
const friend = Wallet.createRandom().address;
const { abi, bytecode } = artifact("WETH9");
let token;
let receipt;

const mined = async (response) => {
  const found = await response.wait(1, 20_000);
  equal(found.status, 1, "receipt's status");
  return found;
};

await main("ethers", [
  ["chain id over HTTP and WebSocket", async () => {
    equal(BigInt(await provider.send("eth_chainId", [])), BigInt(chainId), "HTTP");
    equal(BigInt(await socket.send("eth_chainId", [])), BigInt(chainId), "WebSocket");
  }],
  ["balance", async () => {
    ensure((await provider.getBalance(wallet.address)) > parseEther("2"), "the account is funded");
  }],
  ["send ether", async () => {
    const sent = await mined(await signer.sendTransaction({ to: friend, value: parseEther("1") }));
    equal(sent.gasUsed, 21000n, "gas used");
    equal(await provider.getBalance(friend), parseEther("1"), "receiver's balance");
  }],
  ["deploy", async () => {
    token = await new ContractFactory(abi, bytecode, signer).deploy();
    await mined(token.deploymentTransaction());
    ensure((await provider.getCode(await token.getAddress())).length > 2, "the contract has code");
  }],
  ["call", async () => {
    equal(await token.symbol(), "WETH", "symbol");
    equal(await new Contract(await token.getAddress(), abi, socket).totalSupply(), 0n, "total supply over WebSocket");
  }],
  ["estimate gas", async () => {
    const gas = await token.deposit.estimateGas({ value: 5n });
    ensure(gas > 21000n && gas < 200_000n, `deposit() is estimated at ${gas}`);
    const fees = await provider.getFeeData();
    ensure(fees.maxFeePerGas >= fees.maxPriorityFeePerGas, "fees are consistent");
  }],
  ["write, receipt, logs", async () => {
    receipt = await mined(await token.deposit({ value: 5n }));
    equal(receipt.logs.length, 1, "logs in the receipt");
    equal(await token.balanceOf(wallet.address), 5n, "balance");
  }],
  ["getLogs", async () => {
    const events = await token.queryFilter("Deposit", receipt.blockNumber, "latest");
    equal(events.length, 1, "Deposit events");
    equal(events[0].blockHash, receipt.blockHash, "block hash");
  }],
  ["events by subscription and by filter, blocks by subscription", async () => {
    const pushed = [];
    const polled = [];
    const blocks = [];
    const listener = new Contract(await token.getAddress(), abi, socket);
    await listener.on("Deposit", (...given) => pushed.push(given));
    await token.on("Deposit", (...given) => polled.push(given));
    await socket.on("block", (number) => blocks.push(number));
    await new Promise((wake) => setTimeout(wake, 500));
    await mined(await token.deposit({ value: 7n }));
    await eventually("the pushed event", () => pushed.length > 0);
    await eventually("the polled event", () => polled.length > 0);
    await eventually("new blocks", () => blocks.length > 1);
    await listener.removeAllListeners();
    await token.removeAllListeners();
    await socket.removeAllListeners();
  }],
  ["a revert", async () => {
    const error = await token.withdraw.staticCall(10n ** 30n).then(() => undefined, (reason) => reason);
    equal(error?.code, "CALL_EXCEPTION", "withdrawing too much");
  }],
  ["block", async () => {
    const block = await provider.getBlock(receipt.blockNumber);
    equal(block.hash, receipt.blockHash, "block hash");
    ensure(block.transactions.includes(receipt.hash), "the block holds the transaction");
    const raw = await provider.send("eth_getBlockByNumber", [`0x${receipt.blockNumber.toString(16)}`, false]);
    ensure(raw.timestampMs, "the block has timestampMs");
    equal(Math.floor(Number(raw.timestampMs) / 1000), block.timestamp, "seconds");
  }],
  ["predeploys", async () => {
    const registry = new Contract(predeploys.modelRegistry, ["function modelCount() view returns (uint256)"], provider);
    ensure((await registry.modelCount()) >= 0n, "modelCount()");
    const inference = new Contract(predeploys.inference, ["function observedCount() view returns (uint256)"], provider);
    equal(await inference.observedCount(), 0n, "inferences of a call that made none");
  }],
  ["trace", async () => {
    const trace = await provider.send("debug_traceTransaction", [receipt.hash, { tracer: "callTracer" }]);
    equal(trace.to, (await token.getAddress()).toLowerCase(), "the traced call's receiver");
  }],
  ["an authorization", async () => {
    const user = Wallet.createRandom().connect(provider);
    await mined(await signer.sendTransaction({ to: user.address, value: parseEther("0.1") }));
    const authorization = await user.authorize({ address: predeploys.weth, nonce: 1 });
    await mined(await user.sendTransaction({ type: 4, to: user.address, authorizationList: [authorization] }));
    const code = await provider.getCode(user.address);
    equal(code, `0xef0100${predeploys.weth.slice(2)}`, "the account's code");
  }],
  ["an agent decides with the gas that was estimated", async () => {
    const compiled = artifact("CautiousAgent");
    const agent = await new ContractFactory(compiled.abi, compiled.bytecode, signer).deploy(model());
    await mined(agent.deploymentTransaction());
    const decided = await mined(await agent.decide(modelInput));
    const names = decided.logs.map((log) => agent.interface.parseLog(log)?.name);
    ensure(names.includes("Decided"), `the agent's events: ${names}`);
    const trace = await provider.send("debug_traceTransaction", [decided.hash, { tracer: "callTracer" }]);
    equal(inferences(trace)[0]?.inference.model, model(), "the model in the trace");
  }],
]);
