import { readFileSync } from 'node:fs';
import { builtInPlugins } from '@vifkit/cli';
import { PluginRegistry } from '@vifkit/core';
import type { Primitive } from '@vifkit/core/os-vif';

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
  /** Of a physical function: the settings of its virtual functions, by number. */
  readonly vfs?: Readonly<Record<string, { readonly mac?: string; readonly vlan?: string }>>;
}

export interface ExpectedPort {
  readonly bridge: string;
  readonly type?: string;
  readonly external_ids: Readonly<Record<string, string>>;
}

/** An SR-IOV virtual function that is there. */
interface RowFunction {
  readonly pf_ifname: string;
  readonly vf_ifname: string;
  readonly vf: number;
}

export interface Row {
  readonly id: string;
  readonly op: 'config' | 'plug' | 'unplug' | 'replug';
  readonly routing?: 'newton' | 'current';
  readonly vif: {
    readonly id: string;
    readonly address: string;
    readonly type: string | null;
    readonly vnic_type: string;
    readonly details: Readonly<Record<string, unknown>>;
    readonly network: { readonly bridge: string; readonly meta: Readonly<Record<string, unknown>> };
  };
  readonly image: { readonly properties: { readonly hw_vif_model?: string | undefined } };
  readonly host: {
    readonly virt_type: string;
    readonly use_virtio_for_bridges: boolean;
    readonly existing_links?: readonly string[];
    readonly libvirt_version: readonly number[];
    /** By PCI address. */
    readonly pci?: Readonly<Record<string, RowFunction>>;
  };
  readonly expect: {
    /** The os-vif object that the VIF is converted to; null where the legacy path serves it. */
    readonly object?: Primitive | null;
    readonly xml?: string;
    readonly error?: string;
    /** The argument vectors of vendors' tools, in order: of the operation alone, or of the second plug. */
    readonly vendor?: readonly (readonly string[])[];
    readonly links?: Readonly<Record<string, ExpectedLink>>;
    readonly ovs_ports?: Readonly<Record<string, ExpectedPort>>;
    readonly ovs_bridges?: Readonly<Record<string, { readonly datapath_type: string }>>;
  };
}

function rowsOf(name: string): readonly Row[] {
  return readFileSync(new URL(name, import.meta.url), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** What Nova 14 does, of all operations. */
export const newtonRows = rowsOf('newton.jsonl');

/** What today's Nova answers; all of them are of the operation `config`. */
export const currentRows = rowsOf('current.jsonl');

/** The VIF types that the built-in plugins handle. */
const handled: readonly unknown[] = new PluginRegistry(await builtInPlugins()).types;

/** Types that nothing may ever handle: Neutron's ways to say that there is no binding, and inventions. */
const refused: readonly unknown[] = [null, 'dvs', 'other', 'binding_failed', 'no_such_type'];

const ofHandledTypes = newtonRows.filter(({ vif }) => handled.includes(vif.type));
const onHost = ofHandledTypes.filter(({ op }) => op !== 'config');

export const configRows = ofHandledTypes.filter(({ op }) => op === 'config');
export const hostRows = onHost.filter(({ expect }) => expect.error === undefined);
export const refusedRows = [
  ...onHost.filter(({ expect }) => expect.error !== undefined),
  ...newtonRows.filter(({ vif }) => refused.includes(vif.type)),
];
