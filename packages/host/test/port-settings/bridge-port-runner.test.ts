import type { BridgePortStep } from '@vifkit/core/steps';
import { Deadline } from '@vifkit/engine/time';
import { describe, expect, it } from 'vitest';
import type { Programs } from '../../src/commands/programs.js';
import { hostPrograms } from '../../src/commands/programs.js';
import { BridgePortRunner } from '../../src/port-settings/bridge-port-runner.js';

const vifId = '0d9c1d8e-5f2b-4a53-8a3e-0b3f5d6a7c81';
const signal = () => new Deadline(10_000).signal;

interface Vlan {
  readonly vlan: number;
  readonly vlanEnd?: number;
  readonly flags?: readonly string[];
}

const native = (vlan: number): Vlan => ({ vlan, flags: ['PVID', 'Egress Untagged'] });

/** A bridge with these members, and what is run there. */
function bridgeWith(vlans: Readonly<Record<string, readonly Vlan[]>>, defaultVlan = 1) {
  const info_data = { vlan_filtering: 1, vlan_default_pvid: defaultVlan };
  const links = [
    { ifname: 'br-lan', linkinfo: { info_data } },
    ...Object.keys(vlans).map((ifname) => ({ ifname, master: 'br-lan' })),
  ];
  const members = Object.entries(vlans).map(([ifname, its]) => ({ ifname, vlans: its }));
  const written: string[] = [];
  const programs: Programs = {
    ...hostPrograms,
    async run(argv) {
      const line = argv.join(' ');
      const isRead = line.endsWith(' show');
      if (!isRead) written.push(line);
      const stdout = isRead ? JSON.stringify(argv[0] === 'ip' ? links : members) : '';
      return { exitCode: 0, stdout, stderr: '', missing: false };
    },
  };
  const runner = new BridgePortRunner([], programs);
  const plug = async (settings: Partial<BridgePortStep>) => {
    const step: BridgePortStep = { kind: 'bridgePort', name: 'tap1', bridge: 'br-lan', ...settings };
    const [{ change, differences = [] } = {}] = await runner.inspect([{ vifId, step }], signal());
    if (change) await runner.apply([{ vifId, step, change }], signal());
    return { differences: differences.map(({ attribute }) => attribute), written };
  };
  return { plug };
}

describe('the VLANs of a member of a Linux bridge', () => {
  it('are left alone if they are as asked', async () => {
    const { plug } = bridgeWith({ tap1: [native(5), { vlan: 10, vlanEnd: 11 }] });
    expect(await plug({ vlan: 5, trunks: [10, 11] })).toEqual({ differences: [], written: [] });
  });

  it('are reported and mended if frames of its own VLAN reach it tagged', async () => {
    const { plug } = bridgeWith({ tap1: [{ vlan: 5, flags: ['PVID'] }] });
    const { differences, written } = await plug({ vlan: 5 });
    expect(differences).toEqual(['untagged']);
    expect(written).toContain('bridge vlan add dev tap1 vid 5 pvid untagged');
  });

  it('are reported and mended if frames of another VLAN reach it untagged', async () => {
    const { plug } = bridgeWith({ tap1: [native(5), { vlan: 10, flags: ['Egress Untagged'] }] });
    const { differences, written } = await plug({ vlan: 5, trunks: [10] });
    expect(differences).toEqual(['untagged']);
    expect(written).toContain('bridge vlan add dev tap1 vid 10');
  });

  it.each([
    [1, ['bridge vlan del dev tap1 vid 1']],
    [7, ['bridge vlan del dev tap1 vid 7']],
    [0, []],
  ])('of a new one do not include the default VLAN %i of the bridge', async (defaultVlan, expected) => {
    const { written } = await bridgeWith({}, defaultVlan).plug({ vlan: 5 });
    expect(written.filter((line) => line.includes(' del '))).toEqual(expected);
  });

  it('are those of the bridge if the request has none', async () => {
    const { plug } = bridgeWith({ tap1: [native(7)] }, 7);
    expect((await plug({ isolated: true })).differences).toEqual(['isolated']);
  });

  it('are added to the uplink only where it lacks them', async () => {
    const { plug } = bridgeWith({ tap1: [native(1)], eth0: [native(5)] });
    const { written } = await plug({ vlan: 5, trunks: [10], uplink: 'eth0' });
    expect(written.filter((line) => line.includes('eth0'))).toEqual(['bridge vlan add dev eth0 vid 10']);
  });
});

it.each([
  ['by this user, come with the right that is missing', 'permitted', /not permitted; this needs CAP_NET/],
  ['on this kernel, come with what it lacks', 'supported', /not supported; .*CONFIG_BRIDGE_VLAN_FILTERING/],
])('VLANs that may not be set %s', async (_, what, message) => {
  const info_data = { vlan_filtering: 1, vlan_default_pvid: 1 };
  const links = [
    { ifname: 'br-lan', linkinfo: { info_data } },
    { ifname: 'tap1', master: 'br-lan' },
  ];
  const programs: Programs = {
    ...hostPrograms,
    async run(argv) {
      const isRead = argv.at(-1) === 'show';
      const stdout = isRead ? JSON.stringify(argv[0] === 'ip' ? links : []) : '';
      const stderr = isRead ? '' : `RTNETLINK answers: Operation not ${what}`;
      return { exitCode: isRead ? 0 : 2, stdout, stderr, missing: false };
    },
  };
  const runner = new BridgePortRunner([], programs);
  const step: BridgePortStep = { kind: 'bridgePort', name: 'tap1', bridge: 'br-lan', vlan: 5 };
  const [{ change } = {}] = await runner.inspect([{ vifId, step }], signal());
  if (!change) throw new Error('there is nothing to change');
  expect(await runner.apply([{ vifId, step, change }], signal())).toMatchObject([
    { error: { code: 'LINK_COMMAND_FAILED', message: expect.stringMatching(message) } },
  ]);
});
