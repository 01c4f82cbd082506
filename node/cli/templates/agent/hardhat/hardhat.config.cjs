// npm's build of the compiler is used, so nothing is fetched.
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
  // A strategy's code is walked byte by byte when it is registered: nothing but code may be in it.
  solidity: {
    version,
    settings: {
      optimizer: { enabled: true },
      viaIR: true,
      evmVersion: "prague",
      metadata: { appendCBOR: false, bytecodeHash: "none" },
    },
  },
  paths: { sources: "src", tests: "test", cache: "cache/hardhat" },
  networks: {
    praxis: {
      url: process.env.PRAXIS_RPC ?? "http://127.0.0.1:9545",
      // The test mnemonic, which `praxis dev` funds and everybody knows. Never use it on another chain.
      accounts: process.env.PRAXIS_PRIVATE_KEY
        ? [process.env.PRAXIS_PRIVATE_KEY]
        : { mnemonic: "test test test test test test test test test test test junk" },
    },
  },
};
