import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Guest } from './guest.js';
import { type Machine, toldOf } from './machine.js';

const MTU = 1450;
const instance = { uuid: '5f0c6f3e-0b51-4b35-9f0b-6f6f3ddc8a15', name: 'instance-0000007f' };
const idOf = (number: number) => `8b1c7d2${number}-63f4-4a1b-9d52-1c2d3e4f5a6b`;
const named = (prefix: string, number: number) => `${prefix}${idOf(number)}`.slice(0, 14);

function primitive(name: string, version: string, data: object) {
  return {
    'versioned_object.name': name,
    'versioned_object.namespace': 'os_vif',
    'versioned_object.version': version,
    'versioned_object.data': data,
  };
}

function request(name: string, number: number, fields: object, profile: object = {}) {
  const id = idOf(number);
  const network = { id: '7b2ef6e3-8b17-4de5-8e44-1b7a6a5f8d35', bridge: 'br-int', mtu: MTU };
  const vif = {
    id,
    address: `fa:16:3e:8b:00:0${number}`,
    vif_name: named('tap', number),
    plugin: 'ovs',
    active: true,
    preserve_on_delete: false,
    has_traffic_filtering: true,
    network: primitive('Network', '1.1', { ...network, should_provide_bridge: false, multi_host: false }),
    port_profile: primitive('VIFPortProfileOpenVSwitch', '1.3', { interface_id: id, ...profile }),
    ...fields,
  };
  return { vif: primitive(name, '1.0', vif), instance };
}

const hybrid = (number: number) => request('VIFBridge', number, { bridge_name: named('qbr', number) });
const direct = (number: number) =>
  request('VIFOpenVSwitch', number, { bridge_name: 'br-int' }, { create_port: true });

/** ovs-vswitchd 3.1 counts no processors within ten seconds of the boot, and its datapath then loses every packet. */
const SWITCH = `while [ $(cut -d. -f1 /proc/uptime) -lt 11 ]; do sleep 0.2; done
modprobe -a openvswitch bridge tun veth
mkdir -p /run/openvswitch
ovsdb-tool create /run/switch.db /usr/share/openvswitch/vswitch.ovsschema
ovsdb-server /run/switch.db --remote=punix:/run/openvswitch/db.sock --pidfile --detach --log-file=/run/ovsdb-server.log
ovs-vsctl --no-wait init
ovs-vswitchd --pidfile --detach --log-file=/run/ovs-vswitchd.log
ovs-vsctl add-br br-int`;

/** The kernel of the tests need not have a datapath of Open vSwitch; that of hosts has. */
export function describeKernelDatapath(given: () => Machine): void {
  describe('guests of Open vSwitch', () => {
    let machine: Machine;
    beforeAll(async () => {
      machine = given();
      await machine.run(SWITCH);
    }, 120_000);
    afterAll(() =>
      machine.run('kill $(cat /run/openvswitch/ovs-vswitchd.pid /run/openvswitch/ovsdb-server.pid)'),
    );

    const links = async () => (await machine.run("ip -brief link | awk '{print $1}' | sort")).split('\n');

    it("are connected by the kernel's datapath, in either form, and from one into the other", async () => {
      const before = await links();
      const requests = [hybrid(1), direct(2)];
      const [one, two] = [new Guest(machine, 1, named('tap', 1)), new Guest(machine, 2, named('tap', 2))];
      await machine.vif('plug', requests);
      for (const guest of [one, two]) await guest.start(MTU);
      await machine.run(`ip link set dev ${named('tap', 1)} master ${named('qbr', 1)}`); // as libvirt does
      expect((await machine.vif('check', requests)).flatMap(toldOf)).toEqual([]);
      expect(await one.pings(two)).toBe(true);

      // From one form into the other, while the guest is down.
      await one.stop();
      await machine.vif('plug', [direct(1)]);
      expect(await links()).not.toContain(named('qbr', 1));
      await one.start(MTU);
      expect(await one.pings(two)).toBe(true);

      for (const guest of [one, two]) await guest.stop();
      await machine.vif('unplug', [direct(1), direct(2)]);
      expect(await links()).toEqual(before);
      expect(await machine.run('ovs-vsctl list-ports br-int')).toBe('');
    }, 600_000);
  });
}
