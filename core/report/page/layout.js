// Lays out an acyclic graph in layers, the inputs at the top. Time about linear in nodes and edges.
//
// sources[v] are the nodes that v reads from, all smaller than v. An edge that spans several layers gets a joint in each
// of them, so that it runs between the nodes instead of through them; an edge that spans very many is a bow instead.
// Each layer is ordered by the mean place of its neighbours and then moved to it as closely as the widths allow, sweeping
// down and up in turn.
//
// Gives {x, layer, layers, lines, bows}: the centre and the layer of every node and joint (joints have the numbers from
// sources.length), the layers as lists in order of x, per layer the lines [from, to, u, v] into the next one, each a part of
// the edge from u to v, and the bows [u, v].
const kNodeWidth = 160, kNodeGap = 24, kJointWidth = 16, kLongestSpan = 40, kSweeps = 6;

function layOut(sources) {
  const count = sources.length;
  const layer = new Array(count).fill(0);
  const firstReader = new Array(count).fill(Infinity);
  for (let v = 0; v < count; ++v) for (const u of sources[v]) layer[v] = Math.max(layer[v], layer[u] + 1);
  // What reads nothing stands right above the first that reads it.
  for (let v = 0; v < count; ++v) for (const u of sources[v]) firstReader[u] = Math.min(firstReader[u], layer[v]);
  for (let v = 0; v < count; ++v) if (sources[v].length === 0 && firstReader[v] < Infinity) layer[v] = firstReader[v] - 1;

  const above = sources.map(() => []), below = sources.map(() => []), lines = [], bows = [];
  const join = (from, to, u, v) => {
    above[to].push(from);
    below[from].push(to);
    (lines[layer[from]] ||= []).push([from, to, u, v]);
  };
  for (let v = 0; v < count; ++v) {
    for (const u of sources[v]) {
      if (layer[v] - layer[u] > kLongestSpan || above.length > 8 * count + 1000) {
        bows.push([u, v]);
        continue;
      }
      let from = u;
      for (let at = layer[u] + 1; at < layer[v]; ++at) {
        const joint = above.length;
        layer.push(at);
        above.push([]);
        below.push([]);
        join(from, joint, u, v);
        from = joint;
      }
      join(from, v, u, v);
    }
  }

  const layers = [];
  layer.forEach((at, v) => (layers[at] ||= []).push(v));
  const x = new Array(layer.length).fill(0);
  const width = v => v < count ? kNodeWidth + kNodeGap : kJointWidth;
  for (const members of layers) place(members, x, members.map(() => 0), width);
  for (let sweep = 0; sweep < kSweeps; ++sweep) {
    const down = sweep % 2 === 0;
    const neighbours = down ? above : below;
    for (let i = 0; i < layers.length; ++i) {
      const at = down ? i : layers.length - 1 - i;
      const wanted = new Map(layers[at].map(v => [v, mean(neighbours[v], x) ?? x[v]]));
      layers[at].sort((a, b) => wanted.get(a) - wanted.get(b));
      place(layers[at], x, layers[at].map(v => wanted.get(v)), width);
    }
  }
  return {x, layer, layers, lines, bows};
}

function mean(nodes, x) {
  if (nodes.length === 0) return undefined;
  let sum = 0;
  for (const v of nodes) sum += x[v];
  return sum / nodes.length;
}

// Sets x of the members, in this order and without overlaps, with the least sum of squared distances from `wanted`: with
// the widths taken out that is isotonic regression, by pooling adjacent violators.
function place(members, x, wanted, width) {
  const blocks = [];
  let offset = 0;
  const offsets = members.map((v, i) => {
    if (i > 0) offset += (width(members[i - 1]) + width(v)) / 2;
    return offset;
  });
  members.forEach((v, i) => {
    let block = {mean: wanted[i] - offsets[i], size: 1};
    while (blocks.length > 0 && blocks[blocks.length - 1].mean >= block.mean) {
      const last = blocks.pop();
      block = {mean: (last.mean * last.size + block.mean * block.size) / (last.size + block.size), size: last.size + block.size};
    }
    blocks.push(block);
  });
  let i = 0;
  for (const block of blocks) for (const end = i + block.size; i < end; ++i) x[members[i]] = block.mean + offsets[i];
}
