#!/usr/bin/env bash
# Builds the contracts. Without an option: writes artifacts/ and snapshots/, which are committed. With --check: compiles
# afresh, fails where the committed files differ by a byte, and runs formatter and tests.
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

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) platform=linux-amd64 ;;
  Linux-aarch64) platform=linux-arm64 ;;
  Darwin-arm64) platform=darwin-arm64 ;;
  Darwin-x86_64) platform=darwin-amd64 ;;
  *) echo "no Foundry package for $(uname -s) on $(uname -m)" >&2; exit 1 ;;
esac
# The binaries themselves: npm's shims around them lose exit codes.
forge="node_modules/@foundry-rs/forge-$platform/bin/forge"
anvil="node_modules/@foundry-rs/anvil-$platform/bin/anvil"

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

# Compiles everything that has an artifact, always all of it and without the tests: solc's code may depend on what else is
# compiled in the same run.
write() { # ARTIFACTS SNAPSHOTS
  "$forge" build --force --out "$fresh/out" --cache-path "$fresh/cache" src test/helpers/Caller.sol
  node script/artifacts.mjs "$fresh/out" "$1" "$2"
  node script/preinstalls.mjs "$anvil" "$1/preinstalls.json"
}

if [ "$check" = no ]; then
  write artifacts snapshots
  exit 0
fi

"$forge" fmt --check
write "$fresh/artifacts" "$fresh/snapshots"
for folder in artifacts snapshots; do
  diff -r "$folder" "$fresh/$folder" || {
    echo "contracts/$folder is not what the sources compile to: run contracts/build.sh and commit the result" >&2
    exit 1
  }
done
"$forge" test
