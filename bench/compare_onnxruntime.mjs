#!/usr/bin/env node
// Loads and runs the same models with Mortise and with onnxruntime-node, in turns, and prints how many times faster or
// smaller Mortise is.
//
//   node bench/compare_onnxruntime.mjs [--build build/release] [--rounds 3] [--json FILE]
//
// onnxruntime-node is installed with npm into BUILD/onnxruntime-node the first time; without npm or a network there is
// nothing to compare with, which is said and is no error. Every figure is from a process of its own with one thread; of
// the rounds the median counts.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const kVersion = '1.30.0';
const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    build: { type: 'string', default: join(here, '..', 'build', 'release') },
    rounds: { type: 'string', default: '3' },
    json: { type: 'string' },
  },
});
const build = resolve(options.build);
const modules = join(build, 'onnxruntime-node');

function install() {
  if (existsSync(join(modules, 'node_modules', 'onnxruntime-node'))) return true;
  mkdirSync(modules, { recursive: true });
  writeFileSync(join(modules, 'package.json'), '{ "private": true }\n');
  try {
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `onnxruntime-node@${kVersion}`],
                 { cwd: modules, stdio: 'pipe' });
    return true;
  } catch (error) {
    const text = `${error.stderr ?? error.message}`.trim().split('\n')[0];
    console.log(`onnxruntime-node cannot be installed (${text}); there is nothing to compare with.`);
    return false;
  }
}

function chain(nodes) {
  const path = join(build, 'bench', `chain${nodes}.onnx`);
  if (!existsSync(path)) execFileSync(join(build, 'bin', 'bench_model'), ['chain', nodes, path]);
  return { name: `chain of ${nodes.toLocaleString('en')} nodes`, path, nodes, runs: Math.max(20, Math.round(2e5 / nodes)) };
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

// The median of every figure, measured in turns.
function compare(model) {
  const commands = {
    mortise: [join(build, 'bin', 'bench_once'), [model.path, String(model.runs)]],
    onnxruntime: [process.execPath, [join(here, 'onnxruntime_once.mjs'), modules, model.path, String(model.runs)]],
  };
  const results = { mortise: [], onnxruntime: [] };
  for (let round = 0; round < Number(options.rounds); ++round) {
    for (const [side, [program, parameters]] of Object.entries(commands)) {
      results[side].push(JSON.parse(execFileSync(program, parameters, { encoding: 'utf8' })));
    }
  }
  const figure = (side, name) => median(results[side].map((result) => result[name]));
  return ['load_ms', 'load_mib', 'run_ms'].map((name) => {
    const [ours, theirs] = [figure('mortise', name), figure('onnxruntime', name)];
    return { model: model.name, figure: name, mortise: ours, onnxruntime: theirs, ratio: theirs / ours };
  });
}

if (!install()) process.exit(0);
const digits = { name: 'examples/digits', path: join(here, '..', 'examples', 'digits', 'digits.onnx'), runs: 2000 };
const rows = [chain(1), chain(100), chain(10_000), chain(100_000), digits].flatMap(compare);

const titles = { load_ms: 'load and plan, ms', load_mib: 'memory loading adds at its peak, MiB', run_ms: 'one run, ms' };
console.log(`| model | figure | Mortise | onnxruntime-node ${kVersion} | times better |`);
console.log('| --- | --- | ---: | ---: | ---: |');
for (const row of rows) {
  const digitsOf = (number) => (number < 1 ? number.toPrecision(3) : number.toFixed(1));
  console.log(`| ${row.model} | ${titles[row.figure]} | ${digitsOf(row.mortise)} | ${digitsOf(row.onnxruntime)} | ${digitsOf(row.ratio)} |`);
}
if (options.json) writeFileSync(options.json, JSON.stringify({ onnxruntime: kVersion, rounds: Number(options.rounds), rows }, null, 2) + '\n');
