#!/usr/bin/env bash
# The chain as Foundry's cast sees it. Prints one line of JSON; names the step that failed.
set -euo pipefail
cd "$(dirname "$0")"
: "${MODEL:?a published model}" "${CAST:?the cast binary}" "${RPC_HTTP:?}" "${RPC_WS:?}" "${CHAIN_ID:?}" "${PRIVATE_KEY:?}"
export ETH_RPC_URL=$RPC_HTTP NO_COLOR=1 FOUNDRY_DISABLE_NIGHTLY_WARNING=1
friend=0x00000000000000000000000000000000000c0ffe
step=start
trap 'status=$?; [ $status -eq 0 ] || printf "{\"client\":\"cast\",\"failed\":\"%s\"}\n" "$step"' EXIT
equal() { [ "$1" = "$2" ] || { echo "cast: $step: expected $2, got $1" >&2; exit 1; }; }
field() { node -pe "JSON.parse(require('fs').readFileSync(0))$1"; }

step="chain id over HTTP and WebSocket"
equal "$("$CAST" chain-id)" "$CHAIN_ID"
equal "$("$CAST" chain-id --rpc-url "$RPC_WS")" "$CHAIN_ID"

step="send ether"
before=$("$CAST" balance $friend)
receipt=$("$CAST" send --json --private-key "$PRIVATE_KEY" --value 12345 $friend)
equal "$(field .status <<<"$receipt")" 0x1
equal "$("$CAST" balance $friend)" "$(node -p "BigInt('$before') + 12345n + ''")"

step="deploy"
code=$(field .bytecode <../../../contracts/artifacts/WETH9.json)
token=$("$CAST" send --json --private-key "$PRIVATE_KEY" --create "$code" | field .contractAddress)
[ "$("$CAST" code "$token")" != 0x ] || { echo "no code at $token" >&2; exit 1; }

step="call"
equal "$("$CAST" call "$token" 'symbol()(string)')" '"WETH"'

step="estimate"
gas=$("$CAST" estimate "$token" 'deposit()' --value 5 --from "$("$CAST" wallet address "$PRIVATE_KEY")")
[ "$gas" -gt 21000 ] && [ "$gas" -lt 200000 ] || { echo "deposit() is estimated at $gas" >&2; exit 1; }

step="write and logs"
receipt=$("$CAST" send --json --private-key "$PRIVATE_KEY" "$token" 'deposit()' --value 5)
number=$(field .blockNumber <<<"$receipt")
equal "$(field .logs.length <<<"$receipt")" 1
equal "$("$CAST" logs --json --from-block "$number" --to-block latest --address "$token" | field .length)" 1
equal "$("$CAST" receipt --json "$(field .transactionHash <<<"$receipt")" | field .blockHash)" "$(field .blockHash <<<"$receipt")"

step="block"
block=$("$CAST" rpc eth_getBlockByNumber "$number" false)
equal "$(field '.hash' <<<"$block")" "$(field .blockHash <<<"$receipt")"
equal "$(node -p "const b = $block; Math.floor(Number(b.timestampMs) / 1000) === Number(b.timestamp)")" true
"$CAST" block latest >/dev/null

step="predeploys"
equal "$("$CAST" call 0x00000000000000000000000000000000000000A1 'observedCount()(uint256)')" 0
"$CAST" call 0x5000000000000000000000000000000000000001 'modelCount()(uint256)' >/dev/null

step="trace"
trace=$("$CAST" rpc debug_traceTransaction "$(field .transactionHash <<<"$receipt")" '{"tracer":"callTracer"}')
equal "$(field .to <<<"$trace")" "$("$CAST" to-check-sum-address "$token" | tr '[:upper:]' '[:lower:]')"

step="an authorization"
user_key=0x$(node -p "require('crypto').randomBytes(32).toString('hex')")
user=$("$CAST" wallet address "$user_key")
"$CAST" send --json --private-key "$PRIVATE_KEY" --value 100000000000000000 "$user" >/dev/null
receipt=$("$CAST" send --json --private-key "$user_key" --auth 0x4200000000000000000000000000000000000006 "$user")
equal "$(field .status <<<"$receipt")" 0x1
equal "$("$CAST" code "$user")" 0xef01004200000000000000000000000000000000000006

step="an agent decides with the gas that was estimated"
code=$(field .bytecode <../../../contracts/artifacts/CautiousAgent.json)
agent=$("$CAST" send --json --private-key "$PRIVATE_KEY" --create "$code${MODEL#0x}" | field .contractAddress)
input="[$(node -p "Array.from({ length: 40 }, (_, i) => BigInt(i) * 10n ** 15n).join(',')")]"
receipt=$("$CAST" send --json --private-key "$PRIVATE_KEY" "$agent" 'decide(int256[])' "$input")
equal "$(field '.logs[0].topics[0]' <<<"$receipt")" "$("$CAST" keccak 'Decided(bytes32,int256)')"
equal "$("$CAST" call "$agent" 'decisions()(uint256)')" 1

printf '{"client":"cast","passed":true}\n'
