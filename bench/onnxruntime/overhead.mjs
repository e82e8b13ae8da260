// What a model costs beside its arithmetic: loading, memory, and runs of nodes that do next to nothing.
import { join } from 'node:path';
import { median } from './median.mjs';
import { Peer } from './peer.mjs';

const kTitles = { load_ms: 'load and plan, ms', load_mib: 'memory loading adds at its peak, MiB', run_ms: 'one run, ms' };

// One thread, the reference provider. Every figure is the median of `rounds` processes.
async function compare({ build, modules, rounds }, model) {
  const sides = {
    mortise: () => Peer.mortise(build, model.path, 1),
    onnxruntime: () => Peer.onnxruntime(modules, model.path, 1),
  };
  const figures = { mortise: [], onnxruntime: [] };
  for (let round = 0; round < rounds; ++round) {
    for (const [side, start] of Object.entries(sides)) {
      const peer = await start();
      await peer.run(model.runs);  // warms up
      const runs = [];
      for (let i = 0; i < 3; ++i) runs.push((await peer.run(model.runs)).wall_ms);
      figures[side].push({ ...peer.load, run_ms: Math.min(...runs) });
      await peer.end();
    }
  }
  return Object.keys(kTitles).map((name) => {
    const [ours, theirs] = ['mortise', 'onnxruntime'].map((side) => median(figures[side].map((figure) => figure[name])));
    return { model: model.name, figure: name, mortise: ours, onnxruntime: theirs, ratio: theirs / ours };
  });
}

export async function compareOverhead(options) {
  const chains = [1, 100, 10_000, 100_000].map((nodes) => ({
    name: `chain of ${nodes.toLocaleString('en')} nodes`,
    path: options.model('chain', nodes),
    runs: Math.max(20, Math.round(2e5 / nodes)),
  }));
  const digits = { name: 'examples/digits', path: join(options.source, 'examples', 'digits', 'digits.onnx'), runs: 2000 };
  const rows = [];
  for (const model of [...chains, digits]) rows.push(...(await compare(options, model)));

  console.log(`| model | figure | Mortise | onnxruntime-node ${options.version} | times better |`);
  console.log('| --- | --- | ---: | ---: | ---: |');
  const digitsOf = (number) => (number < 1 ? number.toPrecision(3) : number.toFixed(1));
  for (const row of rows)
    console.log(`| ${row.model} | ${kTitles[row.figure]} | ${digitsOf(row.mortise)} | ${digitsOf(row.onnxruntime)} | ${digitsOf(row.ratio)} |`);
  return rows;
}
