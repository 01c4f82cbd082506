"use strict";
// The page of a Praxis node. It speaks JSON-RPC only, and builds everything from text nodes: no string from the chain is
// ever read as markup.

const SCAN_BLOCKS = 2000; // how far back the first look goes for transactions and inferences
const SCAN_BATCH = 200;
const KEEP_BLOCKS = 14;
const KEEP_ROWS = 25;
const REFRESH_MS = 1000;
const NO_REQUESTS = "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const L1_BLOCK = "0x4200000000000000000000000000000000000015";

// ---------------------------------------------------------------- asking the node

const RPC_URL = (() => {
  const given = document.querySelector('meta[name="praxis-rpc"]').content;
  const local = host => ["localhost", "127.0.0.1", "0.0.0.0", "[::1]", "[::]"].includes(host);
  try {
    const url = new URL(given);
    // The node's own machine, seen from another one.
    if (local(url.hostname) && !local(location.hostname) && location.hostname) url.hostname = location.hostname;
    return url.href;
  } catch { return given; }
})();

let lastId = 0;

async function post(body) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), 15000);
  try {
    const answer = await fetch(RPC_URL, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), signal: abort.signal,
    });
    return await answer.json();
  } finally { clearTimeout(timer); }
}

const message = (method, params) => ({ jsonrpc: "2.0", id: ++lastId, method, params });

async function rpc(method, ...params) {
  const answer = await post(message(method, params));
  if (answer.error) throw new Error(answer.error.message || "the node answered with an error");
  return answer.result;
}

// One result for each call, null where there was an error.
async function batch(calls) {
  if (!calls.length) return [];
  const asked = calls.map(([method, ...params]) => message(method, params));
  const answers = await post(asked);
  if (!Array.isArray(answers)) throw new Error(answers?.error?.message || "the node does not take batches");
  const byId = new Map(answers.map(answer => [answer.id, answer]));
  return asked.map(({ id }) => byId.get(id)?.result ?? null);
}

// ---------------------------------------------------------------- making elements

function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, run] of Object.entries(value)) element.addEventListener(event, run);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
}

const mono = (text, title) => h("span", { class: "mono", title }, text);
const dim = text => h("span", { class: "dim" }, text);
const chip = (text, kind) => h("span", { class: "chip" + (kind ? " " + kind : "") }, text);
const short = (hex, keep = 6) => hex && hex.length > 2 * keep + 4 ? hex.slice(0, keep + 2) + "…" + hex.slice(-keep) : hex || "";
const link = (kind, value, text) => h("a", { class: "mono", href: `#/${kind}/${encodeURIComponent(value)}`, title: value }, text ?? short(value));
const txLink = (hash, whole) => link("tx", hash, whole ? hash : undefined);
const blockLink = number => link("block", number, Number(number).toLocaleString("en"));
const modelLink = (id, whole) => link("model", id, whole ? id : undefined);
const addressLink = (address, whole) => address ? link("address", address, whole ? address : undefined) : dim("new contract");

// ---------------------------------------------------------------- numbers

const num = hex => hex === null || hex === undefined ? null : Number(BigInt(hex));
const count = hex => hex === null || hex === undefined ? "" : BigInt(hex).toLocaleString("en");

function units(hex, decimals, digits = 6) {
  const value = BigInt(hex ?? 0), one = 10n ** BigInt(decimals);
  const whole = value / one, rest = (value % one).toString().padStart(decimals, "0").slice(0, digits).replace(/0+$/, "");
  if (value > 0n && whole === 0n && !rest) return "< 0." + "0".repeat(digits - 1) + "1";
  return whole.toLocaleString("en") + (rest ? "." + rest : "");
}
const ether = hex => units(hex, 18) + " ETH";
const gwei = hex => units(hex, 9, 9) + " gwei";

const timeOf = block => block.timestampMs ? num(block.timestampMs) : num(block.timestamp) * 1000;

