// The page: how the run went, the filters, and what passes them as one of several views.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const byId = id => document.getElementById(id);

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

const kFailures = new Set(["FAIL", "OVERCLAIM", "CRASH", "TIMEOUT", "LEAK", "MISTRUSTED"].concat(data.strict ? ["XPASS"] : []));
// The class of an outcome: its colour.
function look(outcome) {
  if (kFailures.has(outcome)) return "bad";
  if (outcome === "PASS") return "good";
  return outcome === "XFAIL" || outcome === "XPASS" ? "odd" : "none";
}
const kRefusals = ["other", "operator", "opset", "type", "rank", "dynamic shape", "shape", "attribute", "not constant", "too big",
                   "too small", "option"];
const operator = one => one.op === undefined ? "" : one.domain ? `${one.domain}::${one.op}` : one.op;
const percent = share => (100 * share).toFixed(2) + " %";
const figure = number => Number(number.toPrecision(4)).toLocaleString("en");
// What stands for infinity, which JSON does not have.
const kInfinite = Number.MAX_VALUE;
// A share of the allowed error.
const used = share => share === kInfinite ? "∞ ×" : share > 10 ? figure(share) + " ×" : percent(share);
const usedOfBound = share => share === kInfinite ? "beyond any bound: an exact result is required, or the error is infinite" : used(share) + " of the bound";
const ulp = number => number === kInfinite ? "∞" : number > 1e6 ? number.toExponential(1) : figure(number);

for (const one of data.cases) {
  one.operator = operator(one);
  one.key = [one.name, one.verdict.sentence, one.requirement || "", one.verdict.requirement || ""].join("\n").toLowerCase();
}
let shown = data.cases;

// Groups the cases that pass the filters by what key() says, leaving out those of which it says nothing.
function grouped(key) {
  const groups = new Map();
  for (const one of shown) {
    const name = key(one);
    if (name === undefined) continue;
    if (groups.has(name)) groups.get(name).push(one); else groups.set(name, [one]);
  }
  return groups;
}
const count = (cases, test) => cases.reduce((sum, one) => sum + (test(one) ? 1 : 0), 0);
const failed = one => kFailures.has(one.verdict.outcome);

// --- Views: each gives what a Table shows.

const kCaseColumns = [["outcome", "small"], ["case", "name"], ["why", "wide"]];
const caseCells = one => [[one.verdict.outcome, look(one.verdict.outcome)], one.name, one.verdict.sentence];
const caseView = rows => ({columns: kCaseColumns, rows, cells: caseCells, picked: showCase});

function matrixView() {
  const types = [...new Set(shown.filter(one => one.op).map(one => one.dtype || "any"))].sort();
  const rows = [...grouped(one => one.operator || undefined)].sort((a, b) => a[0] < b[0] ? -1 : 1).map(([name, cases]) => {
    const byType = new Map(types.map(type => [type, []]));
    for (const one of cases) byType.get(one.dtype || "any").push(one);
    return {name, cases, byType};
  });
  const cell = (row, type) => {
    const cases = row.byType.get(type);
    if (cases.length === 0) return "";
    const bad = count(cases, failed), good = count(cases, one => look(one.verdict.outcome) === "good");
    const odd = count(cases, one => look(one.verdict.outcome) === "odd");
    const name = bad > 0 ? "bad" : odd > 0 ? "odd" : good > 0 ? "good" : "none";
    const text = good === 0 && bad === 0 && odd === 0 ? "–" : `${good}/${count(cases, one => look(one.verdict.outcome) !== "none")}`;
    return [text, name, () => {
      byId("op").value = row.name;
      byId("dtype").value = type;
      open("cases");
    }];
  };
  return {
    columns: [["operator", "fixed"]].concat(types.map(type => [type, "cell"])),
    rows,
    cells: row => [row.name].concat(types.map(type => cell(row, type))),
    picked: row => showGroup(row.name, row.cases),
    width: 180 + 76 * types.length,
    extra: element("p", "Passed of judged, by operator and type; – where nothing was claimed. A click on a cell lists its cases.", "quiet"),
  };
}

// Of all measured cases: how many have their largest error in which range.
function histogram(cases) {
  const bounds = [0, 0.5, 1, 2, 4, 8, 16, 64, 1024, Infinity];
  const counts = bounds.map(() => 0);
  for (const one of cases) ++counts[bounds.findIndex(bound => one.verdict.accuracy.max_ulp <= bound)];
  const most = Math.max(1, ...counts), made = element("figure"), bars = element("div");
  bars.id = "histogram";
  counts.forEach((number, i) => {
    const column = element("div");
    const bar = element("i");
    bar.style.height = 60 * number / most + "px";
    column.append(element("span", number), bar, element("span", i === 0 ? "0 ulp" : bounds[i] === Infinity ? "> 1024" : "≤ " + bounds[i]));
    bars.append(column);
  });
  made.append(element("figcaption", "Cases by their largest error, in units in the last place", "quiet"), bars);
  return made;
}

