#!/usr/bin/env bash
# Builds and tests the contracts. Without an option: writes artifacts/ and snapshots/, which are committed. With --check:
# compiles afresh and fails where the committed files differ by a byte or the formatter would change a source.
set -euo pipefail
cd "$(dirname "$0")"

usage() {
  echo "usage: build.sh [--check]" >&2
  exit 2
}

check=no
case "${1-}" in
  "") ;;
  --check) check=yes ;;
  *) usage ;;
esac
[ $# -le 1 ] || usage

# A lock file newer than what npm last installed means: install again.
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --ignore-scripts --no-progress >&2
  touch node_modules/.package-lock.json
fi

# npm brings the binaries for Linux on x86-64; elsewhere FORGE and ANVIL name them (Foundry 1.7.1). Always the binaries
# themselves: npm's shims around them lose exit codes.
forge="${FORGE:-node_modules/@foundry-rs/forge-linux-amd64/bin/forge}"
anvil="${ANVIL:-node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil}"
for tool in "$forge" "$anvil"; do
  command -v "$tool" >/dev/null || {
    echo "$tool is not there: set FORGE and ANVIL to the binaries of Foundry 1.7.1" >&2
    exit 1
  }
done

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

# Compiles everything that has an artifact, always all of it and without the tests: solc's code may depend on what else is
# compiled in the same run.
write() { # ARTIFACTS SNAPSHOTS
  "$forge" build --force --out "$fresh/out" --cache-path "$fresh/cache" src test/helpers/Caller.sol \
    node_modules/@openzeppelin/contracts/{governance/TimelockController,proxy/transparent/{TransparentUpgradeableProxy,ProxyAdmin}}.sol
  node script/artifacts.mjs "$fresh/out" "$1" "$2"
  node script/preinstalls.mjs "$anvil" "$1/preinstalls.json"
  # The market that tests trade on, apart: no other contract's code depends on it.
  "$forge" build --force --out "$fresh/venue" --cache-path "$fresh/venue-cache" test/venue src/agents/valuers
  node script/venue.mjs "$fresh/venue" "$1/venue.json"
}

if [ "$check" = no ]; then
  write artifacts snapshots
  "$forge" test
  exit 0
fi

"$forge" fmt --check
write "$fresh/artifacts" "$fresh/snapshots"
for folder in artifacts snapshots; do
  diff -r --exclude=gas "$folder" "$fresh/$folder" || {
    echo "contracts/$folder is not what the sources compile to: run contracts/build.sh and commit the result" >&2
    exit 1
  }
done
"$forge" test --gas-snapshot-check=true --gas-snapshot-emit=false
# Needs viem, which ./dev installs for the end-to-end tests.
if [ -d ../tests/e2e/clients/node_modules/viem ]; then
  node script/viem.mjs "$anvil" artifacts ../tests/e2e/clients/node_modules
fi
