// Mutants that no test can notice, each with the reason. `file` is the end of the source's path; `before` and `after` are what
// script/mutate.mjs prints.
const EQUIVALENT = [
  ["Enforcer.sol", "(counted[i] > out)", "(counted[i] >= out)", "both leave nothing where they are equal"],
  ["Enforcer.sol", "(decoded > out)", "(decoded >= out)", "the larger of two equal numbers"],
  ["Enforcer.sol", "(valueOut > valueIn)", "(valueOut >= valueIn)", "a loss of zero spends nothing"],
  ["Enforcer.sol", "(gasleft() < needed)", "(gasleft() <= needed)", "one unit of gas"],
  ["Limits.sol", "(gasleft() < needed)", "(gasleft() <= needed)", "one unit of gas"],
  ["Limits.sol", "(gas_ + 1)", "(gas_ - 1)", "two units of gas, and nothing keeps less than 50,000"],
  ["Rounds.sol", "(gasleft() < before / 12)", "(gasleft() <= before / 12)", "one unit of gas"],
  ["Rounds.sol", "(gasleft() * 63 / 64 < needed)", "(gasleft() * 63 / 64 <= needed)", "one unit of gas"],
  ["Rounds.sol", "(current.terms.maxActions < MAX_ACTIONS)", "(current.terms.maxActions <= MAX_ACTIONS)", "the smaller of two equal numbers"],
  ["Rounds.sol", "(i < current.known.length)", "(i <= current.known.length)", "there are as many places as actions, so one is free and ends the search"],
  ["Rounds.sol", "(reason.length - 4)", "(reason.length + 4)", "what is decoded ends before"],
  ["Conditions.sol", "(node + 1)", "(node - 1)", "a node before its parent is no child of it"],
  ["Conditions.sol", "(described + 1)", "(described - 1)", "a node before its parent is no child of it"],
  ["Conditions.sol", "(uint256(answer) > type(uint128).max)", "(uint256(answer) >= type(uint128).max)", "no element of a tensor is that number"],
  ["Conditions.sol", "(given > type(uint192).max)", "(given >= type(uint192).max)", "no target comes near to it"],
  ["Conditions.sol", "(data.length < 32)", "(data.length <= 32)", "no parameter starts before byte 4"],
  ["Conditions.sol", "(length > data.length)", "(length >= data.length)", "the next condition refuses the same"],
  ["TensorReader.sol", "(element > type(uint32).max)", "(element >= type(uint32).max)", "no data is that long"],
  ["TensorReader.sol", "(exponent == (1 << exponentBits) - 1)", "false", "that exponent is beyond 2^127, which is refused as well"],
  ["TensorReader.sol", "((1 << exponentBits) - 1)", "((1 << exponentBits) + 1)", "the largest exponent is beyond 2^127, which is refused as well"],
  ["TensorReader.sol", "(exponent >= offset)", "(exponent > offset)", "a shift by zero to either side"],
  ["Valuation.sol", "(before > now_)", "(before >= now_)", "nothing moved either way"],
  ["Allowances.sol", "(a > b)", "(a >= b)", "zero either way"],
  ["Allowances.sol", "(a < b)", "(a <= b)", "the smaller of two equal numbers"],
  ["Ledger.sol", "(before[i] < frame.balances[i])", "(before[i] <= frame.balances[i])", "the smaller of two equal numbers"],
  ["Ledger.sol", "(terms.drawdownBps < 10_000)", "(terms.drawdownBps <= 10_000)", "the floor would be zero"],
  ["Ledger.sol", "(perUnit > position.mark)", "(perUnit >= position.mark)", "the larger of two equal numbers"],
  ["Ledger.sol", "(position.units > type(uint128).max)", "(position.units >= type(uint128).max)", "the cap either way"],
  ["Ledger.sol", "(position.mark > type(uint128).max)", "(position.mark >= type(uint128).max)", "the cap either way"],
  ["AgentPolicy.sol", "(until > state.pausedUntil)", "(until >= state.pausedUntil)", "the later of two equal times"],
  ["AgentPolicy.sol", "(delay < MIN_DELAY)", "(delay <= MIN_DELAY)", "the longer of two equal times"],
  ["Blob.sol", "(data.length > 24575)", "false", "no contract's code is longer: making it fails with the same error"],
  ["Blob.sol", "(data.length > 24575)", "(data.length >= 24575)", "every encoding is whole words long"],
  ["Blob.sol", "(blob.code.length - 1)", "(blob.code.length + 1)", "what is decoded ends before"],
  ["Encoded.sol", "(offset > data.length)", "(offset >= data.length)", "five words do not fit there either"],
  ["Encoded.sol", "(data.length < 5 * WORD)", "(data.length <= 5 * WORD)", "a list of actions is longer than that"],
  ["Encoded.sol", "(offset > length)", "(offset >= length)", "a word does not fit there either"],
].map(([file, before, after, reason]) => ({ file, before, after, reason }));

const plain = (text) => text.replace(/\s+/g, " ");

/// Why a mutant means the same as what it was made from, or undefined.
export function reasonOf({ file, before, after }) {
  const same = (one) => file.endsWith(`/${one.file}`) && one.before === plain(before) && one.after === plain(after);
  return EQUIVALENT.find(same)?.reason;
}
