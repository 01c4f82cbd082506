"""Tensors: numbers in Python, packed bytes on the chain."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import NamedTuple

# ONNX's TensorProto.DataType and struct's letter of each element type that models take and give.
_FORMATS = {
    "float32": (1, "f"),
    "uint8": (2, "B"),
    "int8": (3, "b"),
    "uint16": (4, "H"),
    "int16": (5, "h"),
    "int32": (6, "i"),
    "int64": (7, "q"),
    "bool": (9, "?"),
    "float64": (11, "d"),
    "uint32": (12, "I"),
    "uint64": (13, "Q"),
}
DTYPES = {name: code for name, (code, _) in _FORMATS.items()}
_NAMES = {code: name for name, code in DTYPES.items()}


class Tensor(NamedTuple):
    """A tensor as contracts have it: elements in row-major order, little-endian, packed."""

    dtype: int
    shape: list[int]
    data: bytes


def tensor(dtype: str, shape: Sequence[int], values: Sequence[float | int | bool]) -> Tensor:
    """A tensor of these elements, in row-major order; numpy arrays go by ``array.ravel().tolist()``.

    Raises ValueError when their number is not that of the shape, the type is none, or an element does not fit it.
    """
    if dtype not in _FORMATS:
        raise ValueError(f"there is no element type {dtype!r}; float32 would be one")
    code, letter = _FORMATS[dtype]
    expected = math.prod(shape)
    if len(values) != expected:
        raise ValueError(f"a tensor of shape {list(shape)} has {expected} elements, {len(values)} were given")
    try:
        data = struct.pack(f"<{len(values)}{letter}", *values)
    except (struct.error, OverflowError) as error:
        raise ValueError(f"an element is no {dtype}: {error}") from None
    return Tensor(code, [int(dimension) for dimension in shape], data)


def elements(given: Tensor | Sequence) -> list[float | int | bool]:
    """The elements of a tensor, in row-major order. Takes what contracts answer, too."""
    code, _, data = given
    _, letter = _FORMATS[_name(code)]
    return list(struct.unpack(f"<{len(data) // struct.calcsize('<' + letter)}{letter}", bytes(data)))


def dtype_name(given: Tensor | Sequence) -> str:
    """Name of a tensor's element type."""
    return _name(given[0])


def _name(code: int) -> str:
    if code not in _NAMES:
        raise ValueError(f"there is no element type {code}; 1 (float32) would be one")
    return _NAMES[code]
