// The page: the providers, the chart of one graph, the list of all nodes, and what is to be said of the chosen one.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const byId = id => document.getElementById(id);
const kRowHeight = 24, kMostLinks = 30;

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

// Colours: a hue for each provider, two shades of it for neighbouring segments.
const hues = new Map(data.providers.map((p, i) => [p.id, (212 + 137 * i) % 360]));
const shades = {};
function readShades() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["even", "odd", "frame"]) {
    const shade = style.getPropertyValue("--" + name).trim();
    shades[name] = new Map([...hues].map(([provider, hue]) => [provider, `hsl(${hue} ${shade})`]));
  }
}
const color = (provider, shade) => shades[shade].get(provider);
function dot(provider) {
  const made = element("span", undefined, "dot");
  made.style.background = color(provider, "frame");
  return made;
}
const percent = (part, whole) => (whole > 0 ? 100 * part / whole : 0).toFixed(1) + " %";
const bytes = (number, complete) => (complete ? "" : "at least ") + number.toLocaleString() + " bytes";

// Every node of the model's graph and of all bodies; the bodies follow their node. A node's address is its id after the
// ids and names of the bodies it is in: "3/then_branch/0".
const rows = [], graphs = [], rowAt = new Map();
function flatten(graph, path) {
  const mine = {graph, path, rows: []};
  graphs.push(mine);
  for (const node of graph.nodes) {
    const text = [node.name, node.op, node.provider, node.rule, ...node.verdicts.map(v => v.code + " " + v.text)];
    const row = {node, graph: mine, address: path + node.id, key: text.join("\n").toLowerCase()};
    rows.push(row);
    mine.rows.push(row);
    rowAt.set(row.address, row);
    for (const body of node.bodies || []) flatten(body, `${path}${node.id}/${body.name}/`);
  }
}
flatten(data.graph, "");
let shown = rows, matches = null, picked = null, drawnGraph = null;

const chart = new Chart(byId("chart"), look, v => pick(drawnGraph.rows[v], false));
function look(v) {
  const row = drawnGraph.rows[v], {node} = row;
  return {
    title: node.op,
    text: node.name || "#" + node.id,
    fill: color(node.provider, node.segment % 2 === 0 ? "even" : "odd"),
    frame: color(node.provider, "frame"),
    faint: matches !== null && !matches.has(row),
  };
}

function showGraph(graph) {
  if (drawnGraph === graph) return;
  drawnGraph = graph;
  byId("graphs").value = graphs.indexOf(graph);
  chart.show(graph.graph.nodes.map(node => node.inputs.filter(u => u < node.id)));
}

function drawProviders() {
  const table = byId("providers");
  table.textContent = "";
  const head = table.insertRow();
  for (const [text, name] of [["provider", ""], ["nodes", "number"], ["share", "number"], ["segments", "number"],
                              ["estimated work", "number"], ["bytes in", "number"], ["bytes out", "number"]]) {
    head.append(element("th", text, name));
  }
  for (const p of data.providers) {
    if (p.id === "core" && p.nodes === 0) continue;
    const row = table.insertRow();
    row.insertCell().append(dot(p.id), p.id);
    if (p.problem) {
      const problem = row.insertCell();
      problem.colSpan = 6;
      problem.textContent = "not in use: " + p.problem;
      continue;
    }
    const moved = number => (p.bytes_complete ? "" : "≥ ") + number.toLocaleString();
    for (const text of [p.nodes, percent(p.nodes, data.nodes), p.segments, percent(p.work, data.work), moved(p.bytes_in), moved(p.bytes_out)]) {
      row.append(element("td", text, "number"));
    }
  }
}

function drawStrip() {
  const strip = byId("strip");
  const scale = window.devicePixelRatio || 1;
  strip.width = strip.clientWidth * scale;
  strip.height = strip.clientHeight * scale;
  const pen = strip.getContext("2d");
  const total = Math.max(1, data.graph.nodes.length);
  let at = 0;
  for (const segment of data.graph.segments) {
    const x = Math.floor(at / total * strip.width);
    const width = segment.nodes / total * strip.width;
    pen.fillStyle = color(segment.provider, "frame");
    pen.fillRect(x, 0, Math.max(1, width - (width > 4 ? 1 : 0)), strip.height);
    at += segment.nodes;
  }
}

function drawList() {
  const list = byId("list");
  const space = byId("space");
  space.style.height = shown.length * kRowHeight + "px";
  const first = Math.max(0, Math.floor(list.scrollTop / kRowHeight) - 5);
  const last = Math.min(shown.length, first + Math.ceil(list.clientHeight / kRowHeight) + 10);
  const drawn = document.createDocumentFragment();
  for (let i = first; i < last; ++i) {
    const {node, address} = shown[i];
    const row = element("div", undefined, shown[i] === picked ? "row picked" : "row");
    row.style.top = i * kRowHeight + "px";
    const provider = element("span", undefined, "provider");
    provider.append(dot(node.provider), node.provider);
    row.append(element("span", address, "id"), element("span", node.op, "op"), element("span", node.name, "name"), provider);
    row.onclick = () => pick(shown[i], true);
    drawn.append(row);
  }
  space.replaceChildren(drawn);
  byId("count").textContent = `${shown.length} of ${rows.length} nodes`;
}

function scrollListTo(row) {
  const at = shown.indexOf(row), list = byId("list");
  if (at < 0) return;
  const top = at * kRowHeight;
  if (top < list.scrollTop || top + kRowHeight > list.scrollTop + list.clientHeight) list.scrollTop = top - list.clientHeight / 2;
}

