"""Against a running `praxis dev` that has the model MODEL (8 returns in, one number out).

RPC_HTTP, PRIVATE_KEY, and PAYER: what node/sdk/ts/test/fixtures/compile.mjs wrote. Skipped without RPC_HTTP.
"""

import json
import os
import unittest
from pathlib import Path

from eth_abi import encode
from eth_account import Account
from praxis_sdk import Praxis, bucket, elements, rule, rule_name, tensor, terms
from web3 import Web3
from web3.exceptions import ContractCustomError, ContractLogicError

ZERO = "0x0000000000000000000000000000000000000000"
FRIEND = Web3.to_checksum_address("0x00000000000000000000000000000000000beef3")
STRANGER = Web3.to_checksum_address("0x00000000000000000000000000000000000beef4")
RETURNS = [0.01 * (i + 1) for i in range(8)]


@unittest.skipUnless("RPC_HTTP" in os.environ, "no RPC_HTTP")
class Chain(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.w3 = Web3(Web3.HTTPProvider(os.environ["RPC_HTTP"]))
        cls.account = Account.from_key(os.environ["PRIVATE_KEY"])
        cls.model = os.environ["MODEL"]
        cls.praxis = Praxis(cls.w3)

    def send(self, call=None, **transaction):
        fields = {"from": self.account.address, "nonce": self.w3.eth.get_transaction_count(self.account.address), **transaction}
        if call is None:
            fees = {"maxPriorityFeePerGas": 10**6, "maxFeePerGas": 10**10, "chainId": self.w3.eth.chain_id}
            fields |= fees
            fields["gas"] = self.w3.eth.estimate_gas(fields)
        else:
            fields = call.build_transaction(fields)
        raw = self.account.sign_transaction(fields).raw_transaction
        receipt = self.w3.eth.wait_for_transaction_receipt(self.w3.eth.send_raw_transaction(raw), 20, 0.1)
        self.assertEqual(receipt["status"], 1)
        return receipt

    def test_models_are_listed_fetched_and_run(self):
        found = self.praxis.get_model(self.model)
        self.assertIn(self.model, [entry["id"] for entry in self.praxis.list_models(limit=100)])
        self.assertEqual((found["status"], found["manifest"]["inputs"][0]["shape"]), ("active", [1, 8]))
        self.assertIsInstance(found["coldGas"], int)
        self.assertIsNone(self.praxis.get_model(b"\0" * 32))
        given = tensor("float32", [1, 8], RETURNS)
        [by_node] = self.praxis.run_model(self.model, [RETURNS])
        [by_tensor] = self.praxis.run_model(self.model, [given])
        [by_contract] = self.praxis.infer(self.model, [given])
        self.assertEqual(by_node["data"], "0x" + by_contract.data.hex())
        self.assertEqual(by_node, by_tensor)
        [fixed] = self.praxis.infer_fixed(self.model, [round(r * 10**18) for r in RETURNS])
        self.assertAlmostEqual(fixed / 10**18, elements(by_contract)[0], places=6)
        self.assertGreater(self.praxis.inference_gas(self.model), 0)

    def test_a_wrong_shape_is_an_error_of_the_precompile(self):
        with self.assertRaises((ContractCustomError, ContractLogicError)):
            self.praxis.infer(self.model, [tensor("float32", [1, 7], RETURNS[1:])])

    def test_records_and_their_proof(self):
        receipt = self.send(self.praxis.inference.functions.infer(self.model, [tensor("float32", [1, 8], RETURNS)]))
        [record] = self.praxis.get_inferences(receipt["transactionHash"])
        self.assertEqual((record["model"], record["blockNumber"]), (self.model, receipt["blockNumber"]))
        proof = self.praxis.get_inference_proof(receipt["transactionHash"])
        self.assertEqual(proof["blockNumber"], receipt["blockNumber"])
        self.assertEqual(proof["proof"]["record"]["outputHash"], record["outputHash"])

    def test_an_agent_is_made_runs_is_refused_and_is_revoked(self):
        payer = json.loads(Path(os.environ["PAYER"]).read_text())
        factory = self.w3.eth.contract(abi=payer["abi"], bytecode=payer["bytecode"])
        strategy = self.send(factory.constructor(self.model))["contractAddress"]
        self.send(self.praxis.register_strategy(strategy))
        self.assertTrue(self.praxis.is_strategy_intact(strategy))
        expiry = self.w3.eth.get_block("latest")["timestamp"] + 86_400
        policy = {
            "terms": terms(
                expiry,
                allowances=[bucket(1, 10, 86_400)],
                assets=[{"token": ZERO, "valuer": ZERO, "perAction": 5, "allowance": 1}],
                models=[{"model": self.model, "bounds": []}],
                strategies=[strategy],
            ),
            "rules": [rule(FRIEND, "0x00000000", sendsValue=True, slippageBps=10_000)],
        }
        salt = expiry.to_bytes(32, "big")
        account = self.praxis.agent_address(self.account.address, salt=salt, **policy)
        self.send(self.praxis.create_agent_account(self.account.address, salt=salt, **policy))
        self.send(to=account, value=1000)
        state = self.praxis.get_policy(account)
        self.assertEqual(state["owner"], self.account.address)
        self.assertEqual(state["terms"]["strategies"], [strategy])
        self.assertEqual(state["terms"]["allowances"][0]["capacity"], 10)

        had = self.w3.eth.get_balance(FRIEND)
        for to in (FRIEND, STRANGER):
            receipt = self.send(self.praxis.book(account, strategy, [encode(["address"], [to])]))
            [booked] = self.praxis.runner.events.Booked().process_receipt(receipt)
            self.send(self.praxis.run(booked["args"]["booking"]))
        self.assertEqual(self.w3.eth.get_balance(FRIEND), had + 5)
        self.assertEqual(self.praxis.allowance_left(account, 1), 5)
        self.send(self.praxis.revoke(account))
        self.assertIsNone(self.praxis.get_policy(account)["terms"])
        events = [event for event in self.praxis.run_events(account) if event["event"].startswith("Action")]
        self.assertEqual([event["event"] for event in events], ["ActionExecuted", "ActionRefused"])
        self.assertGreater(len(rule_name(events[1]["args"]["rule"])), 2)


if __name__ == "__main__":
    unittest.main()
