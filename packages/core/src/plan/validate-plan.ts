import { VifError } from '../errors/vif-error.js';
import { isMacAddress, isPciAddress } from '../validation/addresses.js';
import { isLinkName } from '../validation/link-name.js';
import { isMtu, isVlanId } from '../validation/numbers.js';
import { isPlainText } from '../validation/text.js';
import type { Plan } from './steps.js';

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;

const flag: Check = (value) => typeof value === 'boolean';
const duration: Check = (value) => typeof value === 'number' && value >= 0 && value <= 1_000_000;
const setting: Check = (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255;
const oneOf =
  (...allowed: readonly unknown[]): Check =>
  (value) =>
    allowed.includes(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const texts: Check = (value) =>
  isRecord(value) && Object.entries(value).every(([key, each]) => isPlainText(key) && isPlainText(each));
/** An argument vector: no shell sees it, so only NUL and the like are refused; vendors' tools take long ones. */
const argv: Check = (value) =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((word) => typeof word === 'string' && word.length < 4096 && !/\p{Cc}/u.test(word)) &&
  !value[0].startsWith('-');
const shaped =
  (shape: Shape): Check =>
  (value) =>
    isRecord(value) && wrongKeys(value, shape).length === 0;

const attributes = shaped({
  up: optional(flag),
  mtu: optional(isMtu),
  address: optional(isMacAddress),
  master: optional(isLinkName),
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

const creations: Readonly<Record<string, Check>> = {
  bridge: shaped({ type: discriminator }),
  veth: shaped({ type: discriminator, peer: isLinkName }),
  tap: shaped({ type: discriminator, multiQueue: optional(flag) }),
  vlan: shaped({ type: discriminator, link: isLinkName, id: isVlanId }),
};
const creation: Check = (value) => isRecord(value) && (creations[String(value.type)]?.(value) ?? false);

const steps: Readonly<Record<string, Shape>> = {
  link: {
    name: isLinkName,
    create: optional(creation),
    set: optional(attributes),
    initial: optional(attributes),
    shared: optional(flag),
  },
  linkAbsent: { name: isLinkName, type: oneOf('bridge', 'veth', 'tap', 'vlan'), own: flag },
  ovsBridge: { name: isLinkName, datapathType: oneOf('system', 'netdev', 'dummy'), mtu: optional(isMtu) },
  ovsPort: {
    bridge: isLinkName,
    name: isLinkName,
    type: optional(isPlainText),
    tag: optional(isVlanId),
    externalIds: texts,
    options: optional(texts),
    mtuRequest: optional(isMtu),
    wired: flag,
  },
  ovsPortAbsent: { name: isLinkName, own: flag },
  vf: { address: isPciAddress, mac: optional(isMacAddress), vlan: optional(isVlanId), trust: optional(flag) },
  command: { argv, undo: optional(argv), whenCreated: optional(isLinkName), vendor: optional(isPlainText) },
  custom: { name: isPlainText, isDone: isFunction, apply: isFunction, undo: isFunction },
};

/**
 * The last door before the host: whatever a plugin made of its input, no step passes that could mean something
 * else on a command line, in a batch file, in /proc or in OVSDB.
 * @throws VifError INVALID_PLAN naming the plugin, the step and what is wrong with it
 */
export function validatePlan(plan: unknown, owner: string, vifId: string): asserts plan is Plan {
  const refuse = (what: string): never => {
    throw new VifError('INVALID_PLAN', `The ${owner} returned a bad plan: ${what}`, { vifId });
  };
  if (!Array.isArray(plan)) return refuse('it is not a list of steps');
  for (const [i, step] of plan.entries()) {
    const kind = isRecord(step) ? String(step.kind) : '';
    const shape = Object.hasOwn(steps, kind) ? steps[kind] : undefined;
    if (!shape || !isRecord(step)) return refuse(`step ${i} is of no known kind`);
    const wrong = wrongKeys(step, { kind: discriminator, ...shape });
    if (wrong.length > 0) refuse(`step ${i} (${kind}) has a malformed or unknown '${wrong.join("', '")}'`);
  }
}

/** The keys of a value that its shape lacks or refuses. A class's methods count as its keys. */
function wrongKeys(value: Record<string, unknown>, shape: Shape): string[] {
  const unknown = Object.keys(value).filter((key) => !Object.hasOwn(shape, key) && !isFunction(value.apply));
  const refused = Object.entries(shape).filter(([key, check]) => !check(value[key]));
  return [...unknown, ...refused.map(([key]) => key)];
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

/** For discriminators, which the choice of the shape has checked already. */
function discriminator(value: unknown): boolean {
  return typeof value === 'string';
}
