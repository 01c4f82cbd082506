// Hardhat against a live chain. No native compiler is fetched: solc's JavaScript build, pinned in package.json, compiles.
const { subtask } = require("hardhat/config");
const { TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD } = require("hardhat/builtin-tasks/task-names");

const version = "0.8.37";

subtask(TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD, async () => ({
  compilerPath: require.resolve("solc/soljson.js"),
  isSolcJs: true,
  version,
  longVersion: require("solc").version(),
}));

/** @type {import("hardhat/config").HardhatUserConfig} */
module.exports = {
  solidity: { version, settings: { optimizer: { enabled: true, runs: 200 }, evmVersion: "prague" } },
  networks: {
    praxis: {
      url: process.env.RPC_HTTP ?? "http://127.0.0.1:9545",
      chainId: Number(process.env.CHAIN_ID ?? 77001),
      accounts: process.env.PRIVATE_KEY ? [process.env.PRIVATE_KEY] : [],
    },
  },
  paths: { artifacts: process.env.HARDHAT_OUT ?? "artifacts", cache: process.env.HARDHAT_CACHE ?? "cache" },
};
