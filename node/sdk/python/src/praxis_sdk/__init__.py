"""Praxis for web3.py: models, inferences with their proofs, agents under policies.

>>> praxis = Praxis(Web3(Web3.HTTPProvider("http://127.0.0.1:9545")))
>>> [answer] = praxis.infer(model, [tensor("float32", [1, 8], returns)])
>>> elements(answer)
"""

from .addresses import ADDRESSES
from .client import Praxis, rule_name
from .policy import ALL_HOURS, UNLIMITED, bucket, once, rule, terms
from .tensor import DTYPES, Tensor, dtype_name, elements, tensor

__all__ = [
    "ADDRESSES",
    "ALL_HOURS",
    "DTYPES",
    "Praxis",
    "Tensor",
    "UNLIMITED",
    "bucket",
    "dtype_name",
    "elements",
    "once",
    "rule",
    "rule_name",
    "tensor",
    "terms",
]
