import type { CommandResult } from '@vifkit/core/step-kinds';
import { expect, it } from 'vitest';
import type { Answer } from '../../src/commands/program-session.js';
import type { Programs } from '../../src/commands/programs.js';
import type { Argv } from '../../src/commands/run-program.js';
import { ProgramsInNamespace } from '../../src/namespace/programs-in-namespace.js';

const options = { signal: new AbortController().signal, doing: 'testing' };
const question = { script: '', length: 0, onLine: () => true };

/** A namespace whose `nsenter` ends as it is told to, and the commands that it was given. */
function inside(ended: Partial<CommandResult>) {
  const started: Argv[] = [];
  const result = { exitCode: 0, stdout: '', stderr: '', missing: false, ending: 'ended', ...ended };
  const answer: Answer = { stdout: [], stderr: result.stderr.split('\n'), ended: result };
  const programs: Programs = {
    async run(argv) {
      started.push(argv);
      return result;
    },
    start(argv) {
      started.push(argv);
      return { linesSent: 3, age: 5, isOver: false, ask: async () => answer, end: async () => {} };
    },
    async follow(argv) {
      started.push(argv);
      return true;
    },
  };
  const namespace = {
    number: () => '7',
    enter: (argv: Argv): Argv => ['nsenter', '--net=/n', '--', ...argv],
  };
  return { started, programs: new ProgramsInNamespace(namespace, programs) };
}

/** What is told of a program that was run, and of one that was asked. */
async function runEnded(ended: Partial<CommandResult>) {
  const { programs } = inside(ended);
  const ran = await programs.run(['ip', 'link'], options);
  const asked = await programs.start(['ip', 'link']).ask(question, options, true);
  const brief = ({ exitCode, missing, ending }: Omit<CommandResult, 'stdout' | 'stderr'>) => {
    return { exitCode, missing, ending };
  };
  expect(asked.ended && brief(asked.ended)).toEqual(brief(ran));
  return brief(ran);
}

it('each program is run by nsenter', async () => {
  const { started, programs } = inside({});
  await programs.run(['ip', 'link'], options);
  const session = programs.start(['ip', '-batch', '-']);
  await programs.follow(['ip', 'monitor'], { onLine: () => {}, onListening: () => {} }, options.signal);
  expect(started.map((argv) => argv.join(' '))).toEqual([
    'nsenter --net=/n -- ip link',
    'nsenter --net=/n -- ip -batch -',
    'nsenter --net=/n -- ip monitor',
  ]);
  expect({ linesSent: session.linesSent, age: session.age, isOver: session.isOver }).toEqual({
    linesSent: 3,
    age: 5,
    isOver: false,
  });
});

it('how it ended is reported as the program ended', async () => {
  expect(await runEnded({ exitCode: 3 })).toMatchObject({ exitCode: 3, missing: false });
  const killed = { exitCode: undefined, ending: 'was ended by SIGKILL' };
  expect(await runEnded(killed)).toEqual({ ...killed, missing: false });
});

it('a program that is missing is reported by its own name', async () => {
  const stderr = 'nsenter: failed to execute ip: No such file or directory\n';
  expect(await runEnded({ exitCode: 127, stderr })).toEqual({
    exitCode: undefined,
    missing: true,
    ending: 'cannot be started (ENOENT)',
  });
});

it('one that may not be run is not missing', async () => {
  const stderr = 'nsenter: failed to execute ip: Permission denied';
  expect(await runEnded({ exitCode: 126, stderr })).toEqual({
    exitCode: undefined,
    missing: false,
    ending: 'cannot be started (Permission denied)',
  });
});

it.each([
  [127, 'sh: 1: ip: not found'],
  [127, 'nsenter: failed to execute other: No such file or directory'],
  [1, 'nsenter: failed to execute ip: No such file or directory'],
])('what a program says itself with status %i is its own: %s', async (exitCode, stderr) => {
  expect(await runEnded({ exitCode, stderr })).toMatchObject({ exitCode, missing: false });
});

it('nsenter is what is missing, where it is', async () => {
  const { programs } = inside({ exitCode: undefined, missing: true });
  const missing = { code: 'COMMAND_NOT_FOUND', message: expect.stringContaining("'nsenter'") };
  await expect(programs.run(['ip'], options)).rejects.toMatchObject(missing);
  await expect(programs.start(['ip']).ask(question, options, true)).rejects.toMatchObject(missing);
});
