// node session.mjs MODEL THREADS MODULES: what bench_session (../session.cpp) does, with the same lines in and out, by
// onnxruntime-node from the folder MODULES.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [model, threads, modules] = process.argv.slice(2);
const ort = createRequire(join(modules, 'x.js'))('onnxruntime-node');

const status = (name) => Number(readFileSync('/proc/self/status', 'utf8').match(new RegExp(`${name}:\\s*(\\d+)`))[1]) / 1024;
const now = () => Number(process.hrtime.bigint()) / 1e6;
const processor = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
};
const answer = (object) => console.log(JSON.stringify(object));

const before = status('VmRSS');
let start = now();
// Level 3: errors only.
const session = await ort.InferenceSession.create(
    model, { intraOpNumThreads: Number(threads), interOpNumThreads: 1, logSeverityLevel: 3 });
const loadMs = now() - start;
const peak = status('VmHWM');
answer({ load_ms: loadMs, load_mib: peak - before, peak_mib: peak });

const feeds = {};
for (const { name, shape } of session.inputMetadata) {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const element = (_, i) => (Math.imul(i, 2654435761) >>> 0) / 2 ** 31 - 1;
  feeds[name] = new ort.Tensor('float32', Float32Array.from({ length: size }, element), shape);
}

let outputs = {};
for await (const line of createInterface({ input: process.stdin })) {
  const [command, argument] = line.split(' ');
  if (command === 'run') {
    const [processorStart, runs] = [processor(), Number(argument)];
    start = now();
    for (let i = 0; i < runs; ++i) outputs = await session.run(feeds);
    answer({ wall_ms: (now() - start) / runs, processor_ms: (processor() - processorStart) / runs });
  } else {
    const bytes = session.outputNames.map((name) => Buffer.from(outputs[name].data.buffer, outputs[name].data.byteOffset, outputs[name].data.byteLength));
    writeFileSync(argument, Buffer.concat(bytes));
    answer({});
  }
}
