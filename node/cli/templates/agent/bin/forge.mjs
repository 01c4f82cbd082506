// Runs forge: npm's, or else the one on the PATH. npm's own launcher loses the exit code, so its binary is called directly.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { realpathSync } from "node:fs";

const require = createRequire(import.meta.url);

/** The program. */
export const forge = (() => {
  try {
    return require.resolve("@foundry-rs/forge-linux-amd64/bin/forge");
  } catch {
    // Another platform, or installed without optional packages.
    return "forge";
  }
})();

// Called as a program, not imported by another one.
if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const rpc = process.env.PRAXIS_RPC ? { FOUNDRY_ETH_RPC_URL: process.env.PRAXIS_RPC, ETH_RPC_URL: process.env.PRAXIS_RPC } : {};
  const run = spawnSync(forge, process.argv.slice(2), { stdio: "inherit", env: { ...process.env, ...rpc } });
  if (run.error) {
    console.error(`forge can't be started (${run.error.message}): run \`npm install\`, or install Foundry`);
  }
  process.exit(run.status ?? 1);
}