function ago(ms) {
  const seconds = Math.max(0, (Date.now() - ms) / 1000);
  if (seconds < 10) return seconds.toFixed(1) + " s ago";
  if (seconds < 120) return Math.round(seconds) + " s ago";
  if (seconds < 7200) return Math.round(seconds / 60) + " min ago";
  if (seconds < 172800) return Math.round(seconds / 3600) + " h ago";
  return Math.round(seconds / 86400) + " days ago";
}
const when = ms => h("time", { datetime: new Date(ms).toISOString(), title: new Date(ms).toISOString(), "data-ms": ms }, ago(ms));
const bytes = value => { const n = Number(value); return n < 1024 ? n + " B" : n < 1 << 20 ? (n / 1024).toFixed(1) + " KiB" : (n / (1 << 20)).toFixed(2) + " MiB"; };

// ---------------------------------------------------------------- parts

function table(heads, rows, empty) {
  if (!rows.length) return h("div", { class: "empty" }, empty);
  return h("div", { class: "scroll" }, h("table", null,
    h("thead", null, h("tr", null, heads.map(([text, kind]) => h("th", { class: kind }, text)))),
    h("tbody", null, rows)));
}
const row = (cells, fresh) => h("tr", { class: fresh && "new" }, cells.map((cell, i) => cell instanceof Array && cell.kind ? h("td", { class: cell.kind }, cell) : h("td", null, cell)));
const right = (...cell) => Object.assign(cell, { kind: "num" });
const panel = (title, note, ...content) => h("section", { class: "card panel wide" }, h("h2", null, title, h("small", null, note)), content);
const facts = list => h("dl", null, list.filter(Boolean).map(([name, ...value]) => [h("dt", null, name), h("dd", null, value)]));

function value(element) {
  return typeof element === "number" ? (Number.isInteger(element) ? String(element) : String(+element.toPrecision(7))) : String(element);
}

// A tensor in words: as numbers if they are few, and as bars where they are shares of a whole.
function tensor(t) {
  const values = t.values, title = h("h4", null, t.name ? mono(t.name + "  ") : null, chip(`${t.type} [${t.shape.join(" × ")}]`));
  if (!values) return h("div", { class: "tensor" }, title, dim(bytes((t.data.length - 2) / 2) + ", too many elements to show"));
  const shares = values.length >= 2 && values.length <= 16 && values.every(v => typeof v === "number" && v >= 0 && v <= 1);
  if (shares) {
    return h("div", { class: "tensor" }, title, h("div", { class: "bars" }, values.map((v, i) => h("div", { class: "bar" },
      h("span", { class: "dim" }, i), h("meter", { min: 0, max: 1, value: v }), h("span", null, value(v))))));
  }
  return h("div", { class: "tensor" }, title, h("pre", null, values.map(value).join(", ")));
}

function summary(tensors) {
  const first = tensors?.[0];
  if (!first) return dim("not shown");
  if (!first.values) return dim(`${first.type} [${first.shape.join(" × ")}]`);
  const shown = first.values.slice(0, 4).map(value).join(", ");
  return mono(shown + (first.values.length > 4 ? `, … (${first.values.length})` : "") + (tensors.length > 1 ? ` +${tensors.length - 1}` : ""));
}

const inferenceHeads = [["Transaction"], ["Model"], ["Caller"], ["Input"], ["Output"], ["Gas", "num"], ["Block", "num"]];
const inferenceRow = (i, fresh) => row([
  [txLink(i.transactionHash), i.reverted ? [" ", chip("reverted", "bad")] : null, i.static ? [" ", chip("static")] : null],
  modelLink(i.model), addressLink(i.caller), summary(i.inputs), summary(i.outputs), right(count(i.gas)), right(blockLink(num(i.blockNumber))),
], fresh);

const transactionHeads = [["Transaction"], ["From"], ["To"], ["Value", "num"], ["Block", "num"]];
const transactionRow = (t, fresh) => row([
  [txLink(t.hash), t.type === "0x7e" ? [" ", chip("deposit")] : null],
  addressLink(t.from), addressLink(t.to), right(ether(t.value)), right(t.blockNumber ? blockLink(num(t.blockNumber)) : dim("waiting")),
], fresh);