// Chooses a node; `move` brings it into the chart.
function pick(row, move) {
  picked = row;
  showGraph(row.graph);
  chart.select(row.node.id, move);
  try {
    history.replaceState(null, "", "#node=" + encodeURIComponent(row.address));
  } catch {
    // A page without an address of its own has no place for it.
  }
  drawDetails(row);
  scrollListTo(row);
  drawList();
}

function links(target, found) {
  for (const row of found.slice(0, kMostLinks)) {
    const link = element("button", row.node.name || `${row.node.op} #${row.node.id}`, "link");
    link.onclick = () => pick(row, true);
    target.append(link);
  }
  if (found.length > kMostLinks) target.append(`and ${found.length - kMostLinks} more`);
}

function drawDetails(row) {
  const {node, graph} = row;
  const segment = graph.graph.segments[node.segment];
  const details = byId("details");
  details.textContent = "";
  details.scrollTop = 0;
  details.append(element("h2", `${node.op} ${node.name}`), element("p", "What every provider said:", "quiet"));
  for (const verdict of node.verdicts) {
    const said = element("p", undefined, "verdict");
    said.append(dot(verdict.provider), verdict.provider, ": ", element("b", verdict.code));
    if (verdict.text) said.append(" ", verdict.text);
    details.append(said);
  }
  const facts = element("table");
  const fact = (name, value) => {
    const cell = element("td", value);
    facts.insertRow().append(element("th", name), cell);
    return cell;
  };
  fact("runs on").append(dot(node.provider), node.provider);
  fact("rule", node.rule);
  fact("node", row.address);
  fact("outputs", node.type);
  fact("estimated work", `${node.work.toLocaleString()} operations (${percent(node.work, data.work)})`);
  fact("segment", `${node.segment}: ${segment.nodes} nodes, ${percent(segment.work, data.work)} of the work`);
  fact("segment reads", bytes(segment.bytes_in, segment.bytes_complete) + " from other providers");
  if (node.inputs.length > 0) links(fact("reads from"), node.inputs.map(u => graph.rows[u]));
  const readers = chart.readers[node.id];
  if (readers.length > 0) links(fact("read by"), readers.map(u => graph.rows[u]));
  for (const body of node.bodies || []) {
    const inner = graphs.find(g => g.graph === body);
    const open = element("button", `${body.nodes.length} nodes`, "link");
    open.onclick = () => showGraph(inner);
    fact(body.name).append(open);
  }
  details.append(facts);
}

function search() {
  let text = byId("search").value.toLowerCase().trim();
  const provider = byId("filter").value;
  let segment = null;
  text = text.replace(/\bsegment:(\d+)/, (all, number) => { segment = Number(number); return ""; }).trim();
  shown = rows.filter(row => (!provider || row.node.provider === provider) && (!text || row.key.includes(text)) &&
                             (segment === null || (row.graph.path === "" && row.node.segment === segment)));
  matches = shown.length === rows.length ? null : new Set(shown);
  byId("list").scrollTop = 0;
  drawList();
  chart.redraw();
}

function pickFromAddress() {
  const found = /^#node=(.*)$/.exec(location.hash);
  const row = found && rowAt.get(decodeURIComponent(found[1]));
  if (row && row !== picked) pick(row, true);
}

byId("title").textContent = data.model;
for (const p of data.providers) if (p.nodes > 0) byId("filter").append(new Option(p.id, p.id));
graphs.forEach((graph, i) => byId("graphs").append(new Option(graph.path === "" ? "Main graph" : graph.path, i)));
byId("graphs").hidden = graphs.length === 1;
byId("graphs").onchange = event => showGraph(graphs[event.target.value]);
byId("fit").onclick = () => chart.fit();
byId("closer").onclick = () => chart.zoom(1.5);
byId("farther").onclick = () => chart.zoom(1 / 1.5);
byId("search").oninput = search;
byId("filter").onchange = search;
byId("list").onscroll = drawList;
byId("list").onkeydown = event => {
  const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
  if (!step || shown.length === 0) return;
  event.preventDefault();
  pick(shown[Math.min(shown.length - 1, Math.max(0, shown.indexOf(picked) + step))], true);
};
byId("chart").onkeydown = event => {
  if (event.key === "0") return chart.fit();
  if (event.key === "+" || event.key === "-") return chart.zoom(event.key === "+" ? 1.5 : 1 / 1.5);
  if (!event.key.startsWith("Arrow")) return;
  event.preventDefault();
  const next = chart.neighbour(event.key);
  if (next !== null) pick(drawnGraph.rows[next], true);
};
byId("strip").onclick = event => {
  let at = Math.floor(event.offsetX / byId("strip").clientWidth * data.graph.nodes.length);
  const hit = data.graph.segments.findIndex(segment => (at -= segment.nodes) < 0);
  if (hit < 0) return;
  byId("search").value = "segment:" + hit;
  search();
  if (shown.length > 0) pick(shown[0], true);
};
function draw() {
  readShades();
  drawProviders();
  drawStrip();
  drawList();
  chart.redraw();
}
window.onresize = draw;
window.onhashchange = pickFromAddress;
window.matchMedia("(prefers-color-scheme: dark)").onchange = draw;
draw();
showGraph(graphs[0]);  // after the header has its height
pickFromAddress();
