// Plugs and unplugs ports of each kind, one at a time and in bulk, by every subject in turn.
import { setTimeout as pause } from 'node:timers/promises';
import { Ground } from '../ground.js';
import { subjects } from '../programs/argv.js';
import { sum } from '../stats.js';
import { kinds, makeVifs } from '../vifs.js';

/** Calls before anything is measured: connections are made then, and code is compiled. */
const warmUp = 10;

/**
 * Milliseconds of rest before links are removed. Right after many were made, the kernel takes longer to remove them:
 * whoever checks nothing in between would be the slower to unplug.
 */
const rest = 2_500;

/** What each subject does between a plug and an unplug, with what is there then. */
const between = { vifkit: ['again', 'check'], vif: ['again', 'check'], 'os-vif': ['again'], floor: [] };

export async function measurePorts({ rounds, single, bulk, command, log }, measurements) {
  const grounds = new Map();
  try {
    for (const name of Object.keys(subjects)) grounds.set(name, await Ground.open(name));
    for (const kind of Object.keys(kinds)) {
      const all = cells(kind, single, bulk, command);
      for (const name of new Set(all.map((cell) => cell.name))) {
        await runOnce(grounds.get(name), kind, { name, each: name !== 'vif', count: warmUp });
      }
      for (let round = 0; round < rounds; round++) {
        log(`${kinds[kind].title}, round ${round + 1} of ${rounds}`);
        for (const cell of rotate(all, round)) {
          note(measurements, kind, cell, await runOnce(grounds.get(cell.name), kind, cell));
        }
      }
    }
  } finally {
    for (const ground of grounds.values()) await ground.close();
  }
}

/**
 * In the order in which they are run: those that are compared follow one another.
 *
 * os-vif takes one VIF a call, so that its first 30 plugs of 300 are what 30 plugs take, and its last 30 unplugs what 30
 * unplugs take: it climbs once for all sizes, its rungs.
 */
function cells(kind, single, bulk, command) {
  const each = ['vifkit', 'os-vif', 'floor'].map((name) => ({ name, each: true, count: single }));
  const sizes = kind === 'hybrid' ? [...new Set([...bulk, command])] : bulk;
  const together = sizes.flatMap((count) =>
    ['vifkit', 'floor'].map((name) => ({ name, each: false, count })),
  );
  const ladder = { name: 'os-vif', each: true, count: Math.max(...sizes), rungs: sizes };
  const byCommand = kind === 'hybrid' ? [{ name: 'vif', each: false, count: command }] : [];
  return [...each, ladder, ...byCommand, ...together];
}

/** Each round begins with another of them: nobody is always the first. */
function rotate(list, by) {
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}

/** @returns for each operation the milliseconds of every call, and of processor time */
async function runOnce(ground, kind, { name, each, count, rungs }) {
  const { links, ports, unplugs } = kinds[kind];
  const vifs = makeVifs(kind, count);
  const figures = {};
  const operations = ['plug', ...(rungs ? [] : between[name]), ...(unplugs ? ['unplug'] : [])];
  for (const operation of operations) {
    if (operation === 'unplug' && links > 0) await pause(rest);
    const before = ground.processorTimes();
    const milliseconds = await ground.ask(operation, vifs, each);
    const after = ground.processorTimes();
    const processor = Object.entries(after).map(([part, time]) => [part, time - before[part]]);
    figures[operation] = { milliseconds, processor: Object.fromEntries(processor) };
    const left = operation === 'unplug' ? 0 : count;
    await expectCount(ground, { links: links * left, ports: ports * left }, `${name}: ${operation} ${kind}`);
  }
  await ground.clean();
  return figures;
}

/** A subject that is quick because it does not do its work is no use. */
async function expectCount(ground, expected, what) {
  const found = await ground.count();
  if (found.links === expected.links && found.ports === expected.ports) return;
  throw new Error(`After ${what}: ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
}

function note(measurements, kind, { name, each, count, rungs }, figures) {
  const how = each && !rungs ? 'one at a time' : 'in bulk';
  for (const [operation, { milliseconds, processor }] of Object.entries(figures)) {
    for (const ports of rungs ?? [count]) {
      const calls = operation === 'unplug' ? milliseconds.slice(-ports) : milliseconds.slice(0, ports);
      measurements.add(name, { kind, how, ports, operation }, 'ms a port', sum(calls) / ports);
    }
    for (const [part, time] of Object.entries(processor)) {
      const measured = { kind, how, ports: count, operation, processor: part };
      measurements.add(name, measured, 'ms a port', time / count);
    }
  }
}
