import type { Difference } from '@vifkit/core/step-kinds';
import type {
  BridgeAttributes,
  LinkAbsentStep,
  LinkAttributes,
  LinkStep,
  LinkUserAbsentStep,
  LinkUserStep,
} from '@vifkit/core/steps';
import type { Relocation } from './addresses/relocation.js';
import { type LinkState, OVS_DATAPATH, type TapState } from './link-state.js';
import type { LinkChange, LinkMaking, TapMaking } from './link-table.js';

/** The steps that concern links. */
export type LinkSteps = LinkStep | LinkAbsentStep | LinkUserStep | LinkUserAbsentStep;

/** How a link is made: by us, or by a command of the plan before the step. */
export type Creation = LinkMaking | { readonly type: 'command' };

/** A link that is removed, with the other end of a veth pair: all that is needed to restore it. */
export interface Removed {
  readonly link: LinkState;
  readonly peer?: LinkState | undefined;
}

/** The new alias of a link, and the current one. */
interface Marking {
  readonly to: string;
  readonly from: string;
}

/** What must be written for a link. */
export type LinkWrite =
  | { readonly kind: 'make'; readonly create: Creation; readonly set: LinkAttributes; readonly mark: string }
  /** It was made differently than required: it is removed and recreated. */
  | {
      readonly kind: 'replace';
      readonly create: Creation;
      readonly set: LinkAttributes;
      readonly mark: string;
      readonly replaced: Removed;
    }
  /** A tap is recreated in place. */
  | {
      readonly kind: 'remake';
      readonly create: TapMaking;
      readonly set: LinkAttributes;
      readonly mark: string;
      readonly was: LinkState & { readonly tap: TapState };
    }
  | {
      readonly kind: 'set';
      readonly set: LinkChange;
      /** The current values of these attributes. */
      readonly former: LinkChange;
      readonly mark?: Marking;
      readonly relocation?: Relocation | undefined;
    }
  | { readonly kind: 'remove'; readonly removed: Removed }
  | { readonly kind: 'note'; readonly user: string; readonly present: boolean };

export type SetWrite = Extract<LinkWrite, { kind: 'set' }>;

/** How much of a write was done, if that is known. */
export type LinkProgress = 'all' | 'nothing';

const attributes = [
  ...(['up', 'mtu', 'address', 'master', 'promisc', 'ipv6', 'arpIgnore', 'arpAnnounce'] as const),
  'checksumOffload' as const,
];
const bridgeAttributes = ['forwardDelay', 'stp', 'multicastSnooping', 'ageing', 'vlanFiltering'] as const;

/** The attributes of a link that must be changed; undefined if none must. */
export function settingOf(wanted: LinkChange, state: LinkState): SetWrite | undefined {
  const { checksumOffload, ...others } = wanted;
  const known = state.checksumOffload === undefined ? others : wanted;
  // A link without IPv6 counts as one that has it turned off.
  const flat = differing<LinkChange, (typeof attributes)[number]>(attributes, known, {
    ...state,
    ipv6: state.ipv6 ?? false,
  });
  const bridge = differing(bridgeAttributes, wanted.bridge ?? {}, state.bridge ?? {});
  const hasBridge = Object.keys(bridge.wanted).length > 0;
  if (!hasBridge && Object.keys(flat.wanted).length === 0) return undefined;
  const { master, ...former } = flat.actual;
  return {
    kind: 'set',
    set: { ...flat.wanted, ...(hasBridge && { bridge: bridge.wanted }) },
    former: {
      ...former,
      ...(flat.wanted.master !== undefined && { master: master ?? null }),
      ...(hasBridge && { bridge: bridge.actual }),
    },
  };
}

/** What must be set, as differences for users. */
export function renderSetting({ set, former, mark }: SetWrite): Difference[] {
  const { bridge = {} } = set;
  const difference = (attribute: string, expected: unknown, actual: unknown = null) => ({
    attribute,
    expected,
    actual,
  });
  return [
    ...attributes.flatMap((each) =>
      set[each] === undefined ? [] : difference(each, set[each], former[each]),
    ),
    ...bridgeAttributes.flatMap((each) =>
      bridge[each] === undefined ? [] : difference(`bridge.${each}`, bridge[each], former.bridge?.[each]),
    ),
    ...(mark ? [difference('alias', mark.to, mark.from || null)] : []),
  ];
}

/** The attributes that a link is made with. */
export function firstAttributes({ initial = {}, set = {} }: LinkStep): LinkAttributes {
  const bridge: BridgeAttributes = { ...initial.bridge, ...set.bridge };
  return { ...initial, ...set, ...(Object.keys(bridge).length > 0 && { bridge }) };
}

/** The attributes of a tap that its replacement gets. Open vSwitch takes its port back by itself. */
export function keptOf({ address, mtu, master }: LinkState): LinkAttributes {
  return { address, mtu, ...(master !== undefined && master !== OVS_DATAPATH && { master }) };
}

/** All attributes of a link that is made again as it was. */
export function formerAttributes(link: LinkState): LinkChange {
  const { up, promisc, ipv6, arpIgnore, arpAnnounce, group, dropsAll } = link;
  const queueLength = dropsAll ? 0 : link.queueLength;
  return {
    ...keptOf(link),
    up,
    promisc,
    ...(ipv6 !== undefined && { ipv6 }),
    ...(arpIgnore !== undefined && { arpIgnore }),
    ...(arpAnnounce !== undefined && { arpAnnounce }),
    ...(group !== undefined && { group }),
    ...(queueLength !== undefined && { queueLength }),
  };
}

/** How an existing tap was made. */
export function makingOf({ multiQueue, owner }: TapState): TapMaking {
  return { type: 'tap', multiQueue, ...(owner !== undefined && { owner }) };
}

/** The attributes that differ from the wanted ones, with their current values. */
function differing<T extends object, K extends keyof T>(
  keys: readonly K[],
  all: T,
  found: Partial<T>,
): { readonly wanted: Partial<T>; readonly actual: Partial<T> } {
  const wanted: Partial<T> = {};
  const actual: Partial<T> = {};
  for (const key of keys) {
    if (all[key] === undefined || isSame(all[key], found[key])) continue;
    wanted[key] = all[key];
    actual[key] = found[key];
  }
  return { wanted, actual };
}

function isSame(a: unknown, b: unknown): boolean {
  return typeof a === 'string' && typeof b === 'string' ? a.toLowerCase() === b.toLowerCase() : a === b;
}
