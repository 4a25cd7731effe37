import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { listLinks, requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf, tap } from '../gc/requests.js';
import { startVifUser, type VifUser } from './vif-user.js';

requireOwnNetwork();

const setup = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../packages/cli/setup/${name}`, import.meta.url)), 'utf8');
const restrictions = (name: string) =>
  setup(name)
    .replace(/^.*?\nUser=/s, '')
    .replace(/\[Install\].*$/s, '')
    .trim();

describe.each(['vif-apply.service', 'vif-check.service'])('%s', (name) => {
  it('may do as little as the unit that the document explains', () => {
    expect(restrictions(name)).toBe(restrictions('vif@.service'));
  });
});

describe('under systemd', () => {
  let user: VifUser;
  const units = ['vif-apply.service', 'vif-check.service', 'vif-check.timer'];

  beforeAll(async () => {
    user = await startVifUser();
    for (const unit of units) await user.host.run(['tee', `/etc/systemd/system/${unit}`], setup(unit));
    await user.host.run(['tee', '/run/units/timers.target'], '[Unit]\nDefaultDependencies=no\n');
    // A host on which no Open vSwitch has ever run has no such folder.
    await user.host.shell('rmdir /run/openvswitch; mkdir -p /etc/vifkit/vifs; systemctl daemon-reload');
  });
  afterAll(() => user?.host.close());

  const wanted = (...numbers: readonly number[]) =>
    user.host.run(
      ['tee', '/etc/vifkit/vifs/site.jsonl'],
      numbers.map((n) => `${JSON.stringify(tap(n))}\n`).join(''),
    );
  const taps = () => listLinks().filter((name) => /^tap\d+$/.test(name));
  const metrics = () => user.host.shell('cat /run/vifkit/vifs.prom');
  const start = async (unit: string) => (await user.host.run(['systemctl', 'start', unit])).status;

  it('has units that systemd takes as they are', async () => {
    const verified = await user.host.run([
      'systemd-analyze',
      'verify',
      ...units.map((unit) => `/etc/systemd/system/${unit}`),
    ]);
    expect(verified.stderr.split('\n').filter((line) => line.includes('vif-'))).toEqual([]);
  });

  it('plugs at boot what the folder has, and follows it when it is reloaded', async () => {
    await wanted(1, 2);
    expect(await start('vif-apply.service')).toBe(0);
    expect(taps()).toEqual(['tap1', 'tap2']);
    await wanted(2, 3);
    await user.host.shell('systemctl reload vif-apply.service');
    expect(taps()).toEqual(['tap2', 'tap3']);
  });

  it('checks what is plugged, leaves metrics for everybody to read, and fails where something differs', async () => {
    expect(await start('vif-check.service')).toBe(0);
    expect(await metrics()).toMatch(/vifkit_vifs\{state="differs"\} 0\n/);
    expect((await user.host.shell('stat -c %a /run/vifkit/vifs.prom')).trim()).toBe('644');
    await user.host.shell('ip link set dev tap2 down');
    expect(await start('vif-check.service')).not.toBe(0);
    expect(await metrics()).toMatch(/vifkit_vifs\{state="differs"\} 1\n/);
    await user.host.shell('ip link set dev tap2 up');
  });

  it('is checked by a timer', async () => {
    expect(await start('vif-check.timer')).toBe(0);
    expect(await user.host.shell('systemctl show --property=NextElapseUSecRealtime vif-check.timer')).toMatch(
      /=\w/,
    );
    await user.host.shell('systemctl stop vif-check.timer');
  });

  it('lists what the unit has plugged for a user with the same rights', async () => {
    const { stdout } = await user.runCapable(['vif', 'list', '--format', 'json']);
    const listed = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(listed).toMatchObject([{ id: idOf(2) }, { id: idOf(3) }]);
    await user.runCapable(['vif', 'gc', '--keep-none']);
    expect(taps()).toEqual([]);
  });
});
