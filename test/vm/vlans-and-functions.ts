import { beforeAll, describe, expect, it } from 'vitest';
import { hostRows } from '../vectors/rows.js';
import { setupOf } from '../vectors/setup.js';
import { playBreaks, rounds, startGuests } from './breaks.js';
import { type Machine, toldOf } from './machine.js';
import {
  anotherMacvtapOnFunction,
  anotherTrustedMacvtapOnFunction,
  bridgeOnVlan,
  macvtapOnFunction,
  macvtapOnVlan,
  otherMacvtapOnVlan,
  trustedFunction,
  trustedMacvtapOnFunction,
} from './requests.js';

const rows = hostRows.filter(({ expect: { links = {} } }) =>
  Object.values(links).some(({ kind }) => kind === 'vlan'),
);

/**
 * What the kernel of the tests need not have: VLAN devices, and a card with virtual functions. All VIFs share the runs
 * of `vif`, which the machine is slow to start.
 */
export function describeVlansAndFunctions(given: () => Machine): void {
  describe('VIFs on VLANs and virtual functions', () => {
    let story: Awaited<ReturnType<typeof play>>;

    beforeAll(async () => {
      story = await play(given());
    }, 600_000);

    it('are as planned once they are plugged, sound while their guests run, and need no second plug', () => {
      expect(story.checked.flatMap(({ differences }) => differences)).toEqual([]);
      expect(story.checked.slice(0, -rows.length).flatMap(toldOf)).toEqual([]);
      expect(story.replugged.flatMap(({ changes }) => changes)).toEqual([]);
    });

    it('give virtual functions MAC, VLAN and trust', () => {
      const { plugged, devices } = story;
      expect(plugged.functions).toEqual([
        { mac: 'fa:16:3e:7b:00:01', vlan: 100, qos: 0, trust: true },
        { mac: 'fa:16:3e:7b:00:04', vlan: 103, qos: 0, trust: false },
        { mac: 'fa:16:3e:7b:00:06', vlan: 105, qos: 0, trust: false },
        { mac: 'fa:16:3e:7b:00:07', vlan: 100, qos: 0, trust: true },
      ]);
      for (const device of devices) expect(plugged.links[device]).toMatchObject({ up: true });
    });

    it('give virtual functions back what they had, were it before a process that was killed', () => {
      const { before, unplugged, devices } = story;
      const [trusted, plain, twice] = unplugged.functions;
      expect([trusted, plain, twice]).toEqual([
        { mac: '52:54:00:7b:00:01', vlan: 11, qos: 1, trust: false },
        { mac: '52:54:00:7b:00:02', vlan: 12, qos: 2, trust: false },
        { mac: '52:54:00:7b:00:03', vlan: 13, qos: 3, trust: false },
      ]);
      expect([trusted, plain, twice]).toEqual(before.functions.slice(0, 3));
      for (const device of devices) expect(unplugged.links[device]).toMatchObject({ up: false });
      expect(story.state).toBe('');
    });

    it('leave no MAC address on a function that had none', () => {
      const { before, unplugged, devices } = story;
      const device = devices[3] ?? '';
      expect(before.functions[3]).toMatchObject({ mac: '00:00:00:00:00:00' });
      // Without an address of its own to keep to, the function takes its device's.
      const { address } = before.links[device] ?? {};
      expect(['00:00:00:00:00:00', address]).toContain(unplugged.functions[3]?.mac);
      expect(unplugged.functions[3]).toMatchObject({ vlan: 0, qos: 0, trust: false });
      expect(unplugged.links[device]).toMatchObject({ address });
    });

    it('join a Linux bridge to a VLAN, and leave both to others', () => {
      const plumbing = {
        'brq6a1de5d2-7a': { kind: 'bridge', up: true, mtu: 1450, disable_ipv6: true },
        vlan101: { kind: 'vlan', link: 'eth0', id: 101, up: true, master: 'brq6a1de5d2-7a' },
      };
      expect(story.plugged.links).toMatchObject(plumbing);
      expect(story.unplugged.links).toMatchObject(plumbing);
    });

    it('make the VLAN below a macvtap, and remove it with the last of its VIFs', () => {
      const vlan102 = { kind: 'vlan', link: 'eth0', id: 102, up: true };
      expect(story.plugged.links).toMatchObject({ vlan102 });
      expect(story.withoutOne.links).toMatchObject({ vlan102 });
      expect(story.unplugged.links).not.toHaveProperty('vlan102');
    });

    it.each(rows)('$id leaves the host as the reference does', ({ op, expect: { links = {} } }) => {
      expect((op === 'unplug' ? story.unplugged : story.plugged).links).toMatchObject(links);
    });

    it("keep a function that another VIF's macvtap is upon from the next one", () => {
      const { refused, whileInUse } = story;
      expect(refused).toContain('OWNED_BY_OTHER_VIF');
      expect(refused).toContain(macvtapOnFunction('').vif.id);
      expect(refused).toContain('macvtap0');
      expect(whileInUse.functions[1]).toEqual({ mac: 'fa:16:3e:7b:00:04', vlan: 103, qos: 0, trust: false });
    });

    it("leave a function as another guest has it, whose VIF's record goes", () => {
      const { others, device } = story.afterOthers;
      expect(others).toEqual({ mac: 'fa:16:3e:7b:00:99', vlan: 200, qos: 0, trust: false });
      expect(device).toMatchObject({ up: true });
      expect(story.lastState).toBe('');
    });

    it('trust a function that a guest has, until the unplug', () => {
      const { trusted, untrusted } = story.trusting;
      expect(trusted).toEqual({ mac: '52:54:00:7b:00:03', vlan: 13, qos: 3, trust: true });
      expect(untrusted).toEqual({ ...trusted, trust: false });
    });

    it.each(rounds.flat())('are reported where $what ($tells), and mended where that can be', (each) => {
      const { check, plug } = story.breaks;
      expect(check.get(each)).toContain(each.tells);
      if (each.isMended) expect(plug.get(each)?.filter((told) => !told.startsWith('waiting'))).toEqual([]);
      else expect(plug.get(each)).toContain(each.tells);
    });

    it('leave no other links', () => {
      const left = rows.filter(({ op, vif }) => op === 'unplug' || vif.type !== 'macvtap');
      const expected = left.flatMap(({ expect: { links = {} } }) => Object.keys(links));
      const known = new Set([...Object.keys(story.before.links), ...expected, 'brq6a1de5d2-7a', 'vlan101']);
      expect(Object.keys(story.unplugged.links).sort()).toEqual([...known].sort());
    });
  });
}

