import { Deadline } from '@vifkit/engine/time';
import { describe, expect, it } from 'vitest';
import { hybrid, idOf, linuxBridge, start, tapOf } from './start.js';

const soon = () => new Deadline(20_000).signal;

describe('the list of what is plugged', () => {
  it('has the links, ports and filters of each VIF, and what they share', async () => {
    const { driver } = start({ links: [{ name: 'eth0', up: true }] });
    const shared = linuxBridge(2, {}, { should_create_bridge: true, bridge_interface: 'eth0' });
    await driver.plugAll([hybrid(1), shared]);
    const { vifs, surroundings, failures } = await driver.list();
    expect(failures).toEqual([]);
    const [first, second] = vifs.map(({ vifId, things }) => ({
      vifId,
      things: things.map(({ kind, name }) => `${kind} ${name}`).sort(),
    }));
    const end = idOf(1).slice(0, 11);
    expect(first).toEqual({
      vifId: idOf(1),
      things: [`link qbr${end}`, `link qvb${end}`, `link qvo${end}`, `ovsPort qvo${end}`],
    });
    expect(second).toMatchObject({ vifId: idOf(2) });
    expect(surroundings.map(({ kind, name }) => `${kind} ${name}`)).toContain('ovsBridge br-int');
  });

  it('has what carries a mark without a record, too', async () => {
    const { host, driver } = start();
    await driver.plug(hybrid(1));
    await host.records?.forget(idOf(1));
    const { vifs } = await driver.list();
    expect(vifs).toMatchObject([{ vifId: idOf(1), mac: hybrid(1).vif.address }]);
    expect(vifs[0]?.since).toBeUndefined();
  });
});

describe('watching', () => {
  it('reports what has changed about links, ports and records of VIFs, and of nothing else', async () => {
    const { host, driver } = start();
    await driver.plug(hybrid(1));
    const end = new AbortController();
    const seen: string[] = [];
    const wanted = [`ovsPort qvo${idOf(1).slice(0, 11)} tag`, `link qvb${idOf(1).slice(0, 11)} mtu`];
    const watching = (async () => {
      for await (const { kind, name, changes } of driver.watch({ signal: end.signal })) {
        seen.push(...changes.map(({ attribute }) => `${kind} ${name} ${attribute}`));
        if (wanted.every((each) => seen.includes(each))) end.abort();
      }
    })();
    const [port, veth] = ['qvo', 'qvb'].map((prefix) => `${prefix}${idOf(1).slice(0, 11)}`);
    const where = [['name', '==', port ?? '']] as const;
    let tag = 1;
    // Time and again: nobody says when it has begun to look.
    const change = async () => {
      const operation = { op: 'update', table: 'Port', where, row: { tag: ++tag } } as const;
      await host.ovs.transact('Open_vSwitch', [operation], soon());
      await host.links.write([{ op: 'set', name: veth ?? '', attributes: { mtu: 1300 + tag } }], soon());
      host.links.kernel.put({ name: tapOf(tag), type: 'tap' });
    };
    const changing = setInterval(() => void change(), 100);
    const late = setTimeout(() => end.abort(), 20_000);
    await watching;
    clearTimeout(late);
    clearInterval(changing);
    expect(seen).toEqual(expect.arrayContaining(wanted));
    expect(seen.join()).not.toContain('link tap');
  });
});