function accuracyView() {
  const measured = one => one.verdict.accuracy !== undefined;
  const rows = [...grouped(one => measured(one) && one.op ? `${one.operator}\n${one.dtype || "any"}` : undefined)].map(([key, cases]) => {
    const worst = cases.reduce((a, b) => b.verdict.accuracy.max_ulp > a.verdict.accuracy.max_ulp ? b : a);
    const largest = name => Math.max(...cases.map(one => one.verdict.accuracy[name]));
    return {name: key.split("\n"), cases, worst, max: largest("max_ulp"), p99: largest("p99_ulp"), used: largest("bound_used")};
  }).sort((a, b) => b.used - a.used);
  return {
    columns: [["operator", "fixed"], ["type", "small"], ["max ulp", "number"], ["p99 ulp", "number"], ["of bound", "number"], ["worst", "wide"]],
    rows,
    cells: row => [row.name[0], row.name[1], ulp(row.max), ulp(row.p99), [used(row.used), row.used > 1 ? "bad" : ""], row.worst.verdict.accuracy.worst],
    picked: row => showCase(row.worst),
    width: 640,
    extra: histogram(shown.filter(measured)),
  };
}

function refusalView() {
  const reasons = new Map();
  for (const one of shown) {
    for (const {code, text} of one.verdict.refusals || []) {
      const key = code + "\n" + text;
      if (!reasons.has(key)) reasons.set(key, {code: kRefusals[code] || "code " + code, text, cases: []});
      reasons.get(key).cases.push(one);
    }
  }
  return {
    columns: [["cases", "number"], ["kind", "small"], ["in the provider's own words", "name"]],
    rows: [...reasons.values()].sort((a, b) => b.cases.length - a.cases.length),
    cells: row => [row.cases.length, row.code, row.text],
    picked: row => showGroup(row.text, row.cases),
  };
}

function figureView() {
  const rows = shown.flatMap(one => (one.verdict.figures || []).map(measured => ({one, measured})));
  return {
    columns: [["case", "name"], ["what", "small"], ["value", "number"], ["unit", "small"]],
    rows,
    cells: ({one, measured}) => [one.name, measured.name, figure(measured.value), measured.unit],
    picked: row => showCase(row.one),
  };
}

const kViews = {
  failures: ["Failures", () => caseView(shown.filter(failed)), () => count(shown, failed)],
  matrix: ["Operators", matrixView, () => grouped(one => one.operator || undefined).size],
  cases: ["Cases", () => caseView(shown), () => shown.length],
  accuracy: ["Accuracy", accuracyView, () => count(shown, one => one.verdict.accuracy !== undefined)],
  refusals: ["Refusals", refusalView, () => count(shown, one => one.verdict.refusals !== undefined)],
  figures: ["Performance", figureView, () => count(shown, one => one.verdict.figures !== undefined)],
};
let view = data.cases.some(failed) ? "failures" : "matrix";
const table = new Table(byId("table"), byId("space"));

const kNothingChosen = byId("details").firstElementChild;
function drawView() {
  const {extra, ...made} = kViews[view][1]();
  byId("details").replaceChildren(kNothingChosen);
  byId("extra").replaceChildren(...(extra ? [extra] : []));
  table.show(made);
  if (view === "failures" && made.rows.length > 0) table.choose(made.rows[0]);
}

function drawTabs() {
  byId("views").replaceChildren(...Object.entries(kViews).map(([name, [title, , size]]) => {
    const button = element("button", `${title} ${size()}`);
    button.dataset.view = name;
    button.setAttribute("aria-pressed", name === view);
    button.onclick = () => open(name);
    return button;
  }));
}

// --- What is to be said of the chosen row.

function fact(facts, name, value) {
  if (value === undefined || value === "") return;
  const row = facts.insertRow();
  row.append(element("th", name));
  const cell = row.insertCell();
  cell.append(value);
}

function showCase(one) {
  const {verdict} = one, details = byId("details"), facts = element("table");
  details.replaceChildren(element("h2", one.name), element("p", verdict.outcome, look(verdict.outcome)), element("p", verdict.sentence));
  for (const warning of verdict.warnings || []) details.append(element("p", "Warning: " + warning, "odd"));
  for (const {code, text} of verdict.refusals || []) details.append(element("p", `Refused (${kRefusals[code] || code}): ${text}`, "quiet"));
  if (failed(one)) {
    const untried = verdict.untried_alone ? ", not tried alone: where the command passes, the case fails only behind other cases of the run" : "";
    details.append(element("p", `To run it again${untried}:`, "quiet"), element("pre", one.reproduce));
  }
  if (verdict.artifact) {
    const link = element("a", verdict.artifact);
    link.href = verdict.artifact.split("/").map(encodeURIComponent).join("/") + "/";
    const line = element("p", "A model that shows it: ");
    line.append(link);
    details.append(line);
  }
  fact(facts, "checks", one.description);
  fact(facts, "breaks", verdict.requirement);
  fact(facts, "fails after", (verdict.after || []).join(", "));
  fact(facts, "requirements", one.requirement);
  fact(facts, "suite", one.suite);
  fact(facts, "operator", one.operator && `${one.operator}${one.version ? " since opset " + one.version : ""}`);
  fact(facts, "type", one.dtype);
  fact(facts, "shapes", one.shape_class);
  if (verdict.accuracy) {
    const {max_ulp, p99_ulp, bound_used, elements, worst} = verdict.accuracy;
    fact(facts, "accuracy", `max ${ulp(max_ulp)} ulp, p99 ${ulp(p99_ulp)} ulp, ${usedOfBound(bound_used)}, ${elements.toLocaleString("en")} elements`);
    fact(facts, "worst", worst);
  }
  for (const {name, value, unit} of verdict.figures || []) fact(facts, name, `${figure(value)} ${unit}`);
  fact(facts, "time", `${verdict.seconds.toFixed(3)} s`);
  details.append(facts);
  details.scrollTop = 0;
}

