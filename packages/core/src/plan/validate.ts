import type { Leg, LegKind } from '../connection/legs.js';
import { isPlainObject, quote } from '../errors/quote.js';
import { isVifError, reasonOf, VifError } from '../errors/vif-error.js';
import type { DeviceBackend } from '../nova/guest-device.js';
import { macvtapModes } from '../nova/network-model.js';
import { isCustom, sealCustomStep } from './custom.js';
import {
  type Field,
  type Fields,
  flag,
  linkName,
  list,
  macAddress,
  matching,
  mtu,
  object,
  oneOf,
  optional,
  pciAddress,
  tagged,
  text,
  texts,
  vlanId,
} from './fields.js';
import { checkStep, type Plan, type Step } from './steps.js';

// The last check of what plugins return. It is read once, and copied: it may be a proxy, or change later.

/** The maximum number of faults of a step in a message. */
const maxListed = 5;

/**
 * The last check before the host. Whatever a plugin did with its input, it refuses any step that could be
 * misinterpreted on a command line, in a batch file, in /proc or in OVSDB.
 * @returns a copy that the plugin can no longer change. Custom steps are copied too, but the plugin still controls what
 *   their methods do.
 * @throws VifError INVALID_PLAN, naming the plugin, the step and what is wrong with it
 */
export function validatePlan(plan: unknown, owner: string, vifId: string): Plan {
  const refusal = (what: string) =>
    new VifError('INVALID_PLAN', `The ${owner} returned a bad plan: ${what}`, { vifId });
  return readItems(plan, 'steps', refusal).map((given, i) => {
    const { step, wrong } = examine(given, owner, vifId);
    if (wrong.length === 0) return step as Step;
    const more = wrong.length > maxListed ? `, and ${wrong.length - maxListed} more` : '';
    throw refusal(`step ${i} ${wrong.slice(0, maxListed).join(', ')}${more}`);
  });
}

/** The step to run for the given one, and what is wrong with it. */
function examine(
  given: unknown,
  owner: string,
  vifId: string,
): { readonly step: unknown; readonly wrong: readonly string[] } {
  try {
    if (isCustom(given)) return sealCustomStep(given, owner, vifId);
  } catch (error) {
    return { step: given, wrong: [unreadable(error)] };
  }
  const { copy: step, wrong } = checkedCopy(given, checkStep);
  return { step, wrong };
}

const maker = oneOf('plug', 'hypervisor');
const sized = { mtu: optional(mtu) };
const mac = optional(macAddress);

const leg: Field<Leg> = tagged('kind', {
  guestLink: { name: linkName, madeBy: maker, types: optional(list(text)), ...sized, mac },
  macvtap: { name: linkName, mac: macAddress, mode: optional(text), ...sized, ipv6: optional(flag) },
  socket: { name: text, server: oneOf('guest', 'switch'), port: optional(text) },
  function: { name: pciAddress, mac, vlan: optional(vlanId) },
  bridge: { name: linkName, ...sized, awaited: optional(text), mac },
  bridgeMember: {
    name: linkName,
    bridge: linkName,
    madeBy: optional(maker),
    partner: optional(linkName),
    ...sized,
    isolated: optional(flag),
    mac,
    ipv6: optional(flag),
  },
  veth: { name: linkName, peer: linkName, ...sized },
  checksum: { name: linkName, bridge: linkName },
  uplink: { name: linkName, ...sized, followsGuest: optional(flag) },
  vlan: { name: linkName, below: linkName, id: vlanId, ...sized },
  guestFilter: { name: linkName },
  vswitchd: { name: oneOf('ovs-vswitchd') },
  ovsBridge: { name: linkName, joined: optional(flag), ipv6: optional(flag) },
  ovsPort: {
    name: text,
    bridge: linkName,
    madeBy: maker,
    linkBy: maker,
    type: text,
    interfaceId: optional(text),
    mac,
    peer: optional(text),
    isolated: optional(flag),
    tag: optional(vlanId),
    protected: optional(flag),
  },
  ovnBinding: { name: text, bridge: linkName, port: text },
} satisfies Record<LegKind, Fields>);

/**
 * Checks what a plugin's `path` returned.
 * @returns a copy that the plugin can no longer change
 * @throws VifError INVALID_PLAN, naming the plugin, the leg and what is wrong with it
 */
export function validatePath(path: unknown, owner: string, vifId: string): readonly Leg[] {
  const refusal = (what: string) =>
    new VifError('INVALID_PLAN', `The ${owner} returned a bad path: ${what}`, { vifId });
  return readItems(path, 'legs', refusal).map((given, i) => {
    const { copy, wrong } = checkedCopy(given, (copy) => leg.check(copy, ''));
    if (wrong.length > 0) throw refusal(`leg ${i} ${wrong.join(', ')}`);
    return copy as Leg;
  });
}