const statusKind = { active: "good", pending: "warn", complete: "warn", uploading: "warn" };
const modelHeads = [["Model"], ["Status"], ["Inputs"], ["Outputs"], ["Parameters", "num"], ["Size", "num"], ["Gas warm / cold", "num"]];
const shapes = list => (list || []).map(v => h("div", null, mono(v.name + " "), dim(`${v.type} [${v.shape.join(" × ")}]`)));
const modelRow = m => row([
  modelLink(m.id), chip(m.status, statusKind[m.status]), shapes(m.manifest?.inputs), shapes(m.manifest?.outputs),
  right(m.manifest ? m.manifest.parameters.toLocaleString("en") : ""), right(bytes(num(m.length))),
  right(m.warmGas ? `${count(m.warmGas)} / ${count(m.coldGas)}` : ""),
]);

// ---------------------------------------------------------------- what the page knows

const known = { head: -1, blocks: [], transactions: [], inferences: [], models: [], sync: null, chainId: null, version: "", scanned: false };
const seen = new Set();
const fresh = key => { if (seen.has(key)) return false; if (seen.size > 5000) seen.clear(); seen.add(key); return known.scanned; };
const isOwn = t => t.type === "0x7e" && t.to && t.to.toLowerCase() === L1_BLOCK;

// Takes blocks in, newest first in every list. A block that stands at a number again replaces what was there.
async function learn(blocks) {
  blocks = blocks.filter(Boolean);
  if (!blocks.length) return;
  const numbers = new Set(blocks.map(b => num(b.number)));
  const merge = (old, add, at, keep) => [...add, ...old.filter(x => !numbers.has(num(x[at])))].sort((a, b) => num(b[at]) - num(a[at])).slice(0, keep);
  known.blocks = merge(known.blocks, blocks, "number", KEEP_BLOCKS);
  const transactions = blocks.flatMap(b => b.transactions.filter(t => !isOwn(t)).reverse());
  known.transactions = merge(known.transactions, transactions, "blockNumber", KEEP_ROWS);
  const withInference = blocks.filter(b => b.requestsHash && b.requestsHash !== NO_REQUESTS);
  const lists = await batch(withInference.map(b => ["praxis_getInferences", b.number]));
  known.inferences = merge(known.inferences, lists.filter(Boolean).flatMap(list => list.slice().reverse()), "blockNumber", KEEP_ROWS);
}

const hex = n => "0x" + n.toString(16);
const range = (from, to) => Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

async function refresh() {
  const head = num(await rpc("eth_blockNumber"));
  if (known.chainId === null) {
    [known.chainId, known.version] = await batch([["eth_chainId"], ["web3_clientVersion"]]);
  }
  if (head < known.head) known.head = head - 1; // the chain went back
  const from = Math.max(known.head + 1, head - KEEP_BLOCKS, 0);
  // A little before the last head as well: blocks there may have been replaced.
  const numbers = range(known.head < 0 ? from : Math.max(0, Math.min(from, head - 3)), head);
  const [blocks, [sync, models]] = await Promise.all([
    batch(numbers.map(n => ["eth_getBlockByNumber", hex(n), true])),
    batch([["optimism_syncStatus"], ["praxis_listModels", { from: 0, limit: 100 }]]),
  ]);
  await learn(blocks);
  known.head = head;
  known.sync = sync;
  known.models = models || [];
}

async function scan() {
  const lowest = Math.max(0, known.head - SCAN_BLOCKS);
  for (let top = known.head - KEEP_BLOCKS; top > lowest; top -= SCAN_BATCH) {
    if (known.transactions.length >= KEEP_ROWS && known.inferences.length >= KEEP_ROWS) break;
    const light = await batch(range(Math.max(lowest, top - SCAN_BATCH + 1), top).map(n => ["eth_getBlockByNumber", hex(n), false]));
    const wanted = light.filter(b => b && (b.transactions.length > 1 || (b.requestsHash && b.requestsHash !== NO_REQUESTS)));
    await learn(await batch(wanted.slice(-KEEP_ROWS).map(b => ["eth_getBlockByNumber", b.number, true])));
  }
  known.scanned = true;
}

// ---------------------------------------------------------------- views

const place = document.getElementById("view");

