import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  deviceName,
  interfaceId,
  isHybridPlug,
  isNeutronFiltering,
  networkMtu,
} from '../../src/nova/network-facts.js';
import { NetworkVif } from '../../src/nova/network-model.js';
import { parseRequest } from '../../src/nova/request.js';

interface Row {
  readonly id: string;
  readonly firewall: string;
  readonly vif: {
    readonly id: string;
    readonly devname?: string;
    readonly type: string | null;
    readonly ovs_interfaceid: string | null;
    readonly details: Readonly<Record<string, unknown>>;
    readonly network: { readonly bridge: string; readonly meta: { readonly mtu?: number } };
  };
  readonly flavor: unknown;
  readonly instance: unknown;
  readonly host: { readonly libvirt_version: unknown };
}

const path = new URL('../../../../test/vectors/newton.jsonl', import.meta.url);
const rows = readFileSync(path, 'utf8')
  .trim()
  .split('\n')
  .map((line): Row => JSON.parse(line));

describe('the requests of the reference', () => {
  it('are all there', () => expect(rows).toHaveLength(435));

  it.each(rows)('$id is read', (row) => {
    const request = parseRequest(row);
    expect(request.id).toBe(row.id);
    expect(request.hostFilters).toBe(row.firewall === 'iptables');
    expect(request.instance).toEqual(row.instance);
    expect(request.flavor).toEqual(row.flavor);
    expect(request.host.libvirt_version).toEqual(row.host.libvirt_version);

    const { vif } = request;
    if (!(vif instanceof NetworkVif)) throw new Error('not of the network model');
    expect([vif.id, vif.type ?? null]).toEqual([row.vif.id, row.vif.type]);
    expect(deviceName(vif)).toBe(row.vif.devname ?? `nic${row.vif.id}`.slice(0, 14));
    expect(interfaceId(vif)).toBe(row.vif.ovs_interfaceid ?? row.vif.id);
    expect(isNeutronFiltering(vif)).toBe(row.vif.details.port_filter ?? false);
    expect(isHybridPlug(vif)).toBe(row.vif.details.ovs_hybrid_plug ?? false);
    expect(networkMtu(vif)).toBe(row.vif.network.meta.mtu);
  });
});
