import { isIpAddress, isMacAddress, isPciAddress } from '../validation/addresses.js';
import { isLinkName } from '../validation/link-name.js';
import { isMtu, isVlanId } from '../validation/numbers.js';
import { isPlainObject } from '../validation/plain.js';
import { isPlainText } from '../validation/text.js';
import { isUuid } from '../validation/uuid.js';
import { is, oneOf, optional, shaped, tagged } from './checks.js';

const flag = is((value) => typeof value === 'boolean');
const linkName = is(isLinkName);
/** Ports without a link of the kernel, such as patch ports, may have longer names. */
const portName = is(
  (value) =>
    isLinkName(value) || (typeof value === 'string' && /^[A-Za-z0-9_][A-Za-z0-9_.+-]{15,63}$/.test(value)),
);
const mac = is(isMacAddress);
const ips = is((value) => Array.isArray(value) && value.every(isIpAddress));
const mtu = is(isMtu);
const vlanId = is(isVlanId);
const text = is(isPlainText);
const texts = is((value) => isPlainObject(value) && Object.entries(value).flat().every(isPlainText));
/** Seconds. */
const duration = is((value) => typeof value === 'number' && value >= 0 && value <= 1_000_000);
const setting = is((value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255);
const linkType = oneOf('bridge', 'veth', 'tap', 'vlan');
const linkTypes = is(
  (value) =>
    Array.isArray(value) && value.length > 0 && value.every((each) => linkType(each, '').length === 0),
);
/** It becomes a part of a link's alternative name, which has 127 bytes. */
const user = is((value) => typeof value === 'string' && /^[\w-]{1,64}$/.test(value));
/** No shell sees it, so only NUL and the like are refused; vendors' tools take long words. */
const argv = is(
  (value) =>
    Array.isArray(value) &&
    value.every((word) => typeof word === 'string' && word.length < 4096 && !/[\p{Cc}\p{Cs}]/u.test(word)) &&
    isProgram(value[0]),
);

/**
 * A name that is looked for on PATH, or an absolute path. A helper that stands in front of it would take `A=B` for a
 * variable (sudo, env) and `-x` for an option; a relative path is another program wherever the caller stands; and with
 * `..` a path is not the one that a line for sudo names.
 */
function isProgram(word: unknown): boolean {
  if (typeof word !== 'string' || word === '' || word.startsWith('-') || /[=\s]/.test(word)) return false;
  const [root, ...names] = word.includes('/') ? word.split('/') : ['', word];
  return root === '' && names.every((name) => !['', '.', '..'].includes(name));
}

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
  vlan: { link: linkName, id: vlanId, protocol: optional(oneOf('802.1Q', '802.1ad')) },
  command: {},
});

/** Checks a step that is data: one of any kind but `custom`. */
export const checkStep = tagged('kind', {
  link: {
    name: linkName,
    create: optional(creation),
    types: optional(linkTypes),
    set: optional(attributes),
    initial: optional(attributes),
    shared: optional(flag),
    yieldAddresses: optional(flag),
    goesWith: optional(text),
    ifPresent: optional(flag),
    keeps: optional(is((value) => Array.isArray(value) && value.every(isLinkName))),
  },
  linkAbsent: { name: linkName, type: linkType, own: flag, lenient: optional(flag) },
  linkUser: { name: linkName, user },
  linkUserAbsent: { name: linkName, user, type: linkType },
  ovsBridge: {
    name: linkName,
    datapathType: oneOf('system', 'netdev', 'dummy'),
    mtu: optional(mtu),
    mustExist: optional(flag),
    own: optional(flag),
    guestPort: optional(linkName),
  },
  ovsBridgeAbsent: { name: linkName, own: flag },
  ovsPort: {
    bridge: linkName,
    name: portName,
    type: optional(text),
    tag: optional(vlanId),
    initial: optional(
      shaped({
        tag: optional(vlanId),
        vlanMode: optional(oneOf('access', 'trunk', 'native-tagged', 'native-untagged', 'dot1q-tunnel')),
        trunks: optional(is((value) => Array.isArray(value) && value.every(isVlanId))),
        qosType: optional(text),
      }),
    ),
    externalIds: texts,
    options: optional(texts),
    mtuRequest: optional(mtu),
    wired: flag,
    representor: optional(flag),
    byHypervisor: optional(flag),
  },
  ovsPortAbsent: { name: portName, own: flag },
  ovsVifPortsAbsent: { interfaceId: is(isUuid) },
  guestFilter: { name: linkName, mac, addresses: ips },
  guestFilterAbsent: { name: linkName },
  vf: {
    address: is(isPciAddress),
    mac: optional(mac),
    vlan: optional(vlanId),
    trust: optional(flag),
    restore: optional(shaped({ vifMac: mac })),
  },
  command: {
    argv,
    undo: optional(argv),
    whenCreated: optional(linkName),
    undoWhenCreated: optional(linkName),
    vendor: optional(text),
  },
});
