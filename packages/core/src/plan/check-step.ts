import { isMacAddress, isPciAddress } from '../validation/addresses.js';
import { isLinkName } from '../validation/link-name.js';
import { isMtu, isVlanId } from '../validation/numbers.js';
import { isPlainObject } from '../validation/plain.js';
import { isPlainText } from '../validation/text.js';
import { is, oneOf, optional, shaped, tagged } from './checks.js';

const flag = is((value) => typeof value === 'boolean');
const linkName = is(isLinkName);
const mac = is(isMacAddress);
const mtu = is(isMtu);
const vlanId = is(isVlanId);
const text = is(isPlainText);
const method = is((value) => typeof value === 'function');
const texts = is((value) => isPlainObject(value) && Object.entries(value).flat().every(isPlainText));
/** Seconds. */
const duration = is((value) => typeof value === 'number' && value >= 0 && value <= 1_000_000);
const setting = is((value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255);
/** No shell sees it, so only NUL and the like are refused; vendors' tools take long words. */
const argv = is(
  (value) =>
    Array.isArray(value) &&
    value.every((word) => typeof word === 'string' && word.length < 4096 && !/[\p{Cc}\p{Cs}]/u.test(word)) &&
    /^[^-]/.test(value[0] ?? ''),
);

const attributes = shaped({
  up: optional(flag),
  mtu: optional(mtu),
  address: optional(mac),
  master: optional(linkName),
  promisc: optional(flag),
  ipv6: optional(flag),
  arpIgnore: optional(setting),
  arpAnnounce: optional(setting),
  bridge: optional(
    shaped({
      forwardDelay: optional(duration),
      stp: optional(flag),
      multicastSnooping: optional(flag),
      ageing: optional(duration),
    }),
  ),
});

const creation = tagged('type', {
  bridge: {},
  veth: { peer: linkName },
  tap: { multiQueue: optional(flag) },
  vlan: { link: linkName, id: vlanId },
  command: {},
});

/** Checks a step that is data: one of any kind but `custom`. */
export const checkStep = tagged('kind', {
  link: {
    name: linkName,
    create: optional(creation),
    set: optional(attributes),
    initial: optional(attributes),
    shared: optional(flag),
  },
  linkAbsent: { name: linkName, type: oneOf('bridge', 'veth', 'tap', 'vlan'), own: flag },
  ovsBridge: { name: linkName, datapathType: oneOf('system', 'netdev', 'dummy'), mtu: optional(mtu) },
  ovsPort: {
    bridge: linkName,
    name: linkName,
    type: optional(text),
    tag: optional(vlanId),
    externalIds: texts,
    options: optional(texts),
    mtuRequest: optional(mtu),
    wired: flag,
  },
  ovsPortAbsent: { name: linkName, own: flag },
  vf: { address: is(isPciAddress), mac: optional(mac), vlan: optional(vlanId), trust: optional(flag) },
  command: {
    argv,
    undo: optional(argv),
    whenCreated: optional(linkName),
    undoWhenCreated: optional(linkName),
    vendor: optional(text),
  },
});

const customStep = {
  name: is((value) => isPlainText(value) && value !== ''),
  isDone: method,
  apply: method,
  undo: method,
};

/** Checks a step of kind `custom`, which may have whatever else its author likes. */
export function checkCustomStep(step: object): string[] {
  return Object.entries(customStep).flatMap(([key, check]) => check(Reflect.get(step, key), key));
}
