#include "core/report/html.h"

#include "mortise/core/placement.h"

namespace mortise {
namespace report {
namespace {

constexpr std::string_view kHead = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<style>
:root { color-scheme: light dark; --back: #ffffff; --panel: #f4f5f7; --text: #1c1e21; --quiet: #5d636b; --line: #d5d8dc; --pick: #dbe8fb; --light: 52%; }
@media (prefers-color-scheme: dark) {
  :root { --back: #16181b; --panel: #1f2226; --text: #e7e9ec; --quiet: #9aa1aa; --line: #353a40; --pick: #263a56; --light: 60%; }
}
* { box-sizing: border-box; }
body { margin: 0; height: 100vh; display: flex; flex-direction: column; background: var(--back); color: var(--text);
       font: 14px/1.4 system-ui, sans-serif; }
header { padding: 12px 16px; border-bottom: 1px solid var(--line); }
h1 { font-size: 18px; margin: 0 0 8px; overflow-wrap: anywhere; }
h2 { font-size: 16px; margin: 0 0 8px; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); }
table { border-collapse: collapse; }
td, th { text-align: left; padding: 2px 16px 2px 0; vertical-align: top; overflow-wrap: anywhere; font-weight: normal; }
th { color: var(--quiet); }
td.number, th.number { text-align: right; }
.dot { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 6px; }
#strip { display: block; width: 100%; height: 22px; margin-top: 10px; cursor: pointer; }
main { flex: 1; min-height: 0; display: flex; }
#left { flex: 3; min-width: 0; display: flex; flex-direction: column; border-right: 1px solid var(--line); }
#tools { display: flex; gap: 8px; padding: 8px 16px; flex-wrap: wrap; }
#tools input { flex: 1; min-width: 120px; }
input, select { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 4px; padding: 4px 8px; }
#list { flex: 1; overflow: auto; position: relative; outline-offset: -2px; }
.row { position: absolute; left: 0; right: 0; height: 24px; padding: 2px 16px; display: flex; gap: 12px; white-space: nowrap; cursor: pointer; }
.row span { overflow: hidden; text-overflow: ellipsis; }
.row:hover { background: var(--panel); }
.row.picked { background: var(--pick); }
.row .id { flex: 0 0 64px; color: var(--quiet); text-align: right; }
.row .op { flex: 1; }
.row .name { flex: 2; }
.row .provider { flex: 1.5; }
#details { flex: 2; min-width: 0; overflow: auto; padding: 12px 16px; background: var(--panel); }
@media (max-width: 700px) { main { flex-direction: column; } #left { border-right: 0; border-bottom: 1px solid var(--line); } }
</style>
)html";

constexpr std::string_view kBody = R"html(</head>
<body>
<header>
<h1 id="title"></h1>
<table id="providers"></table>
<canvas id="strip" title="Segments in the order of a run; the width is the number of nodes"></canvas>
</header>
<main>
<section id="left">
<div id="tools">
<input id="search" type="search" placeholder="Search name, operator, reason or segment:N" aria-label="Search">
<select id="filter" aria-label="Provider"><option value="">All providers</option></select>
<span id="count" class="quiet"></span>
</div>
<div id="list" tabindex="0" aria-label="Nodes"><div id="space"></div></div>
</section>
<section id="details" aria-live="polite"><p class="quiet">Choose a node to see why it runs where it runs.</p></section>
</main>
)html";

constexpr std::string_view kScript = R"html(<script>
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const byId = id => document.getElementById(id);
const kRowHeight = 24;

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

const order = data.providers.map(p => p.id);
const color = id => {
  const light = getComputedStyle(document.documentElement).getPropertyValue("--light").trim();
  return `hsl(${(212 + 137 * Math.max(0, order.indexOf(id))) % 360} 62% ${light})`;
};
function dot(id) {
  const made = element("span", undefined, "dot");
  made.style.background = color(id);
  return made;
}
const percent = (part, whole) => (whole > 0 ? 100 * part / whole : 0).toFixed(1) + " %";

// Bodies follow their node.
const rows = [];
function flatten(graph, path) {
  for (const node of graph.nodes) {
    const text = [node.name, node.op, node.provider, node.rule, ...node.verdicts.map(v => v.code + " " + v.text)];
    rows.push({node, path, graph, key: text.join("\n").toLowerCase()});
    for (const body of node.bodies || []) flatten(body, path + node.id + "/" + body.name + "/");
  }
}
flatten(data.graph, "");
let shown = rows;
let picked = null;

function drawProviders() {
  const table = byId("providers");
  table.textContent = "";
  const head = table.insertRow();
  for (const [text, name] of [["provider", ""], ["nodes", "number"], ["share", "number"], ["segments", "number"], ["estimated work", "number"]]) {
    head.append(element("th", text, name));
  }
  for (const p of data.providers) {
    if (p.id === "core" && p.nodes === 0) continue;
    const row = table.insertRow();
    const cell = row.insertCell();
    cell.append(dot(p.id), p.id);
    if (p.problem) {
      const problem = row.insertCell();
      problem.colSpan = 4;
      problem.textContent = "not in use: " + p.problem;
      continue;
    }
    for (const text of [p.nodes, percent(p.nodes, data.nodes), p.segments, percent(p.work, data.work)]) {
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
    pen.fillStyle = color(segment.provider);
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
    const {node, path} = shown[i];
    const row = element("div", undefined, shown[i] === picked ? "row picked" : "row");
    row.style.top = i * kRowHeight + "px";
    const provider = element("span", undefined, "provider");
    provider.append(dot(node.provider), node.provider);
    row.append(element("span", path + node.id, "id"), element("span", node.op, "op"), element("span", node.name, "name"), provider);
    row.onclick = () => pick(shown[i]);
    drawn.append(row);
  }
  space.replaceChildren(drawn);
  byId("count").textContent = `${shown.length} of ${rows.length} nodes`;
}

function pick(row) {
  picked = row;
  const {node, path, graph} = row;
  const segment = graph.segments[node.segment];
  const details = byId("details");
  details.textContent = "";
  details.append(element("h2", `${node.op} ${node.name}`));
  const facts = element("table");
  const fact = (name, value) => {
    const line = facts.insertRow();
    line.append(element("th", name), element("td", value));
  };
  fact("node", path + node.id);
  fact("outputs", node.type);
  fact("provider", node.provider);
  fact("rule", node.rule);
  fact("estimated work", `${node.work.toLocaleString()} operations (${percent(node.work, data.work)})`);
  fact("segment", `${node.segment}: ${segment.nodes} nodes, ${percent(segment.work, data.work)} of the work`);
  fact("read from other providers", `${segment.bytes_complete ? "" : "at least "}${segment.bytes_in.toLocaleString()} bytes`);
  details.append(facts, element("h2", "What every provider said"));
  const said = element("table");
  for (const verdict of node.verdicts) {
    const line = said.insertRow();
    const who = line.insertCell();
    who.append(dot(verdict.provider), verdict.provider);
    line.append(element("td", verdict.code), element("td", verdict.text));
  }
  details.append(said);
  drawList();
}

function search() {
  let text = byId("search").value.toLowerCase().trim();
  const provider = byId("filter").value;
  let segment = null;
  text = text.replace(/\bsegment:(\d+)/, (all, number) => { segment = Number(number); return ""; }).trim();
  shown = rows.filter(row => (!provider || row.node.provider === provider) && (!text || row.key.includes(text)) &&
                             (segment === null || (row.path === "" && row.node.segment === segment)));
  byId("list").scrollTop = 0;
  drawList();
}

byId("title").textContent = data.model;
for (const p of data.providers) if (p.nodes > 0) byId("filter").append(new Option(p.id, p.id));
byId("search").oninput = search;
byId("filter").onchange = search;
byId("list").onscroll = drawList;
byId("list").onkeydown = event => {
  const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
  if (!step || shown.length === 0) return;
  event.preventDefault();
  const at = Math.min(shown.length - 1, Math.max(0, shown.indexOf(picked) + step));
  const list = byId("list");
  const top = at * kRowHeight;
  if (top < list.scrollTop) list.scrollTop = top;
  if (top + kRowHeight > list.scrollTop + list.clientHeight) list.scrollTop = top + kRowHeight - list.clientHeight;
  pick(shown[at]);
};
byId("strip").onclick = event => {
  let at = Math.floor(event.offsetX / byId("strip").clientWidth * data.graph.nodes.length);
  const hit = data.graph.segments.findIndex(segment => (at -= segment.nodes) < 0);
  if (hit < 0) return;
  byId("search").value = "segment:" + hit;
  search();
};
function draw() { drawProviders(); drawStrip(); drawList(); }
window.onresize = draw;
window.matchMedia("(prefers-color-scheme: dark)").onchange = draw;
draw();
</script>
</body>
</html>
)html";

std::string escaped(std::string_view text) {
  std::string made;
  for (const char c : text) {
    switch (c) {
      case '&':
        made += "&amp;";
        break;
      case '<':
        made += "&lt;";
        break;
      case '>':
        made += "&gt;";
        break;
      default:
        made += c;
    }
  }
  return made;
}

}  // namespace

std::string placement_page(std::string_view title, std::string_view json) {
  std::string page(kHead);
  page += "<title>" + escaped(title) + "</title>\n";
  page += kBody;
  page += "<script id=\"data\" type=\"application/json\">";
  // '<' stands in JSON only inside strings, where it may be written so; neither "</script" nor "<!--" is left.
  for (const char c : json) {
    if (c == '<') {
      page += "\\u003c";
    } else {
      page += c;
    }
  }
  page += "</script>\n";
  return page += kScript;
}

}  // namespace report

std::string to_html(const Placement& placement) {
  return report::placement_page("Placement of " + placement.model, to_json(placement, -1));
}

}  // namespace mortise
