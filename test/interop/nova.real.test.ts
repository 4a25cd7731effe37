import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Primitive } from '@vifkit/core/os-vif';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalXml } from '../vectors/canonical-xml.js';
import { osVif3 } from '../vectors/os-vif-3.js';
import { makeSysfs } from '../vectors/sysfs-tree.js';
import { type NovaRequest, requestsOf, vifTypes } from './nova-requests.js';
import { vifLines, vifObject } from './vif-object.js';

const script = fileURLToPath(new URL('./nova_peer.py', import.meta.url));
const seed = 20_261_130;
const each = 60;
const requests = vifTypes.flatMap((type, i) =>
  fc.sample(requestsOf(type), { numRuns: each, seed: seed + i }),
);

/** What Nova makes of a request. */
interface NovaAnswer {
  /** Null for a VIF that stays with its legacy driver. */
  readonly object?: Primitive | null;
  readonly xml?: string;
  readonly error?: string;
}

interface ConfigLine {
  readonly xml?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Debian's python3-nova, installed for the system's Python. */
function askNova(asked: readonly NovaRequest[]): NovaAnswer[] {
  const input = asked.map((request) => JSON.stringify(request)).join('\n');
  const maxBuffer = 256 * 1024 * 1024;
  const answers = execFileSync('/usr/bin/python3', [script], { input, encoding: 'utf8', maxBuffer });
  return answers
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** What libvirt accepts of Nova's XML: it requires the parameters of 802.1Qbg in one element. */
const accepted = (xml = '') => xml.replace(/"\/>\s*<parameters /g, '" ');

/** Our XML without what Nova's lacks: a tap that our plug makes is not libvirt's to make, or the guest would not start. */
const withoutManaged = (xml = '') => xml.replace(/ managed="no"/, '');

const isSameXml = (one: string, other: string) =>
  one === other || JSON.stringify(canonicalXml(one)) === JSON.stringify(canonicalXml(other));

/** Nova configures a vhost-user socket for a card that libvirt refuses there. */
const isRefusedByLibvirt = ({ xml = '' }: NovaAnswer) =>
  xml.includes('type="vhostuser"') && !xml.includes('<model type="virtio"');

describe('Nova and vifkit, by the current routing', () => {
  let nova: readonly NovaAnswer[];
  let configs: readonly ConfigLine[];
  let sysfs: string;
  beforeAll(async () => {
    nova = askNova(requests);
    sysfs = mkdtempSync(join(tmpdir(), 'vif-'));
    const functions = requests.flatMap(({ host }) => Object.entries(host.pci));
    const found = functions.map(([address, { pf_ifname: pf, vf_ifname: netDevice, vf: index }]) => {
      return [address, { pf, netDevice, index }] as const;
    });
    makeSysfs(sysfs, Object.fromEntries(found));
    configs = await vifLines<ConfigLine>(['config', '--sysfs-root', sysfs], requests);
  });
  afterAll(() => rmSync(sysfs, { recursive: true }));

  /** What differs in the answers to requests for VIFs of a type. */
  const differing = (type: string, differs: (place: number) => unknown) =>
    requests.flatMap(({ vif }, i) => {
      const difference = vif.type === type && differs(i);
      return difference ? [{ request: requests[i], nova: nova[i], difference }] : [];
    });

  it('each answer every request', () => {
    expect([nova.length, configs.length]).toEqual([requests.length, requests.length]);
    expect(nova.filter(({ xml }) => xml !== undefined).length).toBeGreaterThan(requests.length / 3);
  });

  it.each(vifTypes)('write the same XML for VIFs of type %s, or refuse them', (type) => {
    const found = differing(type, (i) => {
      const [theirs = {}, ours = {}] = [nova[i], configs[i]];
      if (theirs.error) return ours.error ? undefined : ours.xml;
      if (isRefusedByLibvirt(theirs)) return ours.error?.code === 'UNSUPPORTED_MODEL' ? undefined : ours;
      if (ours.xml === undefined) return ours.error ?? 'no answer';
      return isSameXml(accepted(theirs.xml), withoutManaged(ours.xml)) ? undefined : ours.xml;
    });
    expect(found).toEqual([]);
  });

  it('convert to the same os-vif objects', async () => {
    const written = await vifObject(requests, osVif3);
    const found = requests.flatMap((request, i) => {
      const { object: theirs } = nova[i] ?? {};
      const { object: ours = null } = written[i] ?? {};
      return theirs !== undefined && JSON.stringify(sorted(theirs)) !== JSON.stringify(sorted(ours))
        ? [{ request, theirs, ours }]
        : [];
    });
    expect(found).toEqual([]);
    expect(written.filter(({ object }) => object !== undefined).length).toBeGreaterThan(requests.length / 5);
  });
});

/** A value whose keys are in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
