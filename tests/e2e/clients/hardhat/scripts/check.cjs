// The chain as Hardhat 2 sees it: compile, deploy, send, wait, logs, traces, estimates, an authorization, an agent.
// usage: hardhat run --network praxis scripts/check.cjs
const { readFileSync } = require("node:fs");
const path = require("node:path");
const hre = require("hardhat");
const { BrowserProvider, Contract, ContractFactory, JsonRpcProvider, Wallet, parseEther } = require("ethers");

const ensure = (condition, what) => {
  if (!condition) throw new Error(what);
};

const artifact = (name) =>
  JSON.parse(readFileSync(path.join(__dirname, `../../../../../contracts/artifacts/${name}.json`), "utf8"));

async function main() {
  const passed = [];
  const step = async (name, run) => {
    try {
      await run();
      passed.push(name);
    } catch (error) {
      console.log(JSON.stringify({ client: "hardhat", passed, failed: name, error: String(error).slice(0, 400) }));
      throw error;
    }
  };
  const provider = new BrowserProvider(hre.network.provider, undefined, { cacheTimeout: -1, pollingInterval: 100 });
  const signer = await provider.getSigner();
  let counter;
  let receipt;

  await step("deploy what Hardhat compiled", async () => {
    const { abi, bytecode } = await hre.artifacts.readArtifact("Counter");
    const deployed = await new ContractFactory(abi, bytecode, signer).deploy();
    await deployed.waitForDeployment();
    counter = new Contract(await deployed.getAddress(), abi, signer);
  });
  await step("estimate, send, wait, logs", async () => {
    const gas = await counter.add.estimateGas(3);
    ensure(gas > 21000n && gas < 200000n, `add() is estimated at ${gas}`);
    receipt = await (await counter.add(3)).wait();
    ensure(receipt.status === 1 && receipt.logs.length === 1, "one log");
    const events = await counter.queryFilter("Counted", receipt.blockNumber, "latest");
    ensure(events.length === 1 && events[0].args.value === 3n, "the event");
  });
  await step("a revert's error", async () => {
    const error = await counter.add.staticCall(11).then(() => undefined, (reason) => reason);
    ensure(error, "adding too much failed");
  });
  await step("trace", async () => {
    const trace = await provider.send("debug_traceTransaction", [receipt.hash, { tracer: "callTracer" }]);
    ensure(trace.to.toLowerCase() === (await counter.getAddress()).toLowerCase(), "the traced call's receiver");
  });
  await step("an authorization", async () => {
    const direct = new JsonRpcProvider(process.env.RPC_HTTP, undefined, { staticNetwork: true, cacheTimeout: -1 });
    const wallet = Wallet.createRandom().connect(direct);
    await (await signer.sendTransaction({ to: wallet.address, value: parseEther("1") })).wait();
    const address = await counter.getAddress();
    const authorization = await wallet.authorize({ address, nonce: 1 });
    const sent = await wallet.sendTransaction({ type: 4, to: wallet.address, authorizationList: [authorization], gasLimit: 200000 });
    await direct.waitForTransaction(sent.hash, 1, 20000);
    const code = await provider.send("eth_getCode", [wallet.address, "latest"]);
    ensure(code === `0xef0100${address.slice(2).toLowerCase()}`, `the account's code is ${code}`);
    direct.destroy();
  });
  await step("an agent decides with the gas that was estimated", async () => {
    const { abi, bytecode } = artifact("CautiousAgent");
    const agent = await new ContractFactory(abi, bytecode, signer).deploy(process.env.MODEL);
    await agent.waitForDeployment();
    const decided = await (await agent.decide(Array.from({ length: 40 }, (_, i) => BigInt(i) * 10n ** 15n))).wait();
    const names = decided.logs.map((log) => agent.interface.parseLog(log)?.name);
    ensure(names.includes("Decided"), `the agent's events: ${names}`);
  });
  console.log(JSON.stringify({ client: "hardhat", passed }));
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
