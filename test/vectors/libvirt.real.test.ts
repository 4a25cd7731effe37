import type { ErrorCode } from '@vifkit/core';
import { type Routing, routings } from '@vifkit/core/nova';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import { define, domainWith } from './define.js';
import { driverOn } from './driver.js';
import { currentRows, newtonRows, type Row } from './rows.js';
import { setupOf } from './setup.js';

const virtTypes = ['kvm', 'qemu', 'xen', 'lxc', 'uml', 'parallels'];
const models = [undefined, 'virtio', 'e1000', 'rtl8139'];

/** A request, and what it is called here. */
interface Request {
  readonly title: string;
  readonly row: Row;
}

/** Rows as they stand, whatever they are to be done with. */
const rows: readonly Row[] = [...newtonRows, ...currentRows];

/** A VIF of every type, vNIC type and set of details that there is in the rows. */
const oneOfEachKind = new Map(
  rows.map((row) => {
    const { type, vnic_type, details } = row.vif;
    return [JSON.stringify([type, vnic_type, Object.keys(details).sort()]), row];
  }),
);

/** A row for all guests, by the rules of one Nova, on today's libvirt. */
function variants(row: Row, routing: Routing): Request[] {
  return virtTypes.flatMap((virt_type) =>
    models.map((hw_vif_model) => ({
      title: `${row.id} by ${routing}, ${virt_type}, ${hw_vif_model ?? 'no model'}`,
      row: {
        ...row,
        routing,
        firewall: 'noop',
        image: { properties: { ...row.image.properties, hw_vif_model } },
        host: { ...row.host, virt_type, use_virtio_for_bridges: true, libvirt_version: [9, 0, 0] },
      },
    })),
  );
}

/** What a request may be refused for: it has no device that libvirt could be shown. */
const refusals: readonly ErrorCode[] = [
  'UNSUPPORTED_MODEL',
  'UNSUPPORTED_VIRT_TYPE',
  'UNSUPPORTED_VIF_TYPE',
  'VIF_TYPE_MISSING',
  'UNSUPPORTED_VIF',
  'INVALID_VIF',
  'INVALID_REQUEST',
  'PCI_DEVICE_NOT_FOUND',
];

/** The devices of requests; those that are refused have none. */
async function devicesOf(requests: readonly Request[]): Promise<{ request: Request; xml: string }[]> {
  const pci = Object.assign({}, ...requests.map(({ row }) => setupOf(row).functions));
  const results = await driverOn(memoryHost({ pci })).configAll(requests.map(({ row }) => row));
  return results.flatMap((result, i) => {
    const request = requests[i];
    if ('error' in result) expect(refusals, `${request?.title}: ${result.error.message}`).toContain(result.error.code);
    return request && 'value' in result ? [{ request, xml: result.value.device.toXml() }] : [];
  });
}

describe('libvirt takes the device', () => {
  it.each<[string, readonly Request[], number]>([
    ['of every row', rows.map((row) => ({ title: row.id, row })), 513],
    ...routings.map((routing): [string, readonly Request[], number] => [
      `of a row of each kind for all guests, by the rules of ${routing}`,
      [...oneOfEachKind.values()].flatMap((row) => variants(row, routing)),
      200,
    ]),
  ])('%s', async (title, requests, least) => {
    const devices = await devicesOf(requests);
    const of = devices.length;
    const { defined, refused } = await define(
      devices.map(({ request, xml }, i) => domainWith(`d${i}`, request.row.host.virt_type, xml)),
    );
    console.info(`${title}: ${defined} of ${of}; ${requests.length - of} of ${requests.length} requests are refused`);
    expect([...refused].map(([i, why]) => `${devices[i]?.request.title}: ${why}`)).toEqual([]);
    expect(defined).toBe(of);
    expect(of).toBeGreaterThanOrEqual(least);
  });

  it('and refuses what does not fit together', async () => {
    const mac = '<mac address="fa:16:3e:00:00:01"/>';
    const socket = `<interface type="vhostuser">${mac}<source type="unix" mode="server" path="/run/vhu"/>`;
    const pci = '<source><address type="pci" domain="0x0000" bus="0x3f" slot="0x0e" function="0x4"/></source>';
    const devices = [
      `${socket}<model type="e1000"/></interface>`,
      `<interface type="hostdev" managed="yes">${mac}<driver name="vhost"/>${pci}</interface>`,
      `<interface type="bridge">${mac}<source bridge="br0"/></interface>`,
    ];
    const { defined, refused } = await define(devices.map((device, i) => domainWith(`d${i}`, 'kvm', device)));
    expect(defined).toBe(1);
    expect(refused.get(0)).toMatch(/virtio-net/);
    expect(refused.get(1)).toMatch(/Invalid value for attribute 'name'/);
  });
});
