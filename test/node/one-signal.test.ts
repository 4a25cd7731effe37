import { fileURLToPath } from 'node:url';
import { nodeReleases } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { rounds } from '../thorough.js';

const program = fileURLToPath(new URL('one-signal.js', import.meta.url));

/** The heap wavers by a megabyte whatever their number: the more there are, the smaller is the leak that shows. */
const CALLS = rounds(5_000, 20_000);

// The machine's own has the major release of one of them.
it.each([...nodeReleases()].filter(([release]) => release !== process.versions.node))(
  `a signal that is handed to ${CALLS} calls holds nothing of them, on Node.js %s`,
  async (release, node) => {
    const { stdout } = await execa(node, ['--expose-gc', program, `${CALLS}`]);
    process.stdout.write(
      `Node.js ${release}: the heap has grown by ${Math.round(Number(stdout) / 1024)} KiB\n`,
    );
    expect(Number(stdout)).toBeLessThan(512 * CALLS);
  },
);
