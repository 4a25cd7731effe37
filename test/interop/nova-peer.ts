import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Primitive } from '@vifkit/core/os-vif';
import { canonicalXml } from '../vectors/canonical-xml.js';

const script = fileURLToPath(new URL('./nova_peer.py', import.meta.url));

/** What Nova makes of a request. */
export interface NovaAnswer {
  /** Null for a VIF that stays with its legacy driver. */
  readonly object?: Primitive | null;
  readonly xml?: string;
  readonly error?: string;
}

/** Debian's python3-nova, installed for the system's Python. */
export function askNova(requests: readonly object[]): NovaAnswer[] {
  const input = requests.map((request) => JSON.stringify(request)).join('\n');
  const maxBuffer = 256 * 1024 * 1024;
  const answers = execFileSync('/usr/bin/python3', [script], { input, encoding: 'utf8', maxBuffer });
  return answers
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** A line of `vif config`. */
export interface ConfigLine {
  readonly xml?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

/** How our answer differs from Nova's; undefined if it does not. */
export function differenceOf(nova: NovaAnswer = {}, ours: ConfigLine = {}): unknown {
  if (nova.error !== undefined) return ours.error ? undefined : ours.xml;
  if (isRefusedByLibvirt(nova)) return ours.error?.code === 'UNSUPPORTED_MODEL' ? undefined : ours;
  if (ours.xml === undefined) return ours.error ?? 'no answer';
  return isSameXml(accepted(nova.xml), withoutManaged(ours.xml)) ? undefined : ours.xml;
}

/** Nova configures a vhost-user socket also for a card that libvirt refuses there. */
function isRefusedByLibvirt({ xml = '' }: NovaAnswer): boolean {
  return xml.includes('type="vhostuser"') && !xml.includes('<model type="virtio"');
}

/**
 * What libvirt accepts of Nova's XML: it requires the parameters of 802.1Qbg in one element. It drops the sizes of the
 * queues of a card that is not virtio, which Nova writes for some macvtaps.
 */
function accepted(xml = ''): string {
  const whole = xml.replace(/"\/>\s*<parameters /g, '" ');
  const isMacvtap = xml.includes('type="direct"') && !xml.includes('<model type="virtio"');
  return isMacvtap ? whole.replace(/ rx_queue_size="\d+"/, '') : whole;
}

/** Nova does not say that a tap exists already; with a tap that our plug makes, such a guest would not start. */
const withoutManaged = (xml = '') => xml.replace(/ managed="no"/, '');

function isSameXml(one: string, other: string): boolean {
  return one === other || JSON.stringify(canonicalXml(one)) === JSON.stringify(canonicalXml(other));
}
