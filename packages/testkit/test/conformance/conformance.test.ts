import {
  announce,
  type Plan,
  type PlanContext,
  type PluginPackage,
  unsupportedVif,
  type VifPlugin,
  vifPlugin,
} from '@vifkit/core';
import { requireField, type VIFBase, VIFOpenVSwitch } from '@vifkit/core/os-vif';
import type { LinkStep } from '@vifkit/core/steps';
import { conformance } from '../../src/conformance/index.js';

/** One step of every kind, in the order in which a plugin of the hybrid sort would have them. */
@vifPlugin({ name: 'everything', needs: [{ kind: 'program', name: 'tool', from: 'a vendor' }] })
class Everything implements VifPlugin {
  describe() {
    return announce('everything', [[VIFOpenVSwitch, []]]);
  }

  plug(vif: VIFBase, { instance }: PlanContext): Plan {
    const { bridge, brName, qvb, qvo } = namesOf(vif);
    const end = (name: string, peer: string): LinkStep => ({
      kind: 'link',
      name,
      create: { type: 'veth', peer },
      set: { up: true, mtu: 1450, promisc: true },
    });
    return [
      {
        kind: 'link',
        name: bridge,
        create: { type: 'bridge' },
        set: { up: true },
        initial: { ipv6: false, bridge: { forwardDelay: 0, stp: false, ageing: 0 } },
      },
      end(qvb, qvo),
      end(qvo, qvb),
      { kind: 'link', name: qvb, set: { master: bridge }, create: { type: 'veth', peer: qvo } },
      {
        kind: 'command',
        argv: ['tool', 'add', vif.id],
        undo: ['tool', 'delete', vif.id],
        whenCreated: bridge,
      },
      { kind: 'ovsBridge', name: brName, datapathType: 'system', mtu: 1450 },
      {
        kind: 'ovsPort',
        bridge: brName,
        name: qvo,
        externalIds: { 'iface-id': vif.id, 'vm-uuid': instance.uuid },
        tag: 5,
        mtuRequest: 1450,
        wired: true,
      },
      { kind: 'vf', address: '0000:03:00.1', vlan: 5, mac: vif.address ?? '02:00:00:00:00:01' },
      { kind: 'link', name: 'eth0', set: { up: true, promisc: true }, shared: true },
    ];
  }

  unplug(vif: VIFBase): Plan {
    const { bridge, qvb, qvo } = namesOf(vif);
    return [
      { kind: 'ovsPortAbsent', name: qvo, own: true },
      { kind: 'linkAbsent', name: qvb, type: 'veth', own: true },
      { kind: 'linkAbsent', name: qvo, type: 'veth', own: true },
      { kind: 'command', argv: ['tool', 'delete', vif.id] },
      { kind: 'linkAbsent', name: bridge, type: 'bridge', own: true },
      { kind: 'vf', address: '0000:03:00.1', restore: { vifMac: vif.address ?? '02:00:00:00:00:01' } },
    ];
  }
}

function namesOf(vif: VIFBase) {
  if (!(vif instanceof VIFOpenVSwitch)) throw unsupportedVif('everything', vif);
  const id = vif.id.slice(0, 11);
  return {
    bridge: requireField(vif, 'bridge_name', vif.id),
    brName: 'br-int',
    qvb: `qvb${id}`,
    qvo: `qvo${id}`,
  };
}

const everything: PluginPackage = { name: 'everything', provides: [Everything] };

const vif = {
  id: 'dc065497-3c8d-4f44-8fb4-e1d33c16a536',
  plugin: 'everything',
  address: '52:54:00:4e:6f:01',
  bridge_name: 'qbrdc065497-3c',
};
const instance = {
  uuid: 'f0000000-0000-0000-0000-000000000001',
  name: 'instance-00000001',
  project_id: 'p',
  display_name: 'vm',
};

await conformance({
  plugins: everything,
  requests: [{ id: 'every kind of step', vif: new VIFOpenVSwitch(vif), instance, leaves: ['br-int'] }],
  host: {
    links: [{ name: 'eth0' }],
    pci: { '0000:03:00.1': { pf: 'eth0', index: 0, netDevice: 'eth0v0' } },
    vfs: { '0000:03:00.1': { mac: '52:54:00:00:00:01' } },
  },
});

await conformance({
  plugins: [everything],
  requests: [{ vif: new VIFOpenVSwitch(vif), instance, withBridge: 'br-int' }],
  host: ({ withBridge }) => ({
    ovsBridges: [String(withBridge)],
    links: [{ name: 'eth0', up: true }],
    pci: { '0000:03:00.1': { pf: 'eth0', index: 0 } },
    vfs: { '0000:03:00.1': { mac: '52:54:00:00:00:01' } },
  }),
});
