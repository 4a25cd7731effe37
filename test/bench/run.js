#!/usr/bin/env node
// Measures vifkit beside os-vif and the floor: see docs/performance.md. Needs root, Open vSwitch, python3-os-vif,
// strace and /dev/net/tun.
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { judge } from './goals.js';
import { describeMachine } from './machine.js';
import { Measurements } from './measurements.js';
import { readOptions, UsageError, usage } from './options.js';
import { quoteResults } from './report/document.js';
import { renderPlot } from './report/plot.js';
import { renderTables } from './report/tables.js';
import { holdTemporaryFiles } from './temporary-files.js';

const started = performance.now();
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Where results are committed: of a full run, and of a whole host. Each has its heading in docs/performance.md. */
const full = here('results');
const headings = new Map([
  [full, 'Figures'],
  [here('results/host'), 'A whole host'],
]);

/** Each part is loaded when it is asked for. */
const parts = {
  ports: async (...args) => (await import('./parts/ports.js')).measurePorts(...args),
  'start-up': async (...args) => (await import('./parts/start-up.js')).measureStartUp(...args),
  config: async (...args) => (await import('./parts/config.js')).measureConfig(...args),
  input: async (...args) => (await import('./parts/input.js')).measureInput(...args),
  pictures: async (...args) => (await import('./parts/pictures.js')).measurePictures(...args),
  watch: async (...args) => (await import('./parts/watch.js')).measureWatch(...args),
  writes: async (...args) => (await import('./parts/writes.js')).measureWrites(...args),
};

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(usage);
  else await bench(options);
} catch (error) {
  const misused = error instanceof UsageError;
  console.error(misused ? `${error.message}\n\n${usage}` : error);
  process.exitCode = misused ? 2 : 1;
}

async function bench(options) {
  holdTemporaryFiles();
  const measurements = new Measurements();
  let writes;
  for (const part of options.parts) writes = (await parts[part]({ ...options, log }, measurements)) ?? writes;
  const results = {
    machine: describeMachine(),
    rounds: options.rounds,
    goals: judge(measurements, options, writes),
    writes,
    series: measurements.all(),
  };
  process.stdout.write(renderTables(results));
  const directory = options.out ?? (options.isFull ? full : undefined);
  if (directory !== undefined) await save(results, resolve(directory));
}

async function save(results, directory) {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'results.json'), `${JSON.stringify(results, undefined, 2)}\n`);
  await writeFile(join(directory, 'results.txt'), renderTables(results).trimStart());
  const plot = renderPlot(results.series);
  if (plot) await writeFile(join(directory, 'hybrid-ports.svg'), plot);
  const heading = headings.get(directory);
  if (heading !== undefined) await quoteResults(heading, renderTables(results).trim());
  log(`Results are in ${directory}`);
}

function log(message) {
  const seconds = (performance.now() - started) / 1000;
  console.error(`${seconds.toFixed(0).padStart(4)} s  ${message}`);
}
