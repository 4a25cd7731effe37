import { describe, expect, it } from 'vitest';
import { broken, sound } from '../support/decorated-plugins.js';
import { runVif } from '../support/run-vif.js';

const lack = { problem: "There is no program 'ip' on PATH", remedy: 'install it: it comes from iproute2' };
const well = async () => [undefined];
const ill = async () => [lack];

describe('as JSON', () => {
  it('is a line for each plugin and driver, with what it lacks', async () => {
    const { status, stdout } = await runVif(['doctor', '--format', 'json'], {
      plugins: [sound],
      examineHost: ill,
    });
    expect(status).toBe(1);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      {
        package: 'vif-sound',
        role: 'plugin',
        name: 'sound',
        lacks: [{ kind: 'program', name: 'ip', ...lack }],
      },
      { package: 'vif-sound', role: 'driver', type: 'ivs', lacks: [] },
    ]);
  });
});

describe('as text', () => {
  it('is a tree a package, with a line and a remedy for all that is lacking', async () => {
    const { status, stdout } = await runVif(['doctor'], { plugins: [sound], examineHost: ill });
    expect(status).toBe(1);
    expect(stdout).toBe(`vif-sound
├─ ✗ plugin sound
│    There is no program 'ip' on PATH; install it: it comes from iproute2
└─ ✓ driver of type ivs
`);
  });

  it('says so when nothing is lacking, with status 0', async () => {
    const { status, stdout } = await runVif(['doctor'], { plugins: [sound], examineHost: well });
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: 'vif-sound\n├─ ✓ plugin sound\n└─ ✓ driver of type ivs\n',
    });
  });

  it('has the error of a plugin that cannot be used', async () => {
    const { status, stdout } = await runVif(['doctor'], { plugins: [broken] });
    expect(status).toBe(1);
    expect(stdout).toContain('✗ plugin mute\n     PLUGIN_FAILED');
  });
});

it('examines the host that the options speak of', async () => {
  const asked: unknown[] = [];
  await runVif(['doctor', '--ovsdb', 'tcp:127.0.0.1:6640', '--root-helper', 'sudo -n'], {
    plugins: [sound],
    examineHost: async (needs, { ovsdb, rootHelper }) => {
      asked.push({ needs, ovsdb, rootHelper });
      return [];
    },
  });
  expect(asked).toEqual([
    {
      needs: [{ kind: 'program', name: 'ip', from: 'iproute2' }],
      ovsdb: 'tcp:127.0.0.1:6640',
      rootHelper: ['sudo', '-n'],
    },
  ]);
});
