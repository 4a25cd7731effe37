import { beforeAll, describe, expect, it } from 'vitest';
import { Guest } from './guest.js';
import type { Machine } from './machine.js';

const instance = { uuid: '5f0c6f3e-0b51-4b35-9f0b-6f6f3ddc8a13', name: 'instance-0000007d' };
const tapOf = (number: number) => `tap7a0c6f0${number}-51`;

const lan = { bridge: 'br-lan', meta: { should_create_bridge: true, bridge_interface: 'up0' } };

/** A member of a Linux bridge whose VLANs the request settles. */
function member(number: number, details: object, network: object = lan) {
  const id = `7a0c6f0${number}-51b3-4d1a-8c3f-0c1e2f3a4b5c`;
  return {
    vif: {
      ...{
        id,
        address: `fa:16:3e:7a:00:0${number}`,
        type: 'bridge',
        devname: tapOf(number),
        vnic_type: 'normal',
      },
      ...{
        details,
        network: { id: '6a1de5d2-7a06-4cf4-9d33-0a6f5f4b7c24', subnets: [], ...network },
      },
    },
    ...{ instance, host: { virt_type: 'qemu' } },
  };
}

/** A kernel that filters VLANs on bridges, which that of the tests need not. */
export function describeBridgeVlans(given: () => Machine): void {
  describe('members of a Linux bridge that their requests settle', () => {
    let machine: Machine;

    beforeAll(async () => {
      machine = given();
      await machine.run(
        'modprobe -a bridge tun veth; ip link add name up0 type veth peer name far0; ip link set up0 up; ip link set far0 up',
      );
    }, 120_000);

    const vlans = async (link: string) =>
      (await machine.run(`bridge vlan show dev ${link}`)).trim().split(/\s+/).slice(3);

    // Starting `vif` takes seconds here: each of its runs serves several members.
    it('are in their VLANs, and change them in place', { timeout: 600_000 }, async () => {
      const requests = [member(1, { vlan: 10 }), member(2, { vlan: 10 }), member(3, { vlan: 20 })];
      await machine.vif('plug', requests);
      const guests = [1, 2, 3].map((number) => new Guest(machine, number, tapOf(number)));
      for (const guest of guests) await guest.start();
      const [one, two, three] = guests as [Guest, Guest, Guest];
      expect(await vlans(tapOf(1))).toEqual(['10', 'PVID', 'Egress', 'Untagged']);
      expect(await vlans('up0')).toEqual(['1', 'PVID', 'Egress', 'Untagged', '10', '20']);
      expect(await one.pings(two)).toBe(true);
      expect(await one.pings(three)).toBe(false);

      const changed = member(1, { vlan: 20, trunk_vlans: [30] });
      const another = member(4, { vlan: 5 });
      await machine.run('ip link set br-lan type bridge vlan_default_pvid 7');
      const [settled] = await machine.vif('plug', [changed, another]);
      expect(settled).toMatchObject({ changes: [{ kind: 'bridgePort', name: tapOf(1) }] });
      expect(await vlans(tapOf(1))).toEqual(['20', 'PVID', 'Egress', 'Untagged', '30']);
      expect(await vlans(tapOf(4))).toEqual(['5', 'PVID', 'Egress', 'Untagged']); // and not in the bridge's default
      expect(await one.pings(three)).toBe(true);
      expect(await one.pings(two)).toBe(false);

      await machine.run(`bridge vlan add dev ${tapOf(4)} vid 5 pvid`);
      const [asPlugged, tagged] = await machine.vif('check', [changed, another]);
      expect(JSON.stringify(asPlugged?.differences)).toBe('[]');
      expect(JSON.stringify(tagged?.differences)).toContain('untagged');

      const isolated = [1, 3].map((number) => member(number, { vlan: 20, isolated: true }));
      await machine.vif('plug', [...isolated, another]);
      expect(await vlans(tapOf(4))).toEqual(['5', 'PVID', 'Egress', 'Untagged']);
      expect(await one.pings(three)).toBe(false);
      await machine.vifAlone('unplug', [...requests, another], '--force'); // the guests still have their taps open
      expect(await machine.run('ip -brief link')).not.toContain('tap7a0c');
    });

    it('are known not to reach the network in a VLAN of guests alone', { timeout: 600_000 }, async () => {
      await machine.run(`ip link add name br-own type bridge vlan_filtering 1 && ip link set br-own up
ip netns add g9 && ip link add name out9 type veth peer name eth0 netns g9 && ip link set out9 master br-own up
ip -n g9 link set eth0 up && ip -n g9 address add 10.0.0.9/24 dev eth0`);
      const request = member(5, {}, { bridge: 'br-own', meta: {} });
      await machine.vif('plug', [request]);
      const [one, other, peer] = [5, 6, 9].map((number) => new Guest(machine, number, tapOf(number))) as [
        Guest,
        Guest,
        Guest,
      ];
      for (const guest of [one, other]) await guest.start();
      for (const number of [5, 6]) await machine.run(`ip link set ${tapOf(number)} master br-own`);
      const told = async () => {
        const [checked] = await machine.vif('check', [request]);
        return JSON.stringify(checked?.connection);
      };
      expect(await one.pings(peer)).toBe(true);
      expect(await told()).toContain('"state":"sound"');
      for (const number of [5, 6])
        await machine.run(
          `bridge vlan add dev ${tapOf(number)} vid 5 pvid untagged; bridge vlan del dev ${tapOf(number)} vid 1`,
        );
      await machine.run(`bridge vlan add dev ${tapOf(5)} vid 1`); // the guest may tag its frames, and does not
      expect(await one.pings(other)).toBe(true);
      expect(await one.pings(peer)).toBe(false);
      expect(await told()).toContain('it is in VLAN 5, and no member that leads to a network is');
    });
  });
}
