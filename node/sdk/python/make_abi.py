"""Writes src/praxis_sdk/abi.json from the compiled contracts; with --check, says whether it is what they give."""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
ARTIFACTS = HERE.parents[2] / "contracts" / "artifacts"
TARGET = HERE / "src" / "praxis_sdk" / "abi.json"
# What the package calls of each; events and errors come all.
FUNCTIONS = {
    "AgentAccountFactory": {"addressOf", "createAccount"},
    "AgentPolicy": {
        "approveAction", "cancel", "enact", "ownerOf", "pause", "propose", "removeRule", "revoke", "stateOf", "termsOf", "tighten"
    },
    "AgentRunner": {"actionHash", "book", "bookedFor", "cancelBooking", "left", "run", "settle"},
    "IInference": {"infer", "inferFixed", "inferenceGas"},
    "StrategyRegistry": {"isIntact", "readsOf", "register"},
}


def kept(contract: str, functions: set[str]) -> list[dict]:
    abi = json.loads((ARTIFACTS / f"{contract}.json").read_text())["abi"]
    missing = functions - {item.get("name") for item in abi}
    if missing:
        raise SystemExit(f"{contract} has no {', '.join(sorted(missing))} any more")
    return [item for item in abi if item["type"] in ("event", "error") or item.get("name") in functions]


def made() -> str:
    abis = {name: kept(name, functions) for name, functions in FUNCTIONS.items()}
    return json.dumps(abis, separators=(",", ":"), sort_keys=True) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if TARGET.read_text() == made() else "abi.json is not what the contracts give: run make_abi.py")
    TARGET.write_text(made())
