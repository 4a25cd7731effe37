// Cost of a port over the number of ports: a panel for each operation, a curve for each subject.
import { short } from './format.js';
import { element, line, svg, text } from './svg.js';

const title = 'Hybrid ports: milliseconds a port, by the number of ports';
const width = 910;
const height = 410;
const panel = { width: 270, height: 270, top: 90, left: 60, apart: 450 };

const subjects = [
  ['os-vif', 'os-vif, one call after the other'],
  ['vifkit', 'vifkit, all at once'],
  ['floor', 'floor'],
];

/** Can be told apart by the colour-blind; on white, and on black. */
const colours = {
  light: { 'os-vif': '#c2570c', vifkit: '#1f6fc4', floor: '#6b7280' },
  dark: { 'os-vif': '#f59e5b', vifkit: '#6cb0f5', floor: '#a3a9b5' },
};

const coloured = (palette) =>
  Object.entries(palette)
    .map(
      ([name, colour]) =>
        `.${name}.curve, .${name}.range, .${name}.mark { stroke: ${colour} } ` +
        `.${name}.mark, .${name}.label { fill: ${colour} }`,
    )
    .join('\n');

const style = `
text { font: 12px system-ui, sans-serif; fill: #444 }
.title { font-size: 15px; font-weight: 600; fill: #111 }
.grid { stroke: #ddd } .axis { stroke: #888 }
.curve { fill: none; stroke-width: 2.5; stroke-linejoin: round }
.range { stroke-width: 1.5 } .label { font-weight: 600 }
.floor.curve { stroke-dasharray: 5 4 }
${coloured(colours.light)}
@media (prefers-color-scheme: dark) {
text { fill: #bbb } .title { fill: #eee } .grid { stroke: #333 } .axis { stroke: #777 }
${coloured(colours.dark)}
}`;

/** The plot of hybrid ports in bulk, or undefined where too little was measured. */
export function renderPlot(series) {
  const own = series.filter(
    ({ kind, how, processor }) => kind === 'hybrid' && how === 'in bulk' && !processor,
  );
  const drawn = own.filter(({ subject }) => subjects.some(([name]) => name === subject));
  const counts = [...new Set(drawn.map(({ ports }) => ports))].sort((a, b) => a - b);
  if (counts.length < 2) return undefined;
  const scale = scales(drawn, counts);
  const panels = ['plug', 'unplug'].map((operation, i) => {
    const curves = drawn.filter((each) => each.operation === operation);
    const origin = `translate(${panel.left + i * panel.apart} ${panel.top})`;
    return element(
      'g',
      { transform: origin },
      ...axes(operation, counts, scale),
      ...drawCurves(curves, scale),
    );
  });
  const heading = text(20, 30, 'Hybrid ports: milliseconds a port, by the number of ports', {
    class: 'title',
  });
  const legend = text(20, 50, 'Medians of the rounds, with the least and the greatest. Logarithmic scale.');
  return svg({ width, height, style, title }, heading, legend, ...panels);
}

/** The number of ports is linear, the cost logarithmic: subjects differ by orders of magnitude. */
function scales(series, counts) {
  const bottom = Math.floor(Math.log10(Math.min(...series.map(({ least }) => least))));
  const top = Math.ceil(Math.log10(Math.max(...series.map(({ greatest }) => greatest))));
  const ticks = Array.from({ length: top - bottom + 1 }, (_, i) => 10 ** (bottom + i));
  const round = (value) => Math.round(value * 10) / 10;
  return {
    ticks,
    x: (ports) => round((ports / counts.at(-1)) * panel.width),
    y: (cost) => round(panel.height * (1 - (Math.log10(cost) - bottom) / Math.max(1, top - bottom))),
  };
}

function axes(operation, counts, { ticks, x, y }) {
  return [
    text(0, -12, operation, { class: 'title' }),
    ...ticks.flatMap((cost) => [
      line(0, y(cost), panel.width, y(cost), { class: 'grid' }),
      text(-8, y(cost) + 4, `${cost} ms`, { 'text-anchor': 'end' }),
    ]),
    line(0, panel.height, panel.width, panel.height, { class: 'axis' }),
    ...counts.map((ports) => text(x(ports), panel.height + 18, ports, { 'text-anchor': 'middle' })),
    text(panel.width / 2, panel.height + 38, 'ports', { 'text-anchor': 'middle' }),
  ];
}

function drawCurves(series, scale) {
  const found = subjects.flatMap(([subject, label]) => {
    const points = series.filter((each) => each.subject === subject).sort((a, b) => a.ports - b.ports);
    return points.length > 0 ? [{ subject, label, points }] : [];
  });
  const ends = spreadOut(found.map(({ points }) => scale.y(points.at(-1).median)));
  return found.flatMap((curve, i) => [...drawCurve(curve, scale), ...drawLabel(curve, ends[i])]);
}

function drawCurve({ subject, points }, { x, y }) {
  const path = points.map(({ ports, median }) => `${x(ports)},${y(median)}`).join(' ');
  return [
    element('polyline', { points: path, class: `${subject} curve` }),
    ...points.flatMap(({ ports, median, least, greatest }) => [
      line(x(ports), y(least), x(ports), y(greatest), { class: `${subject} range` }),
      element('circle', { cx: x(ports), cy: y(median), r: 3.5, class: `${subject} mark` }),
    ]),
  ];
}

function drawLabel({ subject, label, points }, y) {
  const [name] = label.split(',');
  const words = `${name} ${short(points.at(-1).median)} ms`;
  return [text(panel.width + 10, y + 4, words, { class: `${subject} label` })];
}

/** Moves labels apart that would cover one another, each below the one above it. */
function spreadOut(positions) {
  const order = positions.map((_, i) => i).sort((a, b) => positions[a] - positions[b]);
  const moved = [...positions];
  for (const [rank, i] of order.entries()) {
    if (rank > 0) moved[i] = Math.max(moved[i], moved[order[rank - 1]] + 15);
  }
  return moved;
}