/** Text, or null to leave the element out. */
const textOrNull = matching<string | null>((value) => value === null || text.check(value, '').length === 0, {
  anyOf: [text.schema, { type: 'null' }],
});

/** The name of a filter has the instance's name in it, which may be as long as a text. */
const filterName = matching<string>(
  (value) => typeof value === 'string' && /^[^\p{Cc}\p{Cs}]{1,512}$/u.test(value),
  { type: 'string', minLength: 1, maxLength: 512 },
);

const common = {
  virtualPort: optional(
    object({ type: oneOf('openvswitch', '802.1Qbg', '802.1Qbh', 'midonet'), parameters: texts }),
  ),
  vlan: optional(vlanId),
  mtu: optional(mtu),
  filter: optional(filterName),
  bandwidth: flag,
  model: optional(textOrNull),
  driver: optional(textOrNull),
};
const target = optional(linkName);

const backend: Field<DeviceBackend> = tagged('type', {
  bridge: { bridge: linkName, target, ...common },
  ethernet: { target: linkName, managed: optional(flag), multiQueue: optional(flag), ...common },
  vhostuser: { path: text, mode: oneOf('client', 'server'), target, ...common },
  direct: { source: linkName, mode: oneOf(...macvtapModes), target, ...common },
  hostdev: { pciAddress, ...common },
  vdpa: { device: text, ...common },
  pci: { pciAddress },
} satisfies Record<DeviceBackend['type'], Fields>);

/**
 * Checks what a legacy driver's `config` returned.
 * @returns a copy that the driver can no longer change
 * @throws VifError INVALID_PLAN, naming the driver and what is wrong
 */
export function validateBackend(given: unknown, owner: string, vifId: string): DeviceBackend {
  const refusal = (what: string) =>
    new VifError('INVALID_PLAN', `The ${owner} returned a bad device: it ${what}`, { vifId });
  const { copy, wrong } = checkedCopy(given, (copy) => backend.check(copy, ''));
  if (wrong.length > 0) throw refusal(wrong.join(', '));
  return copy as DeviceBackend;
}

/** Far more than any VIF needs. A longer list is a plugin's mistake, and is refused without being read. */
const maxItems = 1_000;

/** The maximum number of values in one item, and their maximum depth. */
const maxValues = 10_000;
const maxDepth = 8;

/**
 * The items of a list that a plugin returned, each read once.
 * @param what the items, as messages call them
 * @param refusal makes the error for a list with this fault
 */
function readItems(list: unknown, what: string, refusal: (fault: string) => VifError): unknown[] {
  try {
    if (!Array.isArray(list)) throw refusal(`it is ${quote(list)}, not a list of ${what}`);
    const { length } = list;
    if (!(length <= maxItems)) throw refusal(`it has ${quote(length)} ${what}; ${maxItems} is the most`);
    return Array.from({ length }, (_, i) => list[i]);
  } catch (error) {
    throw isVifError(error) ? error : refusal(`it ${unreadable(error)}`);
  }
}

/** A copy of a value that a plugin returned, and what the check finds wrong with it. */
function checkedCopy(
  given: unknown,
  check: (copy: unknown) => readonly string[],
): { readonly copy: unknown; readonly wrong: readonly string[] } {
  try {
    const copy = copyOf(given);
    return { copy, wrong: check(copy) };
  } catch (error) {
    return { copy: given, wrong: [unreadable(error)] };
  }
}

/** What is wrong with a value that threw when it was read. */
function unreadable(error: unknown): string {
  return `cannot be read: ${quote(reasonOf(error))}`;
}

/**
 * A copy of what JSON would keep of a value, so that no getter, prototype or later change can alter it.
 * @throws RangeError for a value that is too deep or too large, and whatever the value throws
 */
function copyOf(value: unknown): unknown {
  return copyWithin(value, { left: maxValues }, 0);
}

function copyWithin(value: unknown, room: { left: number }, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > maxDepth) throw new RangeError(`it is nested more than ${maxDepth} deep`);
  if (Array.isArray(value)) {
    const { length } = value;
    take(length, room);
    return Array.from({ length }, (_, i) => copyWithin(value[i], room, depth + 1));
  }
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value);
  take(entries.length, room);
  const copied: Record<string, unknown> = {};
  for (const [key, each] of entries) {
    if (each === undefined) continue;
    const copy = copyWithin(each, room, depth + 1);
    if (key === '__proto__') Object.defineProperty(copied, key, { value: copy, enumerable: true });
    else copied[key] = copy;
  }
  return copied;
}

function take(count: number, room: { left: number }): void {
  room.left -= count;
  if (!(room.left >= 0)) throw new RangeError(`it has more than ${maxValues} values`);
}
