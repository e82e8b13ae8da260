// node onnxruntime_once.mjs MODULES MODEL RUNS: what once.cpp does, with onnxruntime-node from the folder MODULES.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';

const [modules, model, runs] = process.argv.slice(2);
const ort = createRequire(join(modules, 'x.js'))('onnxruntime-node');

const status = (name) => Number(readFileSync('/proc/self/status', 'utf8').match(new RegExp(`${name}:\\s*(\\d+)`))[1]) / 1024;
const before = status('VmRSS');
let start = process.hrtime.bigint();
const since = () => Number(process.hrtime.bigint() - start) / 1e6;

const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });
const loadMs = since();
const peak = status('VmHWM');

const feeds = {};
for (const input of session.inputMetadata) {
  const size = input.shape.reduce((product, extent) => product * extent, 1);
  feeds[input.name] = new ort.Tensor(input.type, new Float32Array(size), input.shape);
}
let runMs = 0;
for (let round = 0; round <= 3; ++round) {
  start = process.hrtime.bigint();
  for (let i = 0; i < Number(runs); ++i) await session.run(feeds);
  const ms = since() / Number(runs);
  runMs = round <= 1 ? ms : Math.min(runMs, ms);
}
console.log(JSON.stringify({ load_ms: loadMs, load_mib: peak - before, peak_mib: peak, run_ms: runMs }));
