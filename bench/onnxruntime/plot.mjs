// Draws the times of networks as one SVG: a panel for each network with an axis of its own, a pair of bars for each number
// of threads, and how many times faster Mortise is. Needs nothing; looks the same on a white and on a dark page.

const kWidth = 760;
const kMargin = 28;
const kLeft = 112;            // where bars begin
const kRight = kWidth - 150;  // where the axis ends: behind it are the ratios
const kHead = 92;
const kBar = 17;
const kGroup = 2 * kBar + 14;
const kPanelHead = 30;
const kAxis = 34;

const kSides = [
  { key: 'mortise', colour: '#2563eb' },
  { key: 'onnxruntime', colour: '#a3acb9' },
];

const escape = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const text = (x, y, content, style, anchor = 'start') =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" class="${style}" text-anchor="${anchor}">${escape(content)}</text>`;
const time = (ms) => `${ms < 10 ? ms.toFixed(2) : ms.toFixed(1)} ms`;

// Round numbers from 0 to at least `largest`, about four steps.
function ticks(largest) {
  const power = 10 ** Math.floor(Math.log10(largest / 4));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate * 4 >= largest);
  return Array.from({ length: Math.ceil(largest / step) + 1 }, (_, i) => i * step);
}

// How a ratio reads: 0.8 is no speed-up.
const verdict = (ratio) => (ratio >= 1 ? `${ratio.toFixed(2)}× faster` : `${(1 / ratio).toFixed(2)}× slower`);

function panel(rows, top) {
  const marks = ticks(Math.max(...rows.flatMap((row) => kSides.map(({ key }) => row[key].median_ms))));
  const x = (ms) => kLeft + (ms / marks.at(-1)) * (kRight - kLeft);
  const bottom = top + kPanelHead + rows.length * kGroup;
  const parts = [text(kMargin, top + 16, rows[0].title, 'panel')];
  for (const mark of marks) {
    parts.push(`<line x1="${x(mark).toFixed(1)}" x2="${x(mark).toFixed(1)}" y1="${top + kPanelHead - 4}" y2="${bottom}" class="grid"/>`);
    parts.push(text(x(mark), bottom + 15, `${Number(mark.toPrecision(6))}${mark === marks.at(-1) ? ' ms' : ''}`, 'tick', 'middle'));
  }
  rows.forEach((row, index) => {
    const y = top + kPanelHead + index * kGroup + 5;
    parts.push(text(kLeft - 12, y + kBar + 5, `${row.threads} thread${row.threads === 1 ? '' : 's'}`, 'label', 'end'));
    kSides.forEach(({ key, colour }, side) => {
      const [width, barTop] = [x(row[key].median_ms) - kLeft, y + side * (kBar + 2)];
      parts.push(`<rect x="${kLeft}" y="${barTop}" width="${width.toFixed(1)}" height="${kBar}" rx="2" fill="${colour}"/>`);
      // Inside where there is room for it.
      const inside = width > 70;
      const style = !inside ? 'label' : side === 0 ? 'light' : 'dark';
      parts.push(text(kLeft + width + (inside ? -7 : 7), barTop + kBar - 4.5, time(row[key].median_ms), style, inside ? 'end' : 'start'));
    });
    parts.push(text(kRight + 22, y + kBar + 6, verdict(row.ratio), row.ratio >= 1 ? 'faster' : 'slower'));
  });
  parts.push(`<line x1="${kLeft}" x2="${kLeft}" y1="${top + kPanelHead - 4}" y2="${bottom}" class="axis"/>`);
  return { parts, bottom: bottom + kAxis };
}

export function plot(rows, version) {
  const networks = [...new Set(rows.map((row) => row.network))];
  const names = [`Mortise (${rows[0].provider.replace('org.mortise.', '')})`, `ONNX Runtime ${version}`];
  const parts = [
    text(kMargin, 38, 'Time of one run', 'title'),
    text(kMargin, 60, 'median wall time, shorter is better; float32, batch 1, both sides in turns', 'subtitle'),
  ];
  let legend = kWidth - kMargin;
  for (const side of [1, 0]) {
    legend -= names[side].length * 7 + 26;
    parts.push(`<rect x="${legend}" y="26" width="12" height="12" rx="2" fill="${kSides[side].colour}"/>`);
    parts.push(text(legend + 18, 36.5, names[side], 'label'));
  }
  let top = kHead;
  for (const network of networks) {
    const drawn = panel(rows.filter((row) => row.network === network), top);
    parts.push(...drawn.parts);
    top = drawn.bottom;
  }
  const height = top + 4;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${kWidth}" height="${height}" viewBox="0 0 ${kWidth} ${height}" role="img">
<title>Time of one run: ${escape(names.join(' beside '))}</title>
<style>
text { font: 12.5px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2937 }
.title { font-size: 20px; font-weight: 650 }
.subtitle, .tick { fill: #6b7280 }
.tick { font-size: 11px }
.panel { font-size: 14px; font-weight: 600 }
.light { fill: #fff }
.faster, .slower { font-size: 14px; font-weight: 650 }
.faster { fill: #15803d }
.slower { fill: #b45309 }
.grid { stroke: #e5e7eb }
.axis { stroke: #6b7280 }
</style>
<rect x="0.5" y="0.5" width="${kWidth - 1}" height="${height - 1}" rx="8" fill="#fff" stroke="#e5e7eb"/>
${parts.join('\n')}
</svg>
`;
}
