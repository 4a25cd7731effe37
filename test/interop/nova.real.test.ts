import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Primitive } from '@vifkit/core/os-vif';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { osVif3 } from '../vectors/os-vif-3.js';
import { makeSysfs } from '../vectors/sysfs-tree.js';
import { askNova, type ConfigLine, differenceOf, type NovaAnswer } from './nova-peer.js';
import { portsOf, portTypes, requestsOf, vifTypes } from './nova-requests.js';
import { vifLines, vifObject } from './vif-object.js';

const seed = 20_261_130;
const each = 60;
const current = ['--routing', 'current'];

describe('requests, answered by Nova and by vifkit', () => {
  const requests = vifTypes.flatMap((type, i) => {
    return fc.sample(requestsOf(type), { numRuns: each, seed: seed + i });
  });
  let nova: readonly NovaAnswer[];
  let ours: readonly ConfigLine[];
  let sysfs: string;
  beforeAll(async () => {
    nova = askNova(requests);
    sysfs = mkdtempSync(join(tmpdir(), 'vif-'));
    const functions = requests.flatMap(({ host }) => Object.entries(host.pci));
    const found = functions.map(([address, { pf_ifname: pf, vf_ifname: netDevice, vf: index }]) => {
      return [address, { pf, netDevice, index }] as const;
    });
    makeSysfs(sysfs, Object.fromEntries(found));
    for (const [address] of functions) {
      mkdirSync(join(sysfs, 'bus/pci/devices', address, 'vdpa0/vhost-vdpa-0'), { recursive: true });
    }
    ours = await vifLines<ConfigLine>(['config', ...current, '--sysfs-root', sysfs], requests);
  });
  afterAll(() => rmSync(sysfs, { recursive: true }));

  it('have all been answered, a third of them with XML at least', () => {
    expect([nova.length, ours.length]).toEqual([requests.length, requests.length]);
    expect(nova.filter(({ xml }) => xml !== undefined).length).toBeGreaterThan(requests.length / 3);
  });

  it.each(vifTypes)('of type %s have the same XML, or are refused by both', (type) => {
    const found = requests.map((request, i) => {
      return { request, nova: nova[i], ours: differenceOf(nova[i], ours[i]) };
    });
    expect(found.filter((one) => one.request.vif.type === type && one.ours !== undefined)).toEqual([]);
  });

  it('are converted to the same os-vif objects', async () => {
    const written = await vifObject(requests, osVif3);
    const converted = nova.flatMap(({ object }, i) => (object === undefined ? [] : [{ object, i }]));
    for (const { object, i } of converted) expect(written[i]?.object ?? null).toEqual(object);
    expect(converted.filter(({ object }) => object !== null).length).toBeGreaterThan(requests.length / 5);
  });
});

describe('ports of Neutron', () => {
  const ports = portTypes.flatMap((type, i) => {
    return fc.sample(portsOf(type), { numRuns: each, seed: seed + i });
  });
  const lines = ports.map(({ port, network }) => ({ port, network }));
  const nova = askNova(ports);

  it('have the XML that they have in Nova', async () => {
    const ours = await vifLines<ConfigLine>(['config', ...current], lines);
    const found = ports.map((port, i) => {
      return { port, nova: nova[i], ours: differenceOf(nova[i], ours[i]) };
    });
    expect(found.filter((one) => one.ours !== undefined)).toEqual([]);
    expect(nova.filter(({ xml }) => xml !== undefined).length).toBeGreaterThan(ports.length / 2);
  });

  it('become the same os-vif objects, except for what only a subnet has', async () => {
    const written = await vifObject(lines, osVif3, ...current);
    const converted = nova.flatMap(({ object }, i) => (object === undefined ? [] : [{ object, i }]));
    for (const { object, i } of converted) {
      expect(written[i]?.object ?? null).toEqual(withoutCidrs(object));
    }
    expect(converted.filter(({ object }) => object !== null).length).toBeGreaterThan(ports.length / 2);
  });
});

/** An object whose subnets have no CIDR. */
function withoutCidrs(object: Primitive | null): unknown {
  return JSON.parse(JSON.stringify(object, (key, value) => (key === 'cidr' ? undefined : value)));
}
