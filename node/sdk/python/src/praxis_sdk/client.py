"""Models, inferences and agents of a chain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources
from typing import Any

from web3 import Web3
from web3.contract.contract import ContractFunction
from web3.exceptions import Web3RPCError

from .addresses import ADDRESSES
from .policy import ZERO, Struct
from .tensor import Tensor

_ABIS = json.loads(resources.files(__package__).joinpath("abi.json").read_text())
_ZERO_SALT = b"\0" * 32
# Answers of the node with hexadecimal quantities in these fields.
_QUANTITIES = {
    "length", "warmGas", "coldGas", "activationBlock", "blockNumber", "transactionIndex", "callIndex", "gas", "claimedBlock"
}


class Praxis:
    """Praxis through a web3.py instance.

    What reads answers at once. What writes gives web3's ``ContractFunction``: ``.transact({"from": …})`` sends it,
    ``.build_transaction({…})`` prepares it for a local key, ``.call({…})`` tries it.
    """

    def __init__(self, w3: Web3) -> None:
        self.w3 = w3
        contract = lambda name, abi: w3.eth.contract(ADDRESSES[name], abi=_ABIS[abi])  # noqa: E731
        self.inference = contract("inference", "IInference")
        self.factory = contract("agent_account_factory", "AgentAccountFactory")
        self.policies = contract("agent_policy", "AgentPolicy")
        self.runner = contract("agent_runner", "AgentRunner")
        self.strategies = contract("strategy_registry", "StrategyRegistry")

    # Models.

    def get_model(self, model: str | bytes) -> dict | None:
        """A model by id; None when the chain has never heard of it."""
        return _numbers(self._ask("praxis_getModel", _hex(model)))

    def list_models(self, start: int = 0, limit: int | None = None) -> list[dict]:
        """Active models in the order of their activation, a page at a time."""
        page = {"from": start} if limit is None else {"from": start, "limit": limit}
        return _numbers(self._ask("praxis_listModels", page))

    def run_model(self, model: str | bytes, inputs: Sequence, block: str | int = "latest") -> list[dict]:
        """Runs a model outside any transaction, on plain numbers: the model's own types and shapes fill in the rest."""
        block = hex(block) if isinstance(block, int) else block
        return self._ask("praxis_runModel", _hex(model), [_wire(entry) for entry in inputs], block)

    def infer(self, model: str | bytes, inputs: Sequence[Tensor], caller: str = ZERO) -> list[Tensor]:
        """Calls the precompile as a contract would: the same bytes, the same errors."""
        return [Tensor(*output) for output in self.inference.functions.infer(model, list(inputs)).call({"from": caller})]

    def infer_fixed(self, model: str | bytes, values: Sequence[int], output: int = 0, decimals: int = 18) -> list[int]:
        """The same in fixed point: all inputs one after the other, value = mantissa / 10**decimals."""
        return self.inference.functions.inferFixed(model, output, list(values), decimals).call()

    def inference_gas(self, model: str | bytes) -> int:
        """Gas of a transaction's first call of this model, beyond the call itself."""
        return self.inference.functions.inferenceGas(model).call()

    # Records.

    def get_inferences(self, of: str | bytes | int) -> list[dict] | None:
        """The inferences of a transaction (by hash) or of a block (by hash, number or tag)."""
        return _numbers(self._ask("praxis_getInferences", hex(of) if isinstance(of, int) else _hex(of)))

    def get_inference_proof(
        self, transaction: str | bytes, index: int = 0, claim: str | int | None = None
    ) -> dict | None:
        """What one call of L1's InferenceProof contract checks.

        ``claim`` is the claim's contract on L1 or its L2 block; without it the proof leads to the inference's own block.
        """
        last = [] if claim is None else [hex(claim) if isinstance(claim, int) else claim]
        return _numbers(self._ask("praxis_getInferenceProof", _hex(transaction), index, *last))

    # Agents, reading.

    def agent_address(self, owner: str, terms: Struct, rules: Sequence[Struct], salt: bytes = _ZERO_SALT) -> str:
        """Where an account of this owner, policy and salt is, or will be."""
        return self.factory.functions.addressOf(owner, salt, terms, list(rules)).call()

    def get_policy(self, account: str) -> dict:
        """Who owns an account's policy, its epoch, the end of a pause (0: none), its terms (None after revocation)."""
        epoch, paused_until, blob = self.policies.functions.stateOf(account).call()
        terms = None
        if int(blob, 16):
            values = self.policies.functions.termsOf(account).call()
            terms = _named(self.policies.get_function_by_name("termsOf").abi["outputs"][0], values)
        owner = self.policies.functions.ownerOf(account).call()
        return {"owner": owner, "epoch": epoch, "paused_until": paused_until, "terms": terms}

    def allowance_left(self, account: str, position: int) -> int:
        """What is left of the allowance at ``position`` (from 1) of the account's terms."""
        return self.runner.functions.left(account, position).call()

    def is_strategy_intact(self, strategy: str) -> bool:
        """Whether a strategy is registered and unchanged."""
        return self.strategies.functions.isIntact(strategy).call()

    def run_events(self, account: str, from_block: int | str = 0, to_block: int | str = "latest") -> list:
        """What an account's runs did, and what its policy refused, oldest first."""
        topics = [None, "0x" + "00" * 12 + account[2:].lower()]
        address = self.runner.address
        found = self.w3.eth.get_logs({"address": address, "fromBlock": from_block, "toBlock": to_block, "topics": topics})
        by_topic = {event().topic: event() for event in self.runner.events}
        return [by_topic[log["topics"][0].to_0x_hex()].process_log(log) for log in found if log["topics"][0].to_0x_hex() in by_topic]

    # Agents, writing.

    def create_agent_account(
        self, owner: str, terms: Struct, rules: Sequence[Struct], salt: bytes = _ZERO_SALT
    ) -> ContractFunction:
        """Makes an account for an agent, where ``agent_address`` says."""
        return self.factory.functions.createAccount(owner, salt, terms, list(rules))

    def register_strategy(self, strategy: str, reads: Sequence[Struct] = ()) -> ContractFunction:
        """Has a strategy's code checked and remembered, with the contracts that it reads."""
        return self.strategies.functions.register(strategy, list(reads))

    def book(self, account: str, strategy: str, contexts: Sequence[bytes]) -> ContractFunction:
        """Books runs of a strategy on fixed contexts. Owner only; the ``Booked`` event has the booking's number."""
        return self.runner.functions.book(account, strategy, list(contexts))

    def cancel_booking(self, booking: int) -> ContractFunction:
        """Cancels a booking. Owner only."""
        return self.runner.functions.cancelBooking(booking)

    def run(self, booking: int) -> ContractFunction:
        """Runs what was booked. Owner and operators only."""
        return self.runner.functions.run(booking)

    def propose(self, account: str, terms: Struct, rules: Sequence[Struct]) -> ContractFunction:
        """Proposes what permits more; it can be enacted after the delay."""
        return self.policies.functions.propose(account, terms, list(rules))

    def enact(self, account: str, terms: Struct, rules: Sequence[Struct]) -> ContractFunction:
        """Enacts what was proposed."""
        return self.policies.functions.enact(account, terms, list(rules))

    def tighten(self, account: str, terms: Struct) -> ContractFunction:
        """Replaces the terms by tighter ones, at once."""
        return self.policies.functions.tighten(account, terms)

    def remove_rule(self, account: str, target: str, selector: str | bytes) -> ContractFunction:
        """Removes a permitted function, at once."""
        return self.policies.functions.removeRule(account, target, selector)

    def pause(self, account: str, seconds: int) -> ContractFunction:
        """Stops runs for some seconds, at most 72 hours."""
        return self.policies.functions.pause(account, seconds)

    def revoke(self, account: str) -> ContractFunction:
        """Ends the policy at once: nothing is permitted any more, nothing that was booked runs."""
        return self.policies.functions.revoke(account)

    def approve_action(self, account: str, action: bytes, deadline: int) -> ContractFunction:
        """Permits one action above the threshold, once, until a deadline in seconds."""
        return self.policies.functions.approveAction(account, action, deadline)

    def _ask(self, method: str, *params: Any) -> Any:
        answer = self.w3.provider.make_request(method, list(params))
        if "error" in answer:
            error = answer["error"]
            raise Web3RPCError(f"{method}: {error.get('message')}", rpc_response=answer)
        return answer["result"]


def rule_name(word: bytes) -> str:
    """The name of a rule in an event: ``window``, ``drawdown``, ``target``, …"""
    return bytes(word).rstrip(b"\0").decode()


def _hex(value: str | bytes) -> str:
    return value if isinstance(value, str) else "0x" + bytes(value).hex()


def _wire(given: Any) -> Any:
    if isinstance(given, Tensor):
        return {"dtype": given.dtype, "shape": given.shape, "data": _hex(given.data)}
    return given


def _numbers(answer: Any) -> Any:
    if isinstance(answer, list):
        return [_numbers(entry) for entry in answer]
    if not isinstance(answer, dict):
        return answer
    return {k: int(v, 16) if k in _QUANTITIES and isinstance(v, str) else v for k, v in answer.items()}


def _named(parameter: dict, value: Any) -> Any:
    """A decoded struct with its fields' names, all the way down."""
    if "components" not in parameter:
        return value
    if parameter["type"].endswith("[]"):
        one = {**parameter, "type": parameter["type"][:-2]}
        return [_named(one, entry) for entry in value]
    return {part["name"]: _named(part, entry) for part, entry in zip(parameter["components"], value)}
