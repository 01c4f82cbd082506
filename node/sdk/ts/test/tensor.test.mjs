// Without a chain: tensors, policies, and the ABIs beside the compiled contracts.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { toEventSelector, toFunctionSelector } from "viem";
import { bucket, elements, factoryAbi, inferenceAbi, policyAbi, rule, runnerAbi, strategyRegistryAbi, tensor, terms } from "../dist/index.js";

test("float32 is little-endian and packed", () => {
  const given = tensor("float32", [1, 2], [1, -2.5]);
  assert.deepEqual(given, { dtype: 1, shape: [1, 2], data: "0x0000803f000020c0" });
  assert.deepEqual(elements(given), [1, -2.5]);
});

test("every integer type keeps its ends", () => {
  for (const [type, bits, signed] of [["int8", 8n, true], ["uint8", 8n, false], ["int16", 16n, true], ["uint16", 16n, false], ["int32", 32n, true], ["uint32", 32n, false], ["int64", 64n, true], ["uint64", 64n, false]]) {
    const [least, most] = signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
    assert.deepEqual(elements(tensor(type, [2], [least, most])).map(BigInt), [least, most], type);
    assert.throws(() => tensor(type, [1], [most + 1n]), /is not between/, type);
    assert.throws(() => tensor(type, [1], [least - 1n]), /is not between/, type);
  }
  assert.deepEqual(elements(tensor("bool", [2], [true, false])), [true, false]);
});

test("a wrong number of elements says what would be right", () => {
  assert.throws(() => tensor("float32", [2, 3], [1]), /shape \[2, 3\] has 6 elements, 1 were given/);
});

test("what a policy does not say is denied", () => {
  const made = terms({ expiry: 2_000_000_000, allowances: [bucket(1, 5n, 60)] });
  assert.deepEqual([made.assets, made.models, made.strategies, made.operators, made.keys], [[], [], [], [], []]);
  assert.deepEqual(rule("0x00000000000000000000000000000000000000ff", "0xa9059cbb").slippageBps, 0);
});

test("the ABIs are those of the compiled contracts", () => {
  const artifacts = new URL("../../../../contracts/artifacts/", import.meta.url);
  for (const [name, abi] of Object.entries({ AgentAccountFactory: factoryAbi, IInference: inferenceAbi, AgentPolicy: policyAbi, AgentRunner: runnerAbi, StrategyRegistry: strategyRegistryAbi })) {
    const compiled = JSON.parse(readFileSync(new URL(`${name}.json`, artifacts), "utf8")).abi;
    const known = new Map(compiled.filter((item) => item.name).map((item) => [key(item), item]));
    for (const item of abi) {
      const there = known.get(key(item));
      assert.ok(there, `${name} has no ${key(item)}`);
      assert.deepEqual(shape(item.outputs), shape(there.outputs), `what ${name}.${item.name} gives`);
      assert.deepEqual(item.inputs.map((input) => Boolean(input.indexed)), there.inputs.map((input) => Boolean(input.indexed)), item.name);
    }
  }
});

const key = (item) => `${item.type} ${item.type === "event" ? toEventSelector(item) : toFunctionSelector({ ...item, type: "function" })} ${item.name}`;
const shape = (parameters = []) => parameters.map(({ type, components }) => [type, shape(components)]);
