"""Policies in Python: what is left out is denied. Keys are those of the contract's structs."""

from __future__ import annotations

from typing import Any

ZERO = "0x0000000000000000000000000000000000000000"
#: Every hour of the day.
ALL_HOURS = 0xFFFFFF
#: No limit for life.
UNLIMITED = 2**120 - 1

Struct = dict[str, Any]


def bucket(id: int, capacity: int, window: int, life: int = UNLIMITED) -> Struct:
    """Holds ``capacity``, refills within ``window`` seconds: over a time t at most capacity * (1 + t / window) passes."""
    return _allowance(id, capacity=capacity, window=window, life=life)


def once(id: int, life: int) -> Struct:
    """A sum for life that never refills."""
    return _allowance(id, life=life)


def _allowance(id: int, **given: int) -> Struct:
    return {"id": id, "capacity": 0, "window": 0, "life": 0, "initial": 0, "perSecond": 0, "start": 0, **given}


def terms(expiry: int, **given: Any) -> Struct:
    """Complete terms. What is not given: changes wait a day, all hours, 4 actions per run, and nobody and nothing listed.

    Raises TypeError for a name that terms do not have.
    """
    made = {
        "delay": 86_400,
        "expiry": expiry,
        "hourMask": ALL_HOURS,
        "maxActions": 4,
        "actionGas": 500_000,
        "runGas": 2_000_000,
        "drawdownBps": 10_000,
        "approvalAbove": 2**128 - 1,
        "rateLimit": 0,
        "lossLimit": 0,
        "gasLimit": 0,
        "royaltyLimit": 0,
        "feeLimit": 0,
        "allowances": [],
        "assets": [],
        "models": [],
        "strategies": [],
        "operators": [],
        "guardians": [],
        "keys": [],
    }
    return _filled(made, given)


def rule(target: str, selector: str | bytes, **given: Any) -> Struct:
    """Permits a function. ``slippageBps`` of 10,000 makes it a payment: nothing has to come back."""
    made = {
        "target": target,
        "selector": selector,
        "slippageBps": 0,
        "sendsValue": False,
        "actionPolicy": ZERO,
        "conditions": [],
        "caveats": [],
    }
    return _filled(made, given)


def _filled(made: Struct, given: Struct) -> Struct:
    unknown = sorted(set(given) - set(made))
    if unknown:
        raise TypeError(f"there is no {unknown[0]!r}; there are {', '.join(made)}")
    return {**made, **given}
