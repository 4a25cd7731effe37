import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sampled } from '../thorough.js';
import { type Case, cases, type Event } from './cases.js';
import { intended } from './intended.js';
import { type Observation, observe } from './observe.js';
import { type ObjectDescription, Peer } from './peer.js';

/** What of the list was met, so that nothing in it is out of date. */
const met = new Set<string>();

describe.each([
  { what: 'Open vSwitch', dpdk: false },
  { what: 'Open vSwitch with DPDK', dpdk: true },
])('on $what', ({ dpdk }) => {
  let [osVif, vifkit]: [Peer?, Peer?] = [];
  const sides = () => {
    if (!osVif || !vifkit) throw new Error('The test beds are not there');
    return { osVif, vifkit };
  };

  beforeAll(async () => {
    osVif = await Peer.start(dpdk);
    vifkit = await Peer.start(dpdk);
  });
  afterAll(async () => {
    await osVif?.stop();
    await vifkit?.stop();
  });
  afterEach(async () => {
    await Promise.all(Object.values(sides()).map(clean));
  });

  const own = cases.filter((each) => (each.dpdk ?? false) === dpdk);

  it.each(own)('os-vif and vifkit leave the same: $name', async (each) => {
    const { osVif, vifkit } = sides();
    for (const [i, event] of each.events.entries()) {
      await happen(osVif, 'osVif', each, event);
      await happen(vifkit, 'vifkit', each, event);
      const circumstances = {
        onTrunk: each.onTrunk ?? false,
        onPortBridge: each.options !== undefined && 'per_port_bridge' in each.options,
      };
      const unintended = compare(await observe(osVif), await observe(vifkit)).filter((found) => {
        const reasons = intended.filter(({ covers }) => covers({ ...found, ...circumstances }));
        for (const { reason } of reasons) met.add(reason);
        return reasons.length === 0;
      });
      expect(unintended, `event ${i + 1}: ${JSON.stringify(Object.keys(event))}`).toEqual([]);
    }
    expect(ofTheVif(await observe(vifkit)), 'what is left in the end').toEqual([]);
  });

  it.each(sampled(own, 2))(
    'vifkit takes over, and takes away, what os-vif has plugged: $name',
    async (each) => {
      const { osVif } = sides();
      const { options = {} } = each;
      for (const event of each.events) {
        if ('unplug' in event) continue;
        await happen(osVif, 'osVif', each, event);
        if ('plug' in event) expect(ofTheVif(await observe(osVif)).length > 0).toBe(each.isLibvirts !== true);
      }
      const [vif] = each.events.flatMap((event) => ('plug' in event ? event.plug : [])).slice(-1);
      if (!vif) throw new Error('The case plugs nothing');
      await osVif.ask('vifkit', { operation: 'plug', vif, options });
      expect(await osVif.ask('vifkit', { operation: 'check', vif, options })).toEqual({ differences: [] });
      await osVif.ask('vifkit', { operation: 'unplug', vif, options });
      expect(ofTheVif(await observe(osVif))).toEqual([]);
    },
  );
});

async function happen(
  peer: Peer,
  who: 'osVif' | 'vifkit',
  { options = {} }: Case,
  event: Event,
): Promise<void> {
  if ('ip' in event) for (const words of event.ip) await peer.namespace.run('ip', ...words);
  else if ('vsctl' in event) await peer.ovs.vsctl(...event.vsctl);
  else if ('unplug' in event) {
    await peer.ask(who, { operation: 'unplug', vif: knownTo(who, event.unplug), options });
  } else {
    if (who === 'osVif') for (const words of event.plugByHand ?? []) await peer.namespace.run('ip', ...words);
    await peer.ask(who, { operation: 'plug', vif: knownTo(who, event.plug), options });
    if (who === 'vifkit') {
      const { differences } = await peer.ask(who, { operation: 'check', vif: event.plug, options });
      expect(differences, 'a check after the plug').toEqual([]);
    }
  }
}

/** os-vif 3.0.0 has no `create_tap`. */
function knownTo(who: 'osVif' | 'vifkit', vif: ObjectDescription): ObjectDescription {
  if (who === 'vifkit') return vif;
  return JSON.parse(JSON.stringify(vif), (key, value) =>
    key === 'create_tap' || key === 'multiqueue' ? undefined : value,
  );
}

/** What is said of the VIF's own links and ports, and of its trunk's bridge. */
function ofTheVif(observation: Observation): string[] {
  return [...observation.keys()].filter((fact) => /ac3e2f74|tbr-/.test(fact));
}

function compare(osVif: Observation, vifkit: Observation) {
  const facts = [...new Set([...osVif.keys(), ...vifkit.keys()])].sort();
  return facts
    .map((fact) => ({ fact, osVif: osVif.get(fact), vifkit: vifkit.get(fact) }))
    .filter((found) => JSON.stringify(found.osVif) !== JSON.stringify(found.vifkit));
}

/** Removes what a case has left: the bridges, and all links but Open vSwitch's own. */
async function clean({ namespace, ovs }: Peer): Promise<void> {
  for (const bridge of (await ovs.vsctl('list-br')).split('\n').filter(Boolean))
    await ovs.vsctl('del-br', bridge);
  await ovs.vsctl('--all', 'destroy', 'QoS');
  const links: { ifname: string }[] = JSON.parse(await namespace.run('ip', '-json', 'link'));
  for (const { ifname } of links) {
    if (ifname.startsWith('q') || ifname.startsWith('tap')) {
      await namespace.run('ip', 'link', 'delete', 'dev', ifname).catch(() => {}); // its peer has already gone
    }
  }
  const left = async () => {
    const still: { ifname: string }[] = JSON.parse(await namespace.run('ip', '-json', 'link'));
    return still.map(({ ifname }) => ifname).filter((name) => name !== 'ovs-netdev');
  };
  await expect.poll(left, { timeout: 10_000 }).toEqual(['lo']);
}

it('the list of intended differences has none that is missing', () => {
  expect(intended.map(({ reason }) => reason).filter((reason) => !met.has(reason))).toEqual([]);
});
