"""Without a chain: tensors, policies, and the ABIs beside the compiled contracts."""

import subprocess
import sys
import unittest
from pathlib import Path

from praxis_sdk import bucket, elements, rule, tensor, terms

ROOT = Path(__file__).resolve().parents[1]


class Units(unittest.TestCase):
    def test_float32_is_little_endian_and_packed(self):
        given = tensor("float32", [1, 2], [1, -2.5])
        self.assertEqual(given, (1, [1, 2], bytes.fromhex("0000803f000020c0")))
        self.assertEqual(elements(given), [1, -2.5])

    def test_every_integer_type_keeps_its_ends(self):
        for bits in (8, 16, 32, 64):
            for name, least, most in ((f"int{bits}", -(2 ** (bits - 1)), 2 ** (bits - 1) - 1), (f"uint{bits}", 0, 2**bits - 1)):
                self.assertEqual(elements(tensor(name, [2], [least, most])), [least, most], name)
                for wrong in (least - 1, most + 1):
                    with self.assertRaisesRegex(ValueError, f"is no {name}"):
                        tensor(name, [1], [wrong])

    def test_wrong_shapes_and_types_say_what_would_be_right(self):
        with self.assertRaisesRegex(ValueError, r"shape \[2, 3\] has 6 elements, 1 were given"):
            tensor("float32", [2, 3], [1])
        with self.assertRaisesRegex(ValueError, "float32 would be one"):
            tensor("half", [1], [1])

    def test_what_a_policy_does_not_say_is_denied(self):
        made = terms(2_000_000_000, allowances=[bucket(1, 5, 60)])
        self.assertEqual([made[k] for k in ("assets", "models", "strategies", "operators", "keys")], [[]] * 5)
        with self.assertRaisesRegex(TypeError, "no 'alowances'"):
            terms(1, alowances=[])
        self.assertEqual(rule("0x" + "00" * 20, "0xa9059cbb")["slippageBps"], 0)

    def test_the_abis_are_those_of_the_compiled_contracts(self):
        check = subprocess.run([sys.executable, ROOT / "make_abi.py", "--check"], capture_output=True, text=True)
        self.assertEqual(check.returncode, 0, check.stderr)


if __name__ == "__main__":
    unittest.main()
