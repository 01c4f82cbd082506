"""The chain as web3.py sees it: deploy, send, wait, logs, traces, estimates, an authorization, an agent.

Prints one line of JSON; names the step that failed.
"""

import json
import os
import pathlib
import sys

from eth_account import Account
from web3 import Web3

ARTIFACTS = pathlib.Path(__file__).resolve().parents[3] / "contracts" / "artifacts"
w3 = Web3(Web3.HTTPProvider(os.environ["RPC_HTTP"]))
account = Account.from_key(os.environ["PRIVATE_KEY"])
state = {}


def artifact(name):
    found = json.loads((ARTIFACTS / f"{name}.json").read_text())
    return w3.eth.contract(abi=found["abi"], bytecode=found["bytecode"])


def send(transaction, signer=account):
    """Fills in what is missing, signs, sends and waits."""
    transaction = {"from": signer.address, "chainId": w3.eth.chain_id, **transaction}
    transaction.setdefault("nonce", w3.eth.get_transaction_count(signer.address, "pending"))
    transaction.setdefault("maxPriorityFeePerGas", w3.eth.max_priority_fee)
    base = w3.eth.get_block("latest")["baseFeePerGas"]
    transaction.setdefault("maxFeePerGas", 2 * base + transaction["maxPriorityFeePerGas"])
    transaction.setdefault("gas", w3.eth.estimate_gas(transaction))
    signed = signer.sign_transaction(transaction)
    receipt = w3.eth.wait_for_transaction_receipt(w3.eth.send_raw_transaction(signed.raw_transaction), 20, 0.1)
    assert receipt["status"] == 1, receipt
    return receipt


def chain():
    assert w3.eth.chain_id == int(os.environ["CHAIN_ID"])
    assert w3.eth.get_balance(account.address) > w3.to_wei(2, "ether")


def transfer():
    friend = Account.create().address
    assert send({"to": friend, "value": 12345})["gasUsed"] == 21000
    assert w3.eth.get_balance(friend) == 12345


def deploy():
    factory = artifact("WETH9")
    receipt = send({"data": factory.constructor().data_in_transaction})
    state["token"] = w3.eth.contract(receipt["contractAddress"], abi=factory.abi)
    assert state["token"].functions.symbol().call() == "WETH"


def write_and_logs():
    token = state["token"]
    call = token.functions.deposit()
    gas = call.estimate_gas({"from": account.address, "value": 5})
    assert 21000 < gas < 200000, gas
    receipt = send(call.build_transaction({"from": account.address, "value": 5, "gas": gas, "nonce": w3.eth.get_transaction_count(account.address)}))
    state["receipt"] = receipt
    assert len(token.events.Deposit().process_receipt(receipt)) == 1
    assert len(token.events.Deposit().get_logs(from_block=receipt["blockNumber"])) == 1


def revert():
    try:
        state["token"].functions.withdraw(10**30).call({"from": account.address})
    except Exception as error:  # web3.py has a class for each kind; any of them is right here
        assert "revert" in str(error).lower() or "0x" in str(error), error
        return
    raise AssertionError("withdrawing too much worked")


def trace():
    made = w3.provider.make_request("debug_traceTransaction", [state["receipt"]["transactionHash"].to_0x_hex(), {"tracer": "callTracer"}])
    assert made["result"]["to"].lower() == state["token"].address.lower(), made


def storage_by_quantity():
    made = w3.provider.make_request("eth_getStorageAt", [state["token"].address, "0x0", "latest"])
    assert len(made["result"]) == 66, made


def authorization():
    user = Account.create()
    send({"to": user.address, "value": w3.to_wei(1, "ether")})
    token = state["token"].address
    signed = user.sign_authorization({"chainId": w3.eth.chain_id, "address": token, "nonce": 1})
    send({"to": user.address, "gas": 200000, "authorizationList": [signed], "nonce": 0}, user)
    assert w3.eth.get_code(user.address).hex().removeprefix("0x") == "ef0100" + token[2:].lower()


def agent():
    factory = artifact("CautiousAgent")
    receipt = send({"data": factory.constructor(bytes.fromhex(os.environ["MODEL"][2:])).data_in_transaction})
    made = w3.eth.contract(receipt["contractAddress"], abi=factory.abi)
    call = made.functions.decide([i * 10**15 for i in range(40)])
    receipt = send({"to": made.address, "data": call._encode_transaction_data()})
    assert len(made.events.Decided().process_receipt(receipt)) == 1, receipt
    assert made.functions.decisions().call() == 1


STEPS = [chain, transfer, deploy, write_and_logs, revert, trace, storage_by_quantity, authorization, agent]
passed = []
for step in STEPS:
    try:
        step()
    except Exception as error:
        print(json.dumps({"client": "web3.py", "passed": passed, "failed": step.__name__, "error": str(error)[:400]}))
        raise
    passed.append(step.__name__)
print(json.dumps({"client": "web3.py", "passed": passed}))
sys.exit(0)
