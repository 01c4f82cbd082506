// The chain as viem sees it, over HTTP and WebSocket.
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  formatEther,
  hexToNumber,
  http,
  parseAbi,
  parseEther,
  parseEventLogs,
  webSocket,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { artifact, chain, ensure, equal, eventually, inferences, main, model, modelInput, predeploys } from "./check.mjs";

const { http: httpUrl, ws: wsUrl, chainId, key } = chain();
const account = privateKeyToAccount(key);
const definition = defineChain({
  id: chainId,
  name: "Praxis",
  nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
  rpcUrls: { default: { http: [httpUrl], webSocket: [wsUrl] } },
  contracts: { multicall3: { address: predeploys.multicall3 } },
});
const client = createPublicClient({ chain: definition, transport: http(), pollingInterval: 100 });
const socket = createPublicClient({ chain: definition, transport: webSocket(wsUrl) });
const wallet = createWalletClient({ account, chain: definition, transport: http() });
const weth = artifact("WETH9");
const friend = privateKeyToAccount(generatePrivateKey()).address;
let token;
let wrapped;

const mined = async (hash) => {
  const receipt = await client.waitForTransactionReceipt({ hash, timeout: 20_000 });
  equal(receipt.status, "success", "receipt's status");
  return receipt;
};

await main("viem", [
  ["chain id over HTTP and WebSocket", async () => {
    equal(await client.getChainId(), chainId, "HTTP");
    equal(await socket.getChainId(), chainId, "WebSocket");
  }],
  ["balance", async () => {
    const balance = await client.getBalance({ address: account.address });
    ensure(balance > parseEther("2"), `the account holds ${formatEther(balance)} ether`);
  }],
  ["send ether", async () => {
    const receipt = await mined(await wallet.sendTransaction({ to: friend, value: parseEther("1") }));
    equal(receipt.gasUsed, 21000n, "gas used");
    equal(receipt.type, "eip1559", "transaction type");
    equal(await client.getBalance({ address: friend }), parseEther("1"), "receiver's balance");
    const before = await client.getBalance({ address: friend, blockNumber: receipt.blockNumber - 1n });
    equal(before, 0n, "receiver's balance one block earlier");
    const transaction = await client.getTransaction({ hash: receipt.transactionHash });
    equal(transaction.from.toLowerCase(), account.address.toLowerCase(), "recovered sender");
    equal(transaction.blockHash, receipt.blockHash, "block hash");
  }],
  ["send a legacy transaction", async () => {
    const hash = await wallet.sendTransaction({ to: friend, value: 1n, type: "legacy" });
    equal((await mined(hash)).type, "legacy", "transaction type");
  }],
  ["deploy", async () => {
    const receipt = await mined(await wallet.deployContract(weth));
    token = { address: receipt.contractAddress, abi: weth.abi };
    ensure((await client.getCode({ address: token.address })).length > 2, "the contract has code");
  }],
  ["call", async () => {
    equal(await client.readContract({ ...token, functionName: "symbol" }), "WETH", "symbol");
    equal(await socket.readContract({ ...token, functionName: "totalSupply" }), 0n, "total supply");
  }],
  ["estimate gas", async () => {
    const gas = await client.estimateContractGas({ ...token, functionName: "deposit", value: 5n, account });
    ensure(gas > 21000n && gas < 200_000n, `deposit() is estimated at ${gas}`);
    const fees = await client.estimateFeesPerGas();
    ensure(fees.maxFeePerGas >= fees.maxPriorityFeePerGas, "fees are consistent");
  }],
  ["write, receipt, logs", async () => {
    const hash = await wallet.writeContract({ ...token, functionName: "deposit", value: 5n });
    wrapped = await mined(hash);
    equal(wrapped.logs.length, 1, "logs in the receipt");
    equal(wrapped.logs[0].address.toLowerCase(), token.address.toLowerCase(), "the log's address");
    equal(await client.readContract({ ...token, functionName: "balanceOf", args: [account.address] }), 5n, "balance");
  }],
  ["getLogs", async () => {
    const events = await client.getContractEvents({
      ...token,
      eventName: "Deposit",
      fromBlock: wrapped.blockNumber,
      toBlock: "latest",
    });
    equal(events.length, 1, "Deposit events");
    equal(events[0].args.value, 5n, "amount");
    equal(events[0].blockHash, wrapped.blockHash, "block hash");
    const byHash = await client.getLogs({ blockHash: wrapped.blockHash, address: token.address });
    equal(byHash.length, 1, "logs by block hash");
    const none = await client.getLogs({ address: friend, fromBlock: wrapped.blockNumber, toBlock: wrapped.blockNumber });
    equal(none.length, 0, "logs of another address");
  }],
  ["watch events over WebSocket and blocks over HTTP", async () => {
    const seen = [];
    const numbers = [];
    const stopEvents = socket.watchContractEvent({ ...token, eventName: "Deposit", onLogs: (logs) => seen.push(...logs) });
    const stopBlocks = client.watchBlockNumber({ onBlockNumber: (number) => numbers.push(number) });
    const heads = [];
    const stopHeads = socket.watchBlocks({ onBlock: (block) => heads.push(block.number) });
    await new Promise((wake) => setTimeout(wake, 300));
    const receipt = await mined(await wallet.writeContract({ ...token, functionName: "deposit", value: 7n }));
    await eventually("the event", () => seen.some((log) => log.transactionHash === receipt.transactionHash));
    await eventually("block numbers", () => numbers.length > 1);
    await eventually("new heads", () => heads.length > 1);
    stopEvents();
    stopBlocks();
    stopHeads();
  }],
  ["a revert's reason", async () => {
    const call = client.simulateContract({ ...token, functionName: "withdraw", args: [10n ** 30n], account });
    const error = await call.then(() => undefined, (reason) => reason);
    ensure(error?.name === "ContractFunctionExecutionError", `withdrawing too much gave ${error?.name}`);
  }],
  ["nonce and block", async () => {
    const nonce = await client.getTransactionCount({ address: account.address });
    const pending = await client.getTransactionCount({ address: account.address, blockTag: "pending" });
    ensure(pending >= nonce && nonce >= 5, `nonce ${nonce}, pending ${pending}`);
    const block = await client.getBlock({ blockHash: wrapped.blockHash, includeTransactions: true });
    ensure(block.transactions.some((tx) => tx.hash === wrapped.transactionHash), "the block holds the transaction");
    equal(await client.getBlock({ blockTag: "earliest" }).then((b) => b.number), 0n, "the first block's number");
  }],
  ["L1 attributes come first, blocks carry milliseconds", async () => {
    const number = `0x${wrapped.blockNumber.toString(16)}`;
    const block = await client.request({ method: "eth_getBlockByNumber", params: [number, true] });
    equal(block.transactions[0].type, "0x7e", "the first transaction's type");
    equal(block.transactions[0].to.toLowerCase(), predeploys.l1Block, "its receiver");
    const next = await client.request({ method: "eth_getBlockByNumber", params: [`0x${(wrapped.blockNumber + 1n).toString(16)}`, false] });
    ensure(block.timestampMs, "the block has timestampMs");
    equal(Math.floor(hexToNumber(block.timestampMs) / 1000), hexToNumber(block.timestamp), "seconds");
    ensure(hexToNumber(next.timestampMs) > hexToNumber(block.timestampMs), "milliseconds increase");
  }],
  ["predeploys through Multicall3", async () => {
    const [l1Number, models, observed] = await client.multicall({
      allowFailure: false,
      contracts: [
        { address: predeploys.l1Block, abi: parseAbi(["function number() view returns (uint64)"]), functionName: "number" },
        {
          address: predeploys.modelRegistry,
          abi: parseAbi(["function modelCount() view returns (uint256)"]),
          functionName: "modelCount",
        },
        {
          address: predeploys.inference,
          abi: parseAbi(["function observedCount() view returns (uint256)"]),
          functionName: "observedCount",
        },
      ],
    });
    ensure(l1Number >= 0n && models >= 0n, "numbers");
    equal(observed, 0n, "inferences of a call that made none");
  }],
  ["trace", async () => {
    const params = [wrapped.transactionHash, { tracer: "callTracer" }];
    const trace = await client.request({ method: "debug_traceTransaction", params });
    equal(trace.to, token.address.toLowerCase(), "the traced call's receiver");
    const steps = await client.request({ method: "debug_traceTransaction", params: [wrapped.transactionHash] });
    ensure(steps.structLogs.length > 10, "the steps");
  }],
  ["storage by a number", async () => {
    const params = [token.address, "0x0", "latest"];
    equal((await client.request({ method: "eth_getStorageAt", params })).length, 66, "the slot's length");
  }],
  ["simulated blocks", async () => {
    const { results } = await client.simulateCalls({ account: account.address, calls: [{ to: friend, value: 1n }] });
    equal(results[0].status, "success", "the simulated call");
  }],
  ["an authorization", async () => {
    const user = privateKeyToAccount(generatePrivateKey());
    await mined(await wallet.sendTransaction({ to: user.address, value: parseEther("0.1") }));
    const own = createWalletClient({ account: user, chain: definition, transport: http() });
    const signed = await own.signAuthorization({ contractAddress: predeploys.weth, executor: "self" });
    await mined(await own.sendTransaction({ to: user.address, authorizationList: [signed] }));
    const code = await client.getCode({ address: user.address });
    equal(code, `0xef0100${predeploys.weth.slice(2)}`, "the account's code");
  }],
  ["an agent decides with the gas that was estimated", async () => {
    const { abi, bytecode } = artifact("CautiousAgent");
    const { contractAddress } = await mined(await wallet.deployContract({ abi, bytecode, args: [model()] }));
    const call = { address: contractAddress, abi, functionName: "decide", args: [modelInput] };
    const receipt = await mined(await wallet.writeContract(call));
    const [event] = parseEventLogs({ abi, logs: receipt.logs });
    equal(event?.eventName, "Decided", "the agent's event");
    const params = [receipt.transactionHash, { tracer: "callTracer" }];
    const [frame] = inferences(await client.request({ method: "debug_traceTransaction", params }));
    equal(frame?.inference.model, model(), "the model in the trace");
    equal(frame.inference.inputs[0].values.length, 40, "numbers of the input in the trace");
  }],
]);
