// Networks with real arithmetic: time of a run on both sides in turns, and whether they say the same.
//
// Other programs share the machine, so both sides are loaded first and then run in short turns, many of them: what slows
// one turn slows its neighbour too. The ratio is the median over the turns of theirs / ours; the least time of a side is
// the one least disturbed. Processor time counts all threads, those that spin while they wait included.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './median.mjs';
import { Peer } from './peer.mjs';

// Outputs agree where they differ by no more than this times the largest of them.
const kTolerance = 1e-4;
// ONNX Runtime's threads spin for a while after a run; the turn of the other side waits until they sleep.
const kPauseMs = 30;
const kTurnMs = 150;

const kNetworks = [
  { name: 'ResNet-50', title: 'ResNet-50, 224×224', generator: 'resnet50', size: 224, small: 64 },
  { name: 'MobileNetV2', title: 'MobileNetV2, 224×224', generator: 'mobilenet-v2', size: 224, small: 64 },
  { name: 'BERT-base, 2 layers', title: 'BERT-base, 2 layers, sequence of 128', generator: 'bert', size: 128, small: 16 },
];

async function outputs(peer) {
  const folder = mkdtempSync(join(tmpdir(), 'mortise-compare-'));
  const file = join(folder, 'outputs');
  await peer.ask(`outputs ${file}`);
  const bytes = readFileSync(file);
  rmSync(folder, { recursive: true });
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

// Of the outputs of both sides: the largest difference, and the same over the largest element.
function difference(ours, theirs) {
  if (ours.length !== theirs.length) throw new Error(`${ours.length} elements instead of ${theirs.length}`);
  let [absolute, largest] = [0, 0];
  for (let i = 0; i < ours.length; ++i) {
    const here = Math.abs(ours[i] - theirs[i]);
    absolute = Math.max(absolute, here); // a NaN stays
    largest = Math.max(largest, Math.abs(theirs[i]));
  }
  return { absolute, relative: absolute / largest };
}

async function compare(options, network, threads) {
  const path = options.model(network.generator, options.small ? network.small : network.size);
  const peers = {
    mortise: await Peer.mortise(options.build, path, threads, options.plugin),
    onnxruntime: await Peer.onnxruntime(options.modules, path, threads),
  };
  const sides = Object.keys(peers);
  const turns = { mortise: [], onnxruntime: [] };
  const runs = {};
  for (const side of sides) {
    await peers[side].run(1);
    runs[side] = Math.max(1, Math.round(kTurnMs / (await peers[side].run(1)).wall_ms));
  }
  for (let round = 0; round < options.rounds; ++round) {
    // Who begins alternates, lest a drift favour one of them.
    for (const side of round % 2 === 0 ? sides : [...sides].reverse()) {
      await sleep(kPauseMs);
      await peers[side].run(1);  // brings its data back into the caches
      turns[side].push(await peers[side].run(runs[side]));
    }
  }
  const differs = difference(await outputs(peers.mortise), await outputs(peers.onnxruntime));
  const { segments, nodes } = peers.mortise.load;
  // That runs most of it.
  const provider = Object.entries(nodes).sort(([, a], [, b]) => b - a)[0][0];
  for (const side of sides) await peers[side].end();

  const figures = (side) => {
    const wall = turns[side].map((turn) => turn.wall_ms);
    return { median_ms: median(wall), least_ms: Math.min(...wall), processor_ms: median(turns[side].map((turn) => turn.processor_ms)) };
  };
  const ratio = median(turns.mortise.map((turn, i) => turns.onnxruntime[i].wall_ms / turn.wall_ms));
  return { network: network.name, title: network.title, threads, provider, segments, nodes, mortise: figures('mortise'),
           onnxruntime: figures('onnxruntime'), ratio, difference: differs };
}

function print(rows, version) {
  console.log(`| network | threads | segments | Mortise: median, least, processor ms | onnxruntime-node ${version} | times faster | by the least | by processor time | largest difference: absolute, relative |`);
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  const times = ({ median_ms, least_ms, processor_ms }) => [median_ms, least_ms, processor_ms].map((ms) => ms.toPrecision(3)).join(', ');
  for (const { network, threads, segments, mortise, onnxruntime, ratio, difference: { absolute, relative } } of rows) {
    const ratios = [ratio, onnxruntime.least_ms / mortise.least_ms, onnxruntime.processor_ms / mortise.processor_ms];
    console.log(`| ${network} | ${threads} | ${segments} | ${times(mortise)} | ${times(onnxruntime)} | ${ratios.map((r) => r.toFixed(2)).join(' | ')} | ${absolute.toExponential(1)}, ${relative.toExponential(1)} |`);
  }
}

// The rows; `failed` where the outputs of one differ too much.
export async function compareNetworks(options) {
  const rows = [];
  for (const network of kNetworks)
    for (const threads of options.threads) rows.push(await compare(options, network, threads));
  print(rows, options.version);
  for (const row of rows) {
    row.failed = !(row.difference.relative <= kTolerance);
    if (row.failed) console.error(`${row.network}: the outputs differ by more than ${kTolerance} of the largest element`);
  }
  return rows;
}
