import { type LegacyDriver, legacyDriver, type Plan, type PlanContext } from '@vifkit/core';
import { type DeviceBackend, deviceName, type NetworkVif, networkBridge } from '@vifkit/core/nova';

/** VIF type `acme_fabric`: one bridge per network, which joins Acme's fabric when it is made. */
@legacyDriver({
  type: 'acme_fabric',
  needs: [
    { kind: 'module', name: 'acme_fabric', from: "Acme's kernel module" },
    { kind: 'program', name: 'acmectl', from: 'the acme-agent package' },
  ],
})
export class AcmeFabricDriver implements LegacyDriver {
  config(vif: NetworkVif): DeviceBackend {
    return { type: 'bridge', bridge: networkBridge(vif), target: deviceName(vif), bandwidth: true };
  }

  async plug(vif: NetworkVif, { facts }: PlanContext): Promise<Plan> {
    const bridge = networkBridge(vif);
    const mtu = (await facts.linkMtu('fabric0')) ?? 1500;
    return [
      {
        kind: 'link',
        name: bridge,
        create: { type: 'bridge' },
        set: { up: true, mtu },
        initial: { bridge: { forwardDelay: 0, stp: false } },
        shared: true,
      },
      { kind: 'command', argv: ['acmectl', 'join', bridge], whenCreated: bridge },
    ];
  }

  /** The bridge stays, because other VIFs use it too. */
  unplug(): Plan {
    return [];
  }
}
