import { describe, expect, it } from 'vitest';
import { InterfaceConfig, type InterfaceSettings } from '../../src/device-config.js';

const bare: InterfaceSettings = {
  mac: 'fa:16:3e:00:00:01',
  model: undefined,
  driver: undefined,
  source: { type: 'bridge', bridge: 'br0' },
  target: undefined,
  unmanaged: false,
  mtu: undefined,
  vlan: undefined,
  virtualPort: undefined,
  filter: undefined,
  bandwidth: undefined,
};

const xmlOf = (settings: Partial<InterfaceSettings>) => new InterfaceConfig({ ...bare, ...settings }).toXml();

describe('InterfaceConfig', () => {
  it('says only what is set', () => {
    expect(xmlOf({})).toBe(
      '<interface type="bridge">\n  <mac address="fa:16:3e:00:00:01"/>\n  <source bridge="br0"/>\n</interface>\n',
    );
  });

  it('says everything that is set', () => {
    expect(
      xmlOf({
        model: 'virtio',
        driver: { name: 'vhost', queues: 4, rxQueueSize: 256, txQueueSize: 512, packed: true },
        target: 'tap0',
        unmanaged: true,
        mtu: 1450,
        vlan: 0,
        virtualPort: { type: '802.1Qbg', parameters: { managerid: '1', typeid: '2', typeidversion: '3' } },
        filter: 'no-spoofing',
        bandwidth: { inbound: { average: '1', burst: '2' }, outbound: { average: '3', peak: '4' } },
      }),
    ).toBe(`<interface type="bridge">
  <mac address="fa:16:3e:00:00:01"/>
  <model type="virtio"/>
  <driver name="vhost" queues="4" rx_queue_size="256" tx_queue_size="512" packed="on"/>
  <source bridge="br0"/>
  <target dev="tap0" managed="no"/>
  <mtu size="1450"/>
  <vlan>
    <tag id="0"/>
  </vlan>
  <virtualport type="802.1Qbg">
    <parameters managerid="1" typeid="2" typeidversion="3"/>
  </virtualport>
  <filterref filter="no-spoofing"/>
  <bandwidth>
    <inbound average="1" burst="2"/>
    <outbound average="3" peak="4"/>
  </bandwidth>
</interface>
`);
  });

  it.each<[InterfaceSettings['source'], string]>([
    [{ type: 'ethernet', script: '' }, '<script path=""/>'],
    [
      { type: 'vhostuser', path: '/run/vhu', mode: 'client' },
      '<source type="unix" mode="client" path="/run/vhu"/>',
    ],
    [{ type: 'direct', link: 'eth0', mode: 'vepa' }, '<source dev="eth0" mode="vepa"/>'],
    [
      { type: 'hostdev', pciAddress: '0000:3f:0e.4' },
      '<address type="pci" domain="0x0000" bus="0x3f" slot="0x0e" function="0x4"/>',
    ],
  ])('is joined to %j', (source, xml) => {
    expect(xmlOf({ source })).toContain(xml);
  });

  it('is managed if it is a device of the host', () => {
    const source = { type: 'hostdev', pciAddress: '0000:3f:0e.4' } as const;
    expect(xmlOf({ source })).toMatch(/^<interface type="hostdev" managed="yes">/);
  });

  it('has neither source nor script on a bare tap', () => {
    expect(xmlOf({ source: { type: 'ethernet' } })).not.toMatch(/source|script/);
  });

  it('names the link that libvirt makes, and its bridge', () => {
    const device = (settings: Partial<InterfaceSettings>) => new InterfaceConfig({ ...bare, ...settings });
    expect(device({ target: 'tap0' })).toMatchObject({ hostLink: 'tap0', bridge: 'br0' });

    const tap = device({ target: 'tap0', source: { type: 'ethernet' } });
    expect(tap).toMatchObject({ hostLink: 'tap0' });
    expect(tap.bridge).toBeUndefined();

    const socket = device({
      target: 'vhu0',
      source: { type: 'vhostuser', path: '/run/vhu', mode: 'client' },
    });
    expect(socket.hostLink).toBeUndefined();
  });

  it.each<Partial<InterfaceSettings>>([
    { mac: 'fa:16:3e:00:00:01\0' },
    { target: 'tap0\n' },
    { filter: '\u0007' },
    { source: { type: 'bridge', bridge: '\ud800' } },
    { source: { type: 'hostdev', pciAddress: 'eth0' } },
    { vlan: Number.NaN },
    { virtualPort: { type: 'openvswitch', parameters: { 'interface id': 'x' } } },
  ])('refuses %j at once', (settings) => {
    expect(() => new InterfaceConfig({ ...bare, ...settings })).toThrow(
      expect.objectContaining({ code: 'INVALID_VIF' }),
    );
  });
});
