import { describe, expect, it } from 'vitest';
import { openHost } from '../src/open-host.js';

describe.each(['rootHelper', 'toolHelper'] as const)('%s', (name) => {
  it.each([[[]], [['sudo', '-n']], [['/usr/bin/sudo', '-n', 'A=B', '--']]])('may be %j', async (argv) => {
    const host = openHost({ [name]: argv });
    await expect(host.close()).resolves.toBeUndefined();
  });

  it.each([[['']], [['-n', 'sudo']], [['A=B', 'sudo']], [['sudo', '']], [['sudo\0']], [['sudo', '-n\n']]])(
    'is refused before anything is run: %j',
    (argv) => {
      expect(() => openHost({ [name]: argv })).toThrow(expect.objectContaining({ code: 'INVALID_OPTIONS' }));
    },
  );
});

it('a sysfs that is not there is refused: all functions would seem to be gone', async () => {
  expect(() => openHost({ sysfsRoot: '/nonexistent' })).toThrow(
    expect.objectContaining({
      code: 'INVALID_OPTIONS',
      message: expect.stringContaining('correct sysfsRoot (--sysfs-root)'),
    }),
  );
  await expect(openHost({ sysfsRoot: '/sys' }).close()).resolves.toBeUndefined();
});
