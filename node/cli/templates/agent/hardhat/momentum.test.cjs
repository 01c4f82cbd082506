// On the running chain itself: transactions, the real runner and policy, the real model. A snapshot takes back what it did.
const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const { artifacts, network } = require("hardhat");
const { ethers } = require("ethers");

const factoryAddress = "0x5000000000000000000000000000000000000007";
const runnerAddress = "0x5000000000000000000000000000000000000008";
const registryAddress = "0x500000000000000000000000000000000000000d";
const UNIT = 10n ** 18n;

describe("Momentum", function () {
  this.timeout(120_000);
  let provider, owner, snapshot, feed, cash, asset, strategy, runner, account, nonce;

  /** Sends a transaction and waits for its receipt. */
  async function sent(promise) {
    const receipt = await (await promise).wait();
    assert.equal(receipt.status, 1);
    return receipt;
  }

  async function deploy(name, ...args) {
    const { abi, bytecode } = await artifacts.readArtifact(name);
    const contract = await new ethers.ContractFactory(abi, bytecode, owner).deploy(...args);
    return contract.waitForDeployment();
  }

  async function at(name, address) {
    const { abi } = await artifacts.readArtifact(name);
    return new ethers.Contract(address, abi, owner);
  }

  before(async () => {
    provider = new ethers.BrowserProvider(network.provider, undefined, { cacheTimeout: -1, pollingInterval: 50 });
    snapshot = await provider.send("evm_snapshot", []);
    owner = await provider.getSigner(0);
    const { id: model } = JSON.parse(readFileSync("model/published.json", "utf8"));
    feed = await deploy("MockFeed", 8);
    const one = await deploy("MockFeed", 8);
    await sent(one.push(10n ** 8n));
    [cash, asset] = [await deploy("MockToken", "CASH"), await deploy("MockToken", "ASSET")];
    const venue = await deploy("MockVenue", feed.target);
    strategy = await deploy("Momentum", model, feed.target, venue.target, cash.target, asset.target);
    await sent((await at("IStrategyRegistry", registryAddress)).register(strategy.target, []));
    const valuers = [await deploy("MockValuer", one.target), await deploy("MockValuer", feed.target)];
    const policies = await deploy("HardhatPolicy");
    const named = [strategy.target, owner.address, valuers.map((valuer) => valuer.target)];
    const [terms, rules] = (await policies.policy(...named)).map((part) => part.toArray(true));
    const factory = await at("IAgentAccountFactory", factoryAddress);
    account = await factory.addressOf(owner.address, ethers.ZeroHash, terms, rules);
    await sent(factory.createAccount(owner.address, ethers.ZeroHash, terms, rules));
    await sent(cash.mint(account, 1000n * UNIT));
    runner = await at("IAgentRunner", runnerAddress);
  });

  after(async () => {
    assert.equal(await provider.send("evm_revert", [snapshot]), true);
  });

  /** Nine prices, each this many hundredths of the one before, and then a run that may spend `most`. */
  async function run(step, most) {
    let price = 100n * 10n ** 8n;
    const prices = Array.from({ length: 9 }, () => ((price = (price * step) / 100n), price));
    await sent(feed.pushAll(prices));
    const context = ethers.AbiCoder.defaultAbiCoder().encode(["uint256"], [most]);
    const booked = await sent(runner.book(account, strategy.target, [context]));
    const event = booked.logs.map((log) => runner.interface.parseLog(log)).find((log) => log?.name === "Booked");
    const receipt = await sent(runner.run(event.args.booking));
    return receipt.logs.map((log) => log.address === runnerAddress && runner.interface.parseLog(log)).filter(Boolean);
  }

  it("buys while prices rise", async () => {
    const logs = await run(101n, 200n * UNIT);
    assert.ok(logs.some((log) => log.name === "ActionExecuted"), logs.map((log) => log.name).join());
    assert.ok((await asset.balanceOf(account)) > 0n);
  });

  it("waits while they fall", async () => {
    const logs = await run(99n, 200n * UNIT);
    assert.ok(!logs.some((log) => log.name.startsWith("Action")), logs.map((log) => log.name).join());
  });

  it("is refused above the limit of an action, on record", async () => {
    await sent(cash.mint(account, 99_000n * UNIT));
    const logs = await run(101n, 50_000n * UNIT);
    assert.ok(logs.some((log) => log.name === "ActionRefused"), logs.map((log) => log.name).join());
  });
});
