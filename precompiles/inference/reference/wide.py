"""Writes reference.bin: what the float64 functions of arith/wide should give, by arithmetic of 60 digits (mpmath).

    python wide.py

For each function 1,000 times an argument and the result as two float64: the nearest one and what is left. Then 2,000 times
base, exponent and result of the power. All little-endian.
"""

import pathlib
import random
import struct

import mpmath as M
from mpmath import mp, mpf

mp.prec = 200
random.seed(7)
COUNT = 1000


def b2f(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def anybits(emin, emax, neg=True):
    """Any significand, with an exponent between these."""
    bits = ((random.randint(emin, emax) + 1023) << 52) | random.getrandbits(52)
    return b2f(bits | (1 << 63) if neg and random.getrandbits(1) else bits)


def uni(a, b):
    return random.uniform(a, b)


def gelu(x):
    return x * M.erfc(-x / M.sqrt(2)) / 2


def sig(x):
    return 1 / (1 + M.exp(-x))


def any_of(*choices):
    return lambda: random.choice(choices)()


def turns(bits):
    """Numbers next to multiples of a quarter turn."""
    return float(M.pi / 2 * random.getrandbits(bits))


FUNCTIONS = {
    "exp": (M.exp, any_of(lambda: uni(-745, 709.7), lambda: uni(-1, 1), lambda: anybits(-60, 9), lambda: uni(-745.1, -700))),
    "expm1": (M.expm1, any_of(lambda: uni(-40, 709.7), lambda: uni(-1, 1), lambda: anybits(-60, 9), lambda: uni(-2, 2))),
    "log": (M.log, any_of(lambda: uni(0.5, 2), lambda: anybits(-1022, 1023, False), lambda: 1+anybits(-50, -3), lambda: b2f(random.getrandbits(51)|1))),
    "log1p": (M.log1p, any_of(lambda: uni(0, 1), lambda: anybits(-60, 60, False))),
    "sin": (M.sin, any_of(lambda: uni(-10, 10), lambda: anybits(-30, 19), lambda: anybits(20, 1023), lambda: uni(-1e6, 1e6), lambda: turns(random.randint(1, 20)), lambda: turns(random.randint(21, 1000)))),
    "cos": (M.cos, any_of(lambda: uni(-10, 10), lambda: anybits(-30, 19), lambda: anybits(20, 1023), lambda: uni(-1e6, 1e6), lambda: turns(random.randint(1, 20)), lambda: turns(random.randint(21, 1000)))),
    "tan": (M.tan, any_of(lambda: uni(-10, 10), lambda: anybits(-30, 19), lambda: anybits(20, 1023), lambda: uni(-1e6, 1e6), lambda: turns(random.randint(1, 20)), lambda: turns(random.randint(21, 1000)))),
    "asin": (M.asin, any_of(lambda: uni(-1, 1), lambda: anybits(-40, -1), lambda: 1-anybits(-50, -2, False))),
    "acos": (M.acos, any_of(lambda: uni(-1, 1), lambda: anybits(-40, -1), lambda: 1-anybits(-50, -2, False), lambda: -1+anybits(-50, -2, False))),
    "atan": (M.atan, any_of(lambda: uni(-3, 3), lambda: anybits(-40, 60))),
    "sinh": (M.sinh, any_of(lambda: uni(-3, 3), lambda: anybits(-40, 9), lambda: uni(-710.47, 710.47))),
    "cosh": (M.cosh, any_of(lambda: uni(-3, 3), lambda: anybits(-40, 8), lambda: uni(-710.47, 710.47))),
    "tanh": (M.tanh, any_of(lambda: uni(-3, 3), lambda: anybits(-40, 5), lambda: uni(-1, 1))),
    "asinh": (M.asinh, any_of(lambda: uni(-3, 3), lambda: anybits(-40, 1023), lambda: anybits(-2, 30))),
    "acosh": (M.acosh, any_of(lambda: uni(1, 3), lambda: anybits(1, 1023, False), lambda: 1+anybits(-52, 0, False), lambda: anybits(0, 30, False))),
    "atanh": (M.atanh, any_of(lambda: uni(-1, 1), lambda: anybits(-40, -1), lambda: 1-anybits(-50, -2, False))),
    "erf": (M.erf, any_of(lambda: uni(-6, 6), lambda: anybits(-40, 2), lambda: uni(-1.2, 1.2))),
    "sigmoid": (sig, any_of(lambda: uni(-6, 6), lambda: anybits(-40, 5), lambda: uni(-700, 40))),
    "gelu": (gelu, any_of(lambda: uni(-6, 6), lambda: anybits(-40, 3), lambda: uni(-38, 10))),
}


def power():
    while True:
        x = random.choice([lambda: uni(0, 10), lambda: anybits(-1022, 1023, False), lambda: 1 + anybits(-40, -3)])()
        y = random.choice([lambda: uni(-20, 20), lambda: anybits(-20, 20), lambda: float(random.randint(-30, 30))])()
        if x > 0 and abs(y * M.log(x)) < 709.7:
            return x, y


def pair(value):
    high = float(value)
    return struct.pack("<dd", high, float(value - mpf(high)))


def main():
    with (pathlib.Path(__file__).parent / "reference.bin").open("wb") as out:
        for name, (function, argument) in FUNCTIONS.items():
            for _ in range(COUNT):
                x = argument()
                with M.workprec(1400 if name in ("sin", "cos", "tan") else 200):
                    out.write(struct.pack("<d", x) + pair(function(mpf(x))))
        for _ in range(2 * COUNT):
            x, y = power()
            out.write(struct.pack("<dd", x, y) + pair(M.power(mpf(x), mpf(y))))


main()
