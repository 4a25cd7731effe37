import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostRows } from '../vectors/rows.js';
import { setupOf } from '../vectors/setup.js';
import { Machine } from './machine.js';
import { bridgeOnVlan, macvtapOnFunction, macvtapOnVlan, trustedMacvtapOnFunction } from './requests.js';

const rows = hostRows.filter(({ expect: { links = {} } }) =>
  Object.values(links).some(({ kind }) => kind === 'vlan'),
);

// What the kernel of the tests need not have: VLAN devices, and a card with virtual functions. The machine is slow
// to start `vif`, so all VIFs share its runs.
describe('VIFs on a kernel with VLANs and SR-IOV', () => {
  let machine: Machine;
  let story: Awaited<ReturnType<typeof play>>;

  beforeAll(async () => {
    machine = await Machine.start(1);
    story = await play(machine);
  }, 600_000);
  afterAll(() => machine?.stop());

  it('are as planned once they are plugged, and need no second plug', () => {
    expect(story.checked.flatMap(({ differences }) => differences)).toEqual([]);
    expect(story.replugged.flatMap(({ changes }) => changes)).toEqual([]);
  });

  it('give a virtual function MAC, VLAN and trust, and take VLAN and trust away', () => {
    const { plugged, unplugged, devices } = story;
    const [trusted = '', plain = ''] = devices;
    expect(plugged.functions).toEqual([
      { mac: 'fa:16:3e:7b:00:01', vlan: 100, trust: true },
      { mac: 'fa:16:3e:7b:00:04', vlan: 103, trust: false },
    ]);
    expect(plugged.links).toMatchObject({ [trusted]: { up: true }, [plain]: { up: true } });
    expect(unplugged.functions).toEqual([
      { mac: 'fa:16:3e:7b:00:01', vlan: 0, trust: false },
      { mac: 'fa:16:3e:7b:00:04', vlan: 0, trust: false },
    ]);
    expect(unplugged.links).toMatchObject({ [trusted]: { up: false }, [plain]: { up: false } });
  });

  it('join a Linux bridge to a VLAN, and leave both to others', () => {
    const plumbing = {
      'brq6a1de5d2-7a': { kind: 'bridge', up: true, mtu: 1450, disable_ipv6: true },
      vlan101: { kind: 'vlan', link: 'eth0', id: 101, up: true, master: 'brq6a1de5d2-7a' },
    };
    expect(story.plugged.links).toMatchObject(plumbing);
    expect(story.unplugged.links).toMatchObject(plumbing);
  });

  it('make the VLAN below a macvtap, and leave it to others', () => {
    const plumbing = { vlan102: { kind: 'vlan', link: 'eth0', id: 102, up: true } };
    expect(story.plugged.links).toMatchObject(plumbing);
    expect(story.unplugged.links).toMatchObject(plumbing);
  });

  it.each(rows)('$id leaves the host as the reference does', ({ op, expect: { links = {} } }) => {
    expect((op === 'unplug' ? story.unplugged : story.plugged).links).toMatchObject(links);
  });

  it('leave no other links', () => {
    const expected = rows.flatMap(({ expect: { links = {} } }) => Object.keys(links));
    const known = [...Object.keys(story.before.links), ...expected, 'brq6a1de5d2-7a', 'vlan101', 'vlan102'];
    expect(Object.keys(story.unplugged.links).sort()).toEqual(known.sort());
  });
});

/** Plugs all VIFs, twice, and unplugs them; tells what `vif` said and how the machine looked in between. */
async function play(machine: Machine) {
  await machine.run('modprobe -a igb igbvf && ip link set dev eth0 up');
  await machine.run('echo 2 >/sys/class/net/eth0/device/sriov_numvfs');
  for (const name of new Set(rows.flatMap((row) => setupOf(row).uplinks))) {
    await machine.run(`ip link add name ${name} type dummy`);
  }
  const slots = (await machine.run('basename -a $(readlink /sys/class/net/eth0/device/virtfn?)'))
    .trim()
    .split('\n');
  const [trusted = '', plain = ''] = slots;
  const deviceOf = async (slot: string) => (await machine.run(`ls /sys/bus/pci/devices/${slot}/net`)).trim();
  const devices = [await deviceOf(trusted), await deviceOf(plain)];
  const requests = [
    trustedMacvtapOnFunction(trusted),
    macvtapOnFunction(plain),
    bridgeOnVlan,
    macvtapOnVlan,
    ...rows,
  ];
  const before = await machine.look();
  await machine.vif('plug', requests);
  const plugged = await machine.look();
  const checked = await machine.vif('check', requests);
  const replugged = await machine.vif('plug', requests);
  await machine.vif('unplug', requests);
  const unplugged = await machine.look();
  return { devices, before, plugged, checked, replugged, unplugged };
}