function showGroup(title, cases) {
  const details = byId("details"), kMost = 200;
  details.replaceChildren(element("h2", title), element("p", `${cases.length} cases`, "quiet"));
  for (const one of cases.slice(0, kMost)) {
    const line = element("p");
    line.append(element("span", one.verdict.outcome + " ", look(one.verdict.outcome)), one.name);
    details.append(line);
  }
  if (cases.length > kMost) details.append(element("p", `and ${cases.length - kMost} more`, "quiet"));
}

// --- Filters

const kFilters = {suite: one => one.suite, outcome: one => one.verdict.outcome, op: one => one.operator, dtype: one => one.dtype || (one.op ? "any" : "")};

function filter() {
  const wanted = Object.entries(kFilters).map(([id, of]) => [byId(id).value, of]).filter(([value]) => value !== "");
  const text = byId("search").value.toLowerCase().trim();
  shown = data.cases.filter(one => wanted.every(([value, of]) => of(one) === value) && (!text || one.key.includes(text)));
  byId("count").textContent = `${shown.length} of ${data.cases.length} cases`;
  drawTabs();
  drawView();
}

function open(name) {
  view = name;
  filter();
}

function fillFilters() {
  for (const [id, of] of Object.entries(kFilters)) {
    const values = new Set(data.cases.map(of));
    values.delete("");
    for (const value of id === "suite" ? values : [...values].sort()) byId(id).append(new Option(value, value));
    byId(id).onchange = filter;
  }
  byId("search").oninput = filter;
}

// --- The head of the page

function drawHead() {
  const {provider, summary, settings, shard} = data;
  byId("title").textContent = `${provider.name || settings.plugin || "reference"} ${provider.version} · ${provider.id}`;
  byId("verdict").textContent = summary.succeeded ? "Conformant: every case that was judged passed" : "Not conformant: " + summary.verdict;
  byId("verdict").className = summary.succeeded ? "good" : "bad";
  byId("score").textContent = `${summary.passed} passed, ${summary.failed} failed, ${summary.skipped} skipped · score ${percent(summary.score)}, ` +
    `${percent(summary.score_with_expected_failures)} with expected failures counted` + (shard.count > 1 ? ` · shard ${shard.index} of ${shard.count}` : "");
  const order = ["good", "bad", "odd", "none"];
  const outcomes = Object.entries(summary.outcomes).sort((a, b) => order.indexOf(look(a[0])) - order.indexOf(look(b[0])));
  for (const [outcome, number] of outcomes) {
    const part = element("span", undefined, look(outcome));
    part.style.flexGrow = number;
    part.title = `${outcome}: ${number}`;
    part.onclick = () => { byId("outcome").value = outcome; open("cases"); };
    byId("strip").append(part);
  }
  for (const problem of data.problems) byId("problems").append(element("p", problem, "bad"));
  for (const note of data.notes) byId("problems").append(element("p", note, "quiet"));
}

function drawEnvironment() {
  const {provider, settings} = data, facts = byId("environment");
  fact(facts, "plugin", settings.plugin || "reference, linked in");
  fact(facts, "SHA-256", data.plugin_sha256);
  fact(facts, "provider", `${provider.id} ${provider.version} by ${provider.vendor}`);
  fact(facts, "device", provider.device);
  fact(facts, "not known", provider.problem);
  fact(facts, "options", JSON.stringify(provider.options));
  fact(facts, "numerics", provider.numerics.join(", ") || "IEEE 754");
  fact(facts, "concurrency", provider.concurrency);
  fact(facts, "determinism", provider.determinism);
  for (const host of data.hosts) fact(facts, "host", `${host.cpu}, ${host.threads} threads, ${host.kernel}`);
  fact(facts, "suite", `mortise-conformance ${data.suite_version}, seed ${settings.seed}`);
  fact(facts, "date", `${data.date}, ${figure(data.seconds)} s`);
}

drawHead();
drawEnvironment();
fillFilters();
filter();
window.onresize = () => table.draw();
