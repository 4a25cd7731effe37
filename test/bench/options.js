// What a run measures, by its arguments.
import { parseArgs } from 'node:util';

export const usage = `Usage: npm run bench -- [OPTIONS] [PART...]

Parts: ports, start-up, config, input, writes; all of these unless some are named.
By name alone: pictures and watch, of a whole host.
  --rounds N   how often everything is measured (3)
  --quick      one round with few ports, to see that all works
  --minutes N  how long the watch is idle (10)
  --writes     the same as the part of that name
  --out DIR    where the results go; test/bench/results for a full run, nowhere else
`;

const parts = ['ports', 'start-up', 'config', 'input', 'writes'];
const byName = ['pictures', 'watch'];
const sizes = {
  single: 60,
  bulk: [30, 100, 300],
  command: 200,
  configs: 2000,
  inputs: 100_000,
  counted: [1, 200],
  pictured: 200,
  watched: 50,
};
const quickSizes = {
  single: 10,
  bulk: [10, 30],
  command: 20,
  configs: 200,
  inputs: 10_000,
  counted: [1, 10],
  pictured: 12,
  watched: 12,
};

export class UsageError extends Error {}

/** @throws UsageError for arguments that it does not know */
export function readOptions(args) {
  const { values, positionals } = parse(args);
  const named = [...positionals, ...(values.writes ? ['writes'] : [])];
  const unknown = named.find((part) => ![...parts, ...byName].includes(part));
  if (unknown !== undefined) throw new UsageError(`There is no part '${unknown}'`);
  const rounds = positive('--rounds', values.rounds ?? (values.quick ? 1 : 3));
  const minutes = positive('--minutes', values.minutes ?? (values.quick ? 1 : 10));
  return {
    ...(values.quick ? quickSizes : sizes),
    rounds,
    minutes,
    help: values.help,
    parts: named.length > 0 ? named : parts,
    isFull: named.length === 0 && !values.quick,
    out: values.out,
  };
}

function positive(option, value) {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new UsageError(`${option} takes a positive number`);
  return number;
}

function parse(args) {
  const options = {
    rounds: { type: 'string' },
    minutes: { type: 'string' },
    quick: { type: 'boolean', default: false },
    writes: { type: 'boolean', default: false },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  };
  try {
    return parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(error.message);
  }
}
