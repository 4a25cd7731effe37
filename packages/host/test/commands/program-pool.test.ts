import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Deadline } from '@vifkit/engine/time';
import { afterEach, describe, expect, it } from 'vitest';
import { type PoolOptions, ProgramPool } from '../../src/commands/program-pool.js';

/** Says its process id and the line, for each line that it is told. */
const script = 'while read -r line; do echo "$$ $line"; done';

const options = () => ({ signal: new Deadline(20_000).signal, doing: 'trying' });
const opened: ProgramPool[] = [];
const pool = (own: PoolOptions, argv: readonly [string, ...string[]] = ['sh', '-c', script]) => {
  const program = new ProgramPool(argv, own);
  opened.push(program);
  return program;
};

/** Asks one thing. */
async function ask(program: ProgramPool, word: string, own: { readonly fresh?: boolean } = {}) {
  const question = () => ({ script: `${word}\n`, length: 1, onLine: () => true });
  const { stdout, linesSent, ended } = await program.ask(question, { ...options(), ...own });
  const [pid, answer] = stdout.at(-1)?.split(' ') ?? [];
  return { pid, answer, wasAsked: linesSent > 0, ended };
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((program) => program.close()));
});

/** The children of this process, by their ids. */
async function children(): Promise<string[]> {
  const text = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8');
  return text.split(' ').filter((pid) => pid !== '');
}

/** Those that have come since. */
async function newChildren(before: readonly string[]): Promise<string[]> {
  return (await children()).filter((pid) => !before.includes(pid));
}

describe('a pool of processes', () => {
  it('asks each once that has no lifetime, and waits for its end', async () => {
    const program = pool({ ahead: 2 });
    const before = await children();
    const answers = [];
    for (const word of ['one', 'two', 'three']) answers.push(await ask(program, word));
    expect(answers.map(({ answer }) => answer)).toEqual(['one', 'two', 'three']);
    expect(new Set(answers.map(({ pid }) => pid)).size).toBe(3);
    expect(answers.every(({ wasAsked, ended }) => !wasAsked && ended?.exitCode === 0)).toBe(true);
    const left = await newChildren(before);
    expect(answers.filter(({ pid }) => left.includes(pid ?? ''))).toEqual([]);
  });

  it('asks one again and again during its lifetime, unless told not to, and ends it then', async () => {
    const program = pool({ lifetime: 2_000 });
    const before = await children();
    const first = await ask(program, 'one');
    expect(first).toMatchObject({ answer: 'one', wasAsked: false });
    expect(await ask(program, 'two')).toMatchObject({ pid: first.pid, answer: 'two', wasAsked: true });
    const fresh = await ask(program, 'three', { fresh: true });
    expect(fresh).toMatchObject({ answer: 'three', wasAsked: false });
    expect(fresh.pid).not.toBe(first.pid);
    await expect.poll(() => newChildren(before), { timeout: 10_000 }).toEqual([]);
  });

  it('asks several side by side', async () => {
    const program = pool({ lifetime: 10_000 });
    const words = ['one', 'two', 'three'];
    const answers = await Promise.all(words.map((word) => ask(program, word)));
    expect(answers.map(({ answer }) => answer)).toEqual(words);
    expect(new Set(answers.map(({ pid }) => pid)).size).toBe(3);
  });

  it('has a process wait after a call, which does the next one', async () => {
    const program = pool({ ahead: 1 });
    const before = await children();
    await ask(program, 'one');
    await pause(10);
    const waiting = await newChildren(before);
    expect(waiting).toHaveLength(1);
    expect((await ask(program, 'two')).pid).toBe(waiting[0]);
  });

  it('starts none ahead unless asked to', async () => {
    const program = pool({});
    const before = await children();
    await ask(program, 'one');
    await pause(10);
    expect(await newChildren(before)).toEqual([]);
  });

  it.each<PoolOptions>([{ ahead: 1 }, { lifetime: 10_000 }])(
    'starts another when the one that waits has been ended (%o)',
    async (own) => {
      const program = pool(own);
      const before = await children();
      await ask(program, 'one');
      await pause(10);
      for (const pid of await newChildren(before)) process.kill(Number(pid), 'SIGKILL');
      expect((await ask(program, 'again')).answer).toBe('again');
    },
  );

  it('ends what waits when it is closed', async () => {
    const program = pool({ ahead: 2, lifetime: 10_000 });
    const before = await children();
    await ask(program, 'one');
    await pause(10);
    expect(await newChildren(before)).toHaveLength(3);
    await program.close();
    expect(await newChildren(before)).toEqual([]);
  });

  it('reports how one ended that had more to say', async () => {
    const program = pool({ lifetime: 10_000 }, ['sh', '-c', 'read -r line; echo half; exit 3']);
    const answer = await program.ask(() => ({ script: 'one\n', length: 1, onLine: () => false }), options());
    expect(answer).toMatchObject({ stdout: ['half'], ended: { exitCode: 3 } });
  });

  it('reports that the program is missing', async () => {
    const program = pool({ ahead: 1 }, ['/nonexistent/program']);
    expect((await ask(program, 'one')).ended).toMatchObject({ missing: true });
    await pause(10);
    expect((await ask(program, 'two')).ended).toMatchObject({ missing: true });
  });

  it('ends the process that is at work when the signal fires, and goes on with another', async () => {
    const program = pool({ lifetime: 10_000 });
    const before = await children();
    const signal = new Deadline(50).signal;
    const hanging = program.ask(() => ({ script: 'one\n', length: 1, onLine: () => false }), {
      signal,
      doing: 'trying',
    });
    await expect(hanging).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(await newChildren(before)).toEqual([]);
    expect((await ask(program, 'two')).answer).toBe('two');
  });
});
