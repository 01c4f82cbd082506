// Where a Solidity source can be changed so that it means something else, told from its syntax tree, and the source with such
// changes in it, each behind a switch.

const FLIPS = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "==": "!=",
  "!=": "==",
  "&&": "||",
  "||": "&&",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "+=": "-=",
  "-=": "+=",
};

const range = (node) => {
  const [start, length] = node.src.split(":").map(Number);
  return [start, start + length];
};

const isRevert = (body) => {
  const statements = body.nodeType === "Block" ? body.statements : [body];
  return statements.length === 1 && statements[0].nodeType === "RevertStatement";
};

// What can be done to a node: its place, the inner places that stay, and both texts as functions of the inner ones' texts.
function siteOf(node, parent) {
  const [start, end] = range(node);
  if (node.nodeType === "BinaryOperation" && FLIPS[node.operator]) {
    const sides = [node.leftExpression, node.rightExpression];
    // A constant expression has no type that a conditional could have.
    if (sides.every((side) => side.nodeType === "Literal")) return null;
    const flip = FLIPS[node.operator];
    const make = (op) => ([left, right]) => `(${left} ${op} ${right})`;
    return { start, end, inner: sides.map(range), plain: make(node.operator), changed: make(flip), kind: "expression" };
  }
  if (node.nodeType === "Assignment" && FLIPS[node.operator] && parent.nodeType === "ExpressionStatement") {
    const inner = [range(node.leftHandSide), range(node.rightHandSide)];
    const make = (op) => ([left, right]) => `${left} ${op} ${right};`;
    const whole = range(parent);
    // The statement's semicolon comes after its place.
    return { start: whole[0], end: whole[1] + 1, inner, plain: make(node.operator), changed: make(FLIPS[node.operator]), kind: "statement" };
  }
  if (node.nodeType === "Literal" && node.kind === "bool" && parent.nodeType === "Return") {
    const other = node.value === "true" ? "false" : "true";
    return { start, end, inner: [], plain: () => node.value, changed: () => other, kind: "expression" };
  }
  if (node.nodeType === "MemberAccess" && node.memberName === "Ceil") {
    const make = (name) => () => `Math.Rounding.${name}`;
    return { start, end, inner: [], plain: make("Ceil"), changed: make("Floor"), kind: "expression" };
  }
  return null;
}

// A check that is left out: its condition never holds.
function dropped(node) {
  if (node.nodeType !== "IfStatement" || node.falseBody || !isRevert(node.trueBody)) return null;
  const [start, end] = range(node.condition);
  return { start, end, inner: [[start, end]], plain: ([text]) => `(${text})`, changed: () => "false", kind: "expression" };
}

/// All changes of a source. solc counts in bytes, and so do `start` and `end`.
export function sitesOf(text, ast) {
  const bytes = Buffer.from(text);
  const found = [];
  const visit = (node, parent) => {
    if (node.nodeType === "InlineAssembly" || (node.nodeType === "VariableDeclaration" && node.constant)) return;
    for (const site of [dropped(node), siteOf(node, parent)]) {
      if (!site) continue;
      const own = site.inner.map(([from, to]) => bytes.subarray(from, to).toString());
      const line = bytes.subarray(0, site.start).toString().split("\n").length;
      found.push({ ...site, line, before: site.plain(own), after: site.changed(own) });
    }
    for (const child of Object.values(node)) {
      for (const next of Array.isArray(child) ? child : [child]) {
        if (next && typeof next === "object" && next.nodeType) visit(next, node);
      }
    }
  };
  visit(ast, ast);
  return found;
}

/// The source with these changes, each on where the block's coinbase is its `id`.
export function splice(text, sites) {
  const bytes = Buffer.from(text);
  // Outer ones first; of two at one place, the dropped check is the outer one: the other one lies within its only inner place.
  const sorted = [...sites].sort((a, b) => a.start - b.start || b.end - a.end || a.inner.length - b.inner.length);
  const render = (from, to, list) => {
    let out = "";
    let at = from;
    for (let i = 0; i < list.length; i++) {
      const site = list[i];
      if (site.start < at) continue;
      const nested = list.slice(i + 1).filter((other) => other.start >= site.start && other.end <= site.end);
      const own = site.inner.map(([low, high]) =>
        render(low, high, nested.filter((other) => other.start >= low && other.end <= high)),
      );
      const on = `(uint160(address(block.coinbase)) == ${site.id})`;
      const [plain, changed] = [site.plain(own), site.changed(own)];
      out += bytes.subarray(at, site.start).toString();
      out += site.kind === "statement" ? `{ if ${on} { ${changed} } else { ${plain} } }` : `(${on} ? ${changed} : ${plain})`;
      at = site.end;
    }
    return out + bytes.subarray(at, to).toString();
  };
  return render(0, bytes.length, sorted);
}
