// The figures as text.
import { kinds } from '../vifs.js';
import { columns, short } from './format.js';

/** Everything that was measured, a table a matter. */
export function renderTables({ series, goals, writes }) {
  const titled = [
    ...portTables(series),
    ['Processor time, ms a port', processorTable(series)],
    ['Start to end, ms: median (least to greatest)', startUpTable(series)],
    ['Libvirt XML', configTable(series)],
    ['Input', inputTable(series)],
    ['Pictures of a whole host', pictureTable(series)],
    ['An idle watch', watchTable(series)],
    ['Writes, hybrid ports', writes && writesTable(writes)],
    ['Goals', goals.length > 0 && goalTable(goals)],
  ];
  return titled
    .filter(([, table]) => table)
    .map(([title, table]) => `\n${title}\n${'─'.repeat(title.length)}\n${table}`)
    .join('');
}

const inOrder = ['vifkit', 'vif', 'os-vif', 'floor'];

function portTables(series) {
  const all = series.filter(({ kind, processor }) => kind && !processor);
  return Object.entries(kinds).map(([kind, { title }]) => {
    const own = all.filter((each) => each.kind === kind);
    return [`${title}, ms a port: median (least to greatest)`, own.length > 0 && portTable(own)];
  });
}

/** One at a time before in bulk, and as they are done. */
const rank = ({ how, operation }) =>
  ['one at a time', 'in bulk'].indexOf(how) * 10 + ['plug', 'again', 'check', 'unplug'].indexOf(operation);

function portTable(series) {
  const ordered = [...series].sort((a, b) => rank(a) - rank(b) || a.ports - b.ports);
  const rows = groupBy(ordered, ({ how, ports, operation }) => `${operation} ${ports}, ${how}`);
  const body = [...rows].map(([name, cells]) => {
    const by = (subject) => cells.find((each) => each.subject === subject);
    const ours = by('vif') ?? by('vifkit');
    return [
      name,
      ...inOrder.map((subject) => spread(by(subject))),
      ...ratios(ours, by('os-vif'), by('floor')),
    ];
  });
  return columns([['', ...inOrder, '÷ os-vif', '÷ floor'], ...body]);
}

const ratios = (ours, ...others) =>
  others.map((other) => (ours && other ? short(ours.median / other.median) : '-'));

/** Where the time goes, for the most ports in bulk: the rest of it is spent waiting. */
function processorTable(series) {
  const all = series.filter(({ processor, how }) => processor && how === 'in bulk');
  if (all.length === 0) return undefined;
  const most = (each) => Math.max(...all.filter(({ subject }) => subject === each).map(({ ports }) => ports));
  const own = all.filter(({ subject, ports }) => ports === most(subject));
  const parts = [...new Set(own.map(({ processor }) => processor))];
  const rows = groupBy(
    own,
    ({ subject, kind, operation, ports }) => `${subject}: ${operation} ${ports} ${kind}`,
  );
  const body = [...rows].map(([name, cells]) => [
    name,
    ...parts.map((part) => short(cells.find(({ processor }) => processor === part)?.median)),
  ]);
  return columns([['', ...parts], ...body]);
}

function startUpTable(series) {
  const own = series.filter(({ startToEnd }) => startToEnd);
  if (own.length === 0) return undefined;
  const subjects = ['vif', 'os-vif', 'node', 'python'];
  const body = [...groupBy(own, ({ startToEnd }) => startToEnd)].map(([name, cells]) => {
    const by = (subject) => cells.find((each) => each.subject === subject);
    return [name, ...subjects.map((subject) => spread(by(subject))), ...ratios(by('vif'), by('os-vif'))];
  });
  return columns([['', ...subjects, '÷ os-vif'], ...body]);
}

function configTable(series) {
  const own = series.filter(({ config }) => config);
  if (own.length === 0) return undefined;
  return columns(own.map((each) => [`${each.subject}: ${each.config}`, spread(each), each.unit]));
}

function inputTable(series) {
  const own = series.filter(({ input }) => input);
  if (own.length === 0) return undefined;
  return columns(
    own.map((each) => [`${each.subject}: ${each.input}, ${each.figure}`, spread(each), each.unit]),
  );
}

function pictureTable(series) {
  const own = series.filter(({ picture }) => picture);
  if (own.length === 0) return undefined;
  const figures = [...new Set(own.map(({ figure, unit }) => `${figure}, ${unit}`))];
  const rows = groupBy(own, ({ picture, vifs, host }) => `${picture}: ${vifs} VIFs, ${host}`);
  const body = [...rows].map(([name, cells]) => [
    name,
    ...figures.map((title) => spread(cells.find(({ figure, unit }) => `${figure}, ${unit}` === title))),
  ]);
  return columns([['', ...figures], ...body]);
}

function watchTable(series) {
  const own = series.filter(({ watch }) => watch);
  if (own.length === 0) return undefined;
  return columns(own.map((each) => [`${each.vifs} VIFs: ${each.watch}`, spread(each), each.unit]));
}

function writesTable(writes) {
  const [, , , ...names] = Object.keys(writes[0]);
  const body = writes.map((row) => [
    `${row.subject}: ${row.operation} ${row.ports}`,
    ...names.map((name) => String(row[name])),
  ]);
  return columns([['', ...names], ...body]);
}

function goalTable(goals) {
  const body = goals.map(({ goal, bound, limit, figure, reached }) => [
    goal,
    `${bound} ${short(limit)}`,
    short(figure),
    reached ? 'reached' : 'NOT reached',
  ]);
  return columns([['', 'goal', 'figure', ''], ...body]);
}

function spread(series) {
  if (!series) return '-';
  const { median, least, greatest, values } = series;
  return values.length === 1 ? short(median) : `${short(median)} (${short(least)} to ${short(greatest)})`;
}

function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
