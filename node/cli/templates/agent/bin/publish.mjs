// Publishes model/model.onnx to the chain at PRAXIS_RPC (http://127.0.0.1:9545) and writes its id where the tests look for it.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";

const rpc = process.env.PRAXIS_RPC ?? "http://127.0.0.1:9545";
// The first account of the test mnemonic, which `praxis dev` funds and everybody knows. Never use it on another chain.
const key = process.env.PRAXIS_PRIVATE_KEY ?? "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const run = spawnSync("praxis", ["--json", "model", "publish", "model/model.onnx", "--rpc", rpc], {
  encoding: "utf8",
  env: { ...process.env, PRAXIS_PRIVATE_KEY: key },
});
if (run.error || run.status !== 0) {
  console.error(run.error ? `praxis is not on the PATH: ${run.error.message}` : run.stderr);
  process.exit(run.status ?? 1);
}
const { id } = JSON.parse(run.stdout);
writeFileSync("model/published.json", JSON.stringify({ id, rpc }, null, 2) + "\n");
console.log(`published model ${id}`);