function heads() {
  const s = known.sync;
  const card = (label, value, note) => h("div", { class: "card" }, h("div", { class: "label" }, label), h("div", { class: "value" }, value), h("div", { class: "note" }, note));
  const n = ref => ref && ref.hash && !/^0x0*$/.test(ref.hash) ? ref.number.toLocaleString("en") : "–";
  const l2 = ref => ref ? blockLink(ref.number) : "–";
  fill(document.getElementById("heads"),
    card("Newest block", known.head < 0 ? "–" : blockLink(known.head), known.blocks[0] ? when(timeOf(known.blocks[0])) : ""),
    s && card("Safe: batched on L1", l2(s.safe_l2), `${(s.unsafe_l2.number - s.safe_l2.number).toLocaleString("en")} behind`),
    s && card("Finalized", l2(s.finalized_l2), `${(s.unsafe_l2.number - s.finalized_l2.number).toLocaleString("en")} behind`),
    s && card("L1 read up to", n(s.current_l1), `L1 head ${n(s.head_l1)}, finalized ${n(s.finalized_l1)}`),
    card("Models", known.models.length, `${known.models.filter(m => m.status === "active").length} active`));
  fill(document.getElementById("foot"), known.version, known.chainId ? `, chain ${num(known.chainId)}, ` : "", mono(RPC_URL));
}

function home() {
  const blocks = known.blocks.map(b => row([
    blockLink(num(b.number)), when(timeOf(b)), right(b.transactions.length), right(count(b.gasUsed)),
    right((100 * num(b.gasUsed) / num(b.gasLimit)).toFixed(1) + " %"), b.requestsHash !== NO_REQUESTS ? chip("inference", "good") : "",
  ], fresh(b.hash)));
  fill(place,
    panel("Inferences", "what ran inside transactions, and what it gave",
      table(inferenceHeads, known.inferences.map(i => inferenceRow(i, fresh(i.transactionHash + i.callIndex))),
        known.scanned ? `No inference in the last ${SCAN_BLOCKS.toLocaleString("en")} blocks.` : "Looking back …")),
    h("div", { class: "columns" },
      panel("Blocks", "newest first", table([["Block"], ["Age"], ["Txs", "num"], ["Gas used", "num"], ["Full", "num"], [""]], blocks, "No block yet.")),
      panel("Transactions", "without each block's own L1 attributes", table(transactionHeads, known.transactions.map(t => transactionRow(t, fresh(t.hash))), known.scanned ? "None lately." : "Looking back …"))),
    panel("Models", "published on this chain", table(modelHeads, known.models.map(modelRow), "No model has been activated yet.")));
}

const missing = what => panel("Not found", "", h("div", { class: "empty" }, what));

async function showBlock(id) {
  const byHash = /^0x[0-9a-f]{64}$/i.test(id);
  const [block, inferences] = await batch([
    [byHash ? "eth_getBlockByHash" : "eth_getBlockByNumber", byHash ? id : /^\d+$/.test(id) ? "0x" + BigInt(id).toString(16) : id, true],
    ["praxis_getInferences", byHash ? id : /^\d+$/.test(id) ? "0x" + BigInt(id).toString(16) : id],
  ]);
  if (!block) return [missing(`There is no block ${id}.`)];
  const number = num(block.number), s = known.sync;
  const state = !s ? null : number <= s.finalized_l2.number ? chip("finalized", "good") : number <= s.safe_l2.number ? chip("safe", "good") : chip("not on L1 yet", "warn");
  return [
    panel(`Block ${number.toLocaleString("en")}`, state, facts([
      ["Hash", mono(block.hash)], ["Parent", link("block", block.parentHash, block.parentHash)], ["Time", new Date(timeOf(block)).toISOString(), " ", dim("("), when(timeOf(block)), dim(")")],
      ["Gas", `${count(block.gasUsed)} of ${count(block.gasLimit)}`], ["Base fee", gwei(block.baseFeePerGas)], ["Size", bytes(num(block.size))],
      ["State root", mono(block.stateRoot)], ["Withdrawals root", mono(block.withdrawalsRoot || "")], ["Requests hash", mono(block.requestsHash || ""), block.requestsHash === NO_REQUESTS ? dim(" (no inferences)") : ""],
      ["Extra data", mono(block.extraData)],
    ])),
    inferences?.length ? panel("Inferences", `${inferences.length}`, table(inferenceHeads, inferences.map(i => inferenceRow(i)), "")) : null,
    panel("Transactions", `${block.transactions.length}`, table(transactionHeads, block.transactions.map(t => transactionRow(t)), "None.")),
  ];
}