/** Plugs all VIFs, twice, and unplugs them; tells what `vif` said and how the machine looked in between. */
async function play(machine: Machine) {
  await machine.run('modprobe -a igb igbvf && ip link set dev eth0 up');
  await machine.run('echo 4 >/sys/class/net/eth0/device/sriov_numvfs');
  for (const name of new Set(rows.flatMap((row) => setupOf(row).uplinks))) {
    await machine.run(`ip link add name ${name} type dummy`);
  }
  const slots = (await machine.run('basename -a $(readlink /sys/class/net/eth0/device/virtfn?)'))
    .trim()
    .split('\n');
  const [trusted = '', plain = '', twice = '', bare = ''] = slots;
  const devices = await Promise.all(
    slots.map(async (slot) => (await machine.run(`ls /sys/bus/pci/devices/${slot}/net`)).trim()),
  );
  await machine.run('ip link set dev eth0 vf 0 mac 52:54:00:7b:00:01 vlan 11 qos 1');
  await machine.run('ip link set dev eth0 vf 1 mac 52:54:00:7b:00:02 vlan 12 qos 2');
  await machine.run('ip link set dev eth0 vf 2 mac 52:54:00:7b:00:03 vlan 13 qos 3');
  const requests = [
    anotherMacvtapOnFunction(twice, '105'),
    anotherTrustedMacvtapOnFunction(bare),
    trustedMacvtapOnFunction(trusted),
    macvtapOnFunction(plain),
    bridgeOnVlan,
    macvtapOnVlan,
    ...rows,
  ];
  const others = [otherMacvtapOnVlan, ...rows.flatMap((row) => setupOf(row).companions)];
  const before = await machine.look();
  await machine.vifAlone('plug', [anotherMacvtapOnFunction(twice, '104')]); // by a process that comes to no unplug
  await machine.vif('plug', [...others, ...requests]);
  const plugged = await machine.look();
  await machine.run(startGuests);
  const checked = await machine.vif('check', requests);
  const replugged = await machine.vif('plug', requests);
  const breaks = await playBreaks(machine, requests.slice(0, -rows.length));
  await machine.vif('unplug', [macvtapOnVlan]);
  const withoutOne = await machine.look();
  await machine.vif('unplug', [otherMacvtapOnVlan, ...requests]);
  const unplugged = await machine.look();
  const state = await machine.run('ls /run/vifkit | grep ^vf- || true');
  const own = { devices, breaks, before, plugged, checked, replugged, withoutOne, unplugged, state };
  return { ...own, ...(await playOnUsed(machine, plain, twice, devices[1] ?? '')) };
}

/** Functions that somebody else uses, or has given away; and one that is trusted alone. */
async function playOnUsed(machine: Machine, used: string, passed: string, device: string) {
  await machine.vif('plug', [macvtapOnFunction(used), trustedFunction(passed)]);
  const trusted = (await machine.look()).functions[2];
  await machine.run(`modprobe macvtap && ip link add link ${device} name macvtap0 type macvtap mode bridge`);
  const refused = await machine.refused('plug', anotherMacvtapOnFunction(used, '105'));
  const whileInUse = await machine.look();
  await machine.run('ip link delete dev macvtap0');
  // As libvirt gives it to another guest.
  await machine.run('ip link set dev eth0 vf 1 mac fa:16:3e:7b:00:99 vlan 200');
  await machine.vif('unplug', [macvtapOnFunction(used), trustedFunction(passed)]);
  const { functions, links } = await machine.look();
  const lastState = await machine.run('ls /run/vifkit | grep ^vf- || true');
  return {
    refused,
    whileInUse,
    afterOthers: { others: functions[1], device: links[device] },
    trusting: { trusted, untrusted: functions[2] },
    lastState,
  };
}
