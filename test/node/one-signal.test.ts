import { fileURLToPath } from 'node:url';
import { nodeReleases } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('one-signal.js', import.meta.url));

// The machine's own has the major release of one of them.
it.each([...nodeReleases()].filter(([release]) => release !== process.versions.node))(
  'a signal that is handed to 20,000 calls holds nothing of them, on Node.js %s',
  async (release, node) => {
    const { stdout } = await execa(node, ['--expose-gc', program]);
    process.stdout.write(
      `Node.js ${release}: the heap has grown by ${Math.round(Number(stdout) / 1024)} KiB\n`,
    );
    expect(Number(stdout)).toBeLessThan(5 * 1024 * 1024);
  },
);
