import { readFileSync } from 'node:fs';

/** A link as the reference leaves it; attributes that are left out are free. */
export interface ExpectedLink {
  readonly kind?: string;
  readonly up?: boolean;
  readonly mtu?: number;
  readonly address?: string;
  readonly master?: string;
  readonly promisc?: boolean;
  readonly peer?: string;
  readonly link?: string;
  readonly id?: number;
  readonly forward_delay?: number;
  readonly stp?: boolean;
  readonly multicast_snooping?: boolean;
  readonly disable_ipv6?: boolean;
}

export interface ExpectedPort {
  readonly bridge: string;
  readonly type?: string;
  readonly external_ids: Readonly<Record<string, string>>;
}

export interface Row {
  readonly id: string;
  readonly op: 'config' | 'plug' | 'unplug' | 'replug';
  readonly vif: {
    readonly id: string;
    readonly type: string | null;
    readonly details: Readonly<Record<string, unknown>>;
    readonly network: { readonly bridge: string; readonly meta: Readonly<Record<string, unknown>> };
  };
  readonly host: { readonly existing_links?: readonly string[]; readonly libvirt_version: readonly number[] };
  readonly expect: {
    readonly xml?: string;
    readonly error?: string;
    readonly links?: Readonly<Record<string, ExpectedLink>>;
    readonly ovs_ports?: Readonly<Record<string, ExpectedPort>>;
    readonly ovs_bridges?: Readonly<Record<string, { readonly datapath_type: string }>>;
  };
}

const file = new URL('newton.jsonl', import.meta.url);

const all: readonly Row[] = readFileSync(file, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line));

/** The VIF types that the packages here handle. */
const handled: readonly unknown[] = ['bridge', 'ovs', 'tap'];

/** Types that nothing may ever handle: Neutron's ways to say that there is no binding, and inventions. */
const refused: readonly unknown[] = [null, 'dvs', 'other', 'binding_failed', 'no_such_type'];

export const configRows = all.filter(({ op, vif }) => op === 'config' && handled.includes(vif.type));
export const hostRows = all.filter(({ op, vif }) => op !== 'config' && handled.includes(vif.type));
export const refusedRows = all.filter(({ vif }) => refused.includes(vif.type));