async function showTransaction(hash) {
  const [tx, receipt, inferences] = await batch([["eth_getTransactionByHash", hash], ["eth_getTransactionReceipt", hash], ["praxis_getInferences", hash]]);
  if (!tx) return [missing(`There is no transaction ${hash}.`)];
  settled = Boolean(receipt);
  const status = !receipt ? chip("waiting", "warn") : receipt.status === "0x1" ? chip("succeeded", "good") : chip("failed", "bad");
  const types = { "0x0": "legacy", "0x1": "access list", "0x2": "EIP-1559", "0x3": "blob", "0x4": "EIP-7702", "0x7e": "deposit" };
  const parts = [panel("Transaction", status, facts([
    ["Hash", mono(tx.hash)], tx.blockNumber && ["Block", blockLink(num(tx.blockNumber)), dim(`, index ${num(tx.transactionIndex)}`)],
    ["From", addressLink(tx.from, true)], ["To", addressLink(tx.to, true)], receipt?.contractAddress && ["Contract", addressLink(receipt.contractAddress, true)],
    ["Value", ether(tx.value)], ["Type", types[tx.type] || tx.type], ["Nonce", count(tx.nonce)],
    receipt && ["Gas", `${count(receipt.gasUsed)} of ${count(tx.gas)}`], receipt && ["Price", gwei(receipt.effectiveGasPrice)],
    receipt && ["Fee", ether("0x" + (BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice)).toString(16))],
    tx.sourceHash && ["Source", mono(tx.sourceHash)], tx.mint && ["Minted", ether(tx.mint)],
    ["Input", tx.input === "0x" ? dim("none") : h("pre", null, tx.input.length > 4096 ? tx.input.slice(0, 4096) + `… (${bytes((tx.input.length - 2) / 2)})` : tx.input)],
  ]))];
  for (const i of inferences || []) {
    parts.push(panel(`Inference ${num(i.callIndex)}`, [i.reverted ? chip("reverted", "bad") : chip("committed in the header", "good"), i.static ? [" ", chip("static call")] : null],
      facts([["Model", modelLink(i.model, true)], ["Caller", addressLink(i.caller, true)], ["Gas", count(i.gas)], ["Input hash", mono(i.inputHash)], ["Output hash", mono(i.outputHash)]]),
      h("div", { class: "tensors" }, h("div", null, h("h4", null, "Input"), i.inputs.map(tensor)), h("div", null, h("h4", null, "Output"), i.outputs.map(tensor)))));
  }
  if (receipt?.logs.length) {
    parts.push(panel("Logs", `${receipt.logs.length}`, table([["#", "num"], ["Address"], ["Topics"], ["Data"]], receipt.logs.slice(0, 200).map(l => row([
      right(num(l.logIndex)), addressLink(l.address), l.topics.map(t => h("div", { class: "mono" }, t)), mono(l.data.length > 514 ? l.data.slice(0, 514) + "…" : l.data, ""),
    ])), "")));
  }
  return parts;
}

async function showModel(id) {
  const m = await rpc("praxis_getModel", id);
  if (!m) return [missing(`This chain has no model ${id}.`)];
  const io = list => table([["Name"], ["Type"], ["Shape"]], list.map(v => row([mono(v.name), v.type, mono(`[${v.shape.join(", ")}]`)])), "None.");
  return [
    panel("Model", chip(m.status, statusKind[m.status]), facts([
      ["Id", mono(m.id)], ["Owner", addressLink(m.owner, true)], ["Size", `${bytes(num(m.length))}, ${m.chunks.present} of ${m.chunks.total} chunks`],
      m.activationBlock && ["Activated in block", blockLink(num(m.activationBlock))], m.warmGas && ["Gas of a run", `${count(m.warmGas)}, and ${count(m.coldGas)} on a transaction's first call`],
      m.manifest && ["Parameters", m.manifest.parameters.toLocaleString("en")], m.manifest && ["Nodes", m.manifest.nodes.toLocaleString("en")], m.manifest && ["Memory of a run", bytes(m.manifest.memoryBytes)],
      m.manifest && ["ONNX source, sha256", mono(m.manifest.sourceSha256)], m.manifest && ["Engine, importer", `version ${m.manifest.engine}, version ${m.manifest.importer}`],
    ])),
    m.manifest && h("div", { class: "columns" }, panel("Inputs", "", io(m.manifest.inputs)), panel("Outputs", "", io(m.manifest.outputs))),
    panel("Inferences with it", "of those that this page has seen", table(inferenceHeads, known.inferences.filter(i => i.model === m.id).map(i => inferenceRow(i)), "None lately.")),
  ];
}

