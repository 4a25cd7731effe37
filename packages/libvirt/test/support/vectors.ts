import { readFileSync } from 'node:fs';
import type { GuestContext } from '@vifkit/core';

/** Nova's network model of a VIF, as far as its device depends on it. */
interface VectorVif {
  readonly id: string;
  readonly address: string;
  readonly type: string;
  readonly vnic_type: string;
  readonly devname: string;
  readonly ovs_interfaceid: string | null;
  readonly details: Readonly<Record<string, string | boolean>>;
  readonly profile: { readonly pci_slot: string } | null;
  readonly qbg_params: Readonly<Record<string, string>> | null;
  readonly network: { readonly bridge: string; readonly meta: { readonly interface?: string } };
}

/** A vector of the operation `config`. */
export interface ConfigVector extends Pick<GuestContext, 'instance' | 'flavor' | 'image'> {
  readonly id: string;
  readonly op: string;
  readonly vif: VectorVif;
  readonly host: GuestContext['host'] & {
    readonly pci?: Readonly<Record<string, { readonly vf_ifname: string }>>;
  };
  readonly firewall: 'noop' | 'iptables';
  readonly expect: { readonly xml?: string; readonly error?: string };
}

/** The conformance vectors of the operation `config`. */
export function configVectors(): readonly ConfigVector[] {
  const file = new URL('../../../../test/vectors/newton.jsonl', import.meta.url);
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): ConfigVector => JSON.parse(line))
    .filter(({ op }) => op === 'config');
}

export function contextOf({ instance, flavor, image, host, firewall }: ConfigVector): GuestContext {
  return { instance, flavor, image, host, hostFilters: firewall === 'iptables', routing: 'newton' };
}
