import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ReadyProgram } from '../../src/commands/ready-program.js';

/** Says its process id, and what it was told. */
const script =
  'const chunks=[];process.stdin.on("data",(c)=>chunks.push(c)).on("end",()=>console.log(process.pid+" "+chunks.join("")))';

const options = () => ({ signal: AbortSignal.timeout(20_000), doing: 'trying' });
const opened: ReadyProgram[] = [];
const ready = (ahead: number, argv: readonly [string, ...string[]] = [process.execPath, '-e', script]) => {
  const program = new ReadyProgram(argv, ahead);
  opened.push(program);
  return program;
};

afterEach(async () => {
  await Promise.all(opened.splice(0).map((program) => program.close()));
});

/** The children of this process, by their ids. */
async function children(): Promise<string[]> {
  const text = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8');
  return text.split(' ').filter((pid) => pid !== '');
}

describe('a program in reserve', () => {
  it('does each call in a process of its own', async () => {
    const program = ready(2);
    const said: string[] = [];
    for (const word of ['one', 'two', 'three']) said.push((await program.run(word, options())).stdout.trim());
    expect(said.map((each) => each.split(' ')[1])).toEqual(['one', 'two', 'three']);
    expect(new Set(said.map((each) => each.split(' ')[0])).size).toBe(3);
  });

  it('has a process that waits after a call, and does the next one', async () => {
    const program = ready(1);
    const before = await children();
    expect((await program.run('', options())).exitCode).toBe(0);
    await pause(10);
    const waiting = (await children()).filter((pid) => !before.includes(pid));
    expect(waiting).toHaveLength(1);
    expect((await program.run('', options())).stdout.trim()).toBe(waiting[0]);
  });

  it('starts none ahead unless asked to', async () => {
    const program = ready(0);
    const before = await children();
    await program.run('', options());
    await pause(10);
    expect(await children()).toEqual(before);
  });

  it('starts another when the one that waits has been ended', async () => {
    const program = ready(1);
    const before = await children();
    await program.run('', options());
    await pause(10);
    for (const pid of await children()) if (!before.includes(pid)) process.kill(Number(pid), 'SIGKILL');
    expect((await program.run('again', options())).stdout).toContain('again');
  });

  it('ends what waits when it is closed', async () => {
    const program = ready(2);
    const before = await children();
    await program.run('', options());
    await pause(10);
    expect(await children()).toHaveLength(before.length + 2);
    await program.close();
    expect(await children()).toEqual(before);
  });

  it('tells that it is missing', async () => {
    const program = ready(1, ['/nonexistent/program']);
    expect(await program.run('', options())).toMatchObject({ missing: true });
    await pause(10);
    expect(await program.run('', options())).toMatchObject({ missing: true });
  });

  it('is ended by the signal', async () => {
    const program = ready(1, ['sleep', '60']);
    const run = program.run('', { signal: AbortSignal.timeout(50), doing: 'trying' });
    await expect(run).rejects.toMatchObject({ code: 'TIMEOUT' });
  });
});