async function showAddress(address) {
  const [balance, nonce, code] = await batch([["eth_getBalance", address, "latest"], ["eth_getTransactionCount", address, "latest"], ["eth_getCode", address, "latest"]]);
  if (balance === null) return [missing(`${address} is no address.`)];
  const same = other => other && other.toLowerCase() === address.toLowerCase();
  return [
    panel(code === "0x" ? "Account" : code.startsWith("0xef0100") ? "Account with delegated code" : "Contract", "", facts([
      ["Address", mono(address)], ["Balance", ether(balance)], ["Nonce", count(nonce)], ["Code", code === "0x" ? dim("none") : bytes((code.length - 2) / 2)],
    ])),
    panel("Transactions", "of those that this page has seen", table(transactionHeads, known.transactions.filter(t => same(t.from) || same(t.to)).map(t => transactionRow(t)), "None lately.")),
    panel("Inferences", "of those that this page has seen", table(inferenceHeads, known.inferences.filter(i => same(i.caller)).map(i => inferenceRow(i)), "None lately.")),
  ];
}

const views = { block: showBlock, tx: showTransaction, model: showModel, address: showAddress };
let shown = "", settled = true;

function route() {
  const [, kind, ...rest] = location.hash.split("/");
  let id = rest.join("/");
  try { id = decodeURIComponent(id); } catch { /* as it stands */ }
  return { kind: views[kind] ? kind : "", id };
}

async function show(always) {
  const { kind, id } = route(), key = kind + "/" + id;
  if (!kind) { home(); shown = key; return; }
  // What is on chain does not change: only what still waits is asked for again.
  if (!always && shown === key && settled) return;
  settled = true;
  if (shown !== key) fill(place, h("div", { class: "notice" }, "asking the node …"));
  shown = key;
  try {
    const parts = await views[kind](id);
    if (shown === key) fill(place, parts);
  } catch (error) {
    if (shown === key) fill(place, panel("The node did not answer that", "", h("div", { class: "empty" }, error.message)));
  }
}

document.getElementById("search").addEventListener("submit", async event => {
  event.preventDefault();
  const query = document.getElementById("query").value.trim();
  const go = (kind, id) => { location.hash = `#/${kind}/${encodeURIComponent(id)}`; };
  if (/^[\d,]+$/.test(query)) return go("block", query.replaceAll(",", ""));
  if (/^(latest|safe|finalized|earliest)$/.test(query)) return go("block", query);
  if (/^0x[0-9a-f]{40}$/i.test(query)) return go("address", query);
  if (!/^0x[0-9a-f]{64}$/i.test(query)) return fill(place, missing("That is no block number, hash or address."));
  try {
    const [tx, model] = await batch([["eth_getTransactionByHash", query], ["praxis_getModel", query]]);
    go(tx ? "tx" : model ? "model" : "block", query);
  } catch (error) { fill(place, missing(error.message)); }
});

addEventListener("hashchange", () => { scrollTo(0, 0); show(true); });

// ---------------------------------------------------------------- running

const live = document.getElementById("live");
function setLive(kind, text) { live.className = "live " + kind; live.textContent = text; }

async function tick() {
  try {
    if (!document.hidden || known.head < 0) {
      const before = known.head;
      await refresh();
      setLive("on", "live");
      heads();
      if (before < 0) scan().then(() => show(false), () => { known.scanned = true; });
      await show(false);
    }
  } catch (error) {
    setLive("off", "the node does not answer");
    if (known.head < 0) fill(place, h("div", { class: "notice" }, "Waiting for the node at ", mono(RPC_URL), ": ", error.message));
  }
  setTimeout(tick, REFRESH_MS);
}

setInterval(() => { for (const time of document.querySelectorAll("time[data-ms]")) time.textContent = ago(Number(time.dataset.ms)); }, 500);
tick();
