import { Deadline } from '@vifkit/engine/time';
import { expect, it } from 'vitest';
import { Kernel } from '../../src/memory/kernel/kernel.js';
import { Points } from '../../src/memory/kernel/points.js';
import { MemoryCommands } from '../../src/memory/memory-commands.js';

const soon = () => new Deadline(10_000).signal;

it('remembers argument vectors in order, and ends well', async () => {
  const commands = new MemoryCommands(new Points(), new Kernel());
  expect(await commands.run(['tool', 'a b'], soon())).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: '',
    missing: false,
  });
  await commands.run(['other'], soon());
  expect(commands.log).toEqual([['tool', 'a b'], ['other']]);
});

it('ends as it was told', async () => {
  const commands = new MemoryCommands(new Points(), new Kernel(), {
    bad: { exitCode: 3, stderr: 'no\n' },
    none: 'missing',
  });
  expect(await commands.run(['bad'], soon())).toMatchObject({ exitCode: 3, stderr: 'no\n' });
  expect(await commands.run(['none'], soon())).toMatchObject({ exitCode: undefined, missing: true });
  commands.end('bad', {});
  expect(await commands.run(['bad'], soon())).toMatchObject({ exitCode: 0 });
});

it('hangs until the signal', async () => {
  const commands = new MemoryCommands(new Points(), new Kernel(), { slow: 'hang' });
  await expect(commands.run(['slow'], new Deadline(10).signal)).rejects.toMatchObject({ code: 'TIMEOUT' });
  await expect(commands.run(['slow'], AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' });
});

it('does to links what it was told', async () => {
  const kernel = new Kernel();
  const commands = new MemoryCommands(new Points(), kernel, {
    tool: { effect: ([, name = ''], links) => links.put({ name }) },
  });
  await commands.run(['tool', 'fp0'], soon());
  expect([...kernel.links.keys()]).toEqual(['fp0']);
});
