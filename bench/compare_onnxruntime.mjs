#!/usr/bin/env node
// Loads and runs the same models with Mortise and with onnxruntime-node, in turns, and prints how many times faster or
// smaller Mortise is.
//
//   node bench/compare_onnxruntime.mjs [overhead] [networks] [--build build/release] [--rounds N] [--json FILE]
//                                      [--plugin FILE.so | --reference] [--threads 1,2] [--small] [--svg FILE]
//
// overhead: chains of nodes that do next to nothing, on the reference provider (onnxruntime/overhead.mjs).
// networks: ResNet-50, MobileNetV2 and BERT on the plugin, the NEON provider if none is given, or with
// --reference on the reference provider alone (onnxruntime/networks.mjs);
// --small makes them small, to see that all works; --svg draws the times. Ends with 1 where outputs differ.
//
// onnxruntime-node is installed with npm into BUILD/onnxruntime-node the first time; without npm or a network there is
// nothing to compare with, which is said and is no error.
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { plot } from './onnxruntime/plot.mjs';
import { install, kVersion } from './onnxruntime/install.mjs';
import { compareNetworks } from './onnxruntime/networks.mjs';
import { compareOverhead } from './onnxruntime/overhead.mjs';

const source = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    build: { type: 'string', default: join(source, 'build', 'release') },
    rounds: { type: 'string' },
    json: { type: 'string' },
    plugin: { type: 'string' },
    reference: { type: 'boolean', default: false },
    threads: { type: 'string', default: '1,2' },
    small: { type: 'boolean', default: false },
    svg: { type: 'string' },
  },
});
const parts = positionals.length > 0 ? positionals : ['overhead', 'networks'];
const build = resolve(given.build);
const modules = install(build);
if (!modules) process.exit(0);

// The path of a model of bench_model, made if it is not there.
function model(name, size) {
  const path = join(build, 'bench', `${name}-${size}.onnx`);
  if (!existsSync(path)) execFileSync(join(build, 'bin', 'bench_model'), [name, String(size), path]);
  return path;
}

const options = {
  source,
  build,
  modules,
  model,
  version: kVersion,
  plugin: given.reference ? undefined : resolve(given.plugin ?? join(build, 'lib', 'mortise', 'libmortise_neon.so')),
  threads: given.threads.split(',').map(Number),
  small: given.small,
};
const report = { onnxruntime: kVersion };
if (parts.includes('overhead')) report.overhead = await compareOverhead({ ...options, rounds: Number(given.rounds ?? 3) });
if (parts.includes('networks')) {
  report.networks = await compareNetworks({ ...options, rounds: Number(given.rounds ?? 15) });
  if (given.svg) writeFileSync(given.svg, plot(report.networks, kVersion));
}
if (given.json) writeFileSync(given.json, JSON.stringify(report, null, 2) + '\n');
if (report.networks?.some((row) => row.failed)) process.exitCode = 1;
