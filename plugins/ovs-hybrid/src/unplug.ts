import type { HostFacts, Plan } from '@vifkit/core';
import { type VIFBase, VIFBridge, VIFHostDevice, VIFOpenVSwitch } from '@vifkit/core/os-vif';
import {
  type LinkAbsentStep,
  noHybridLinks,
  type OvsBridgeAbsentStep,
  type OvsPortAbsentStep,
} from '@vifkit/core/steps';
import { guestLinkTypes } from './direct.js';
import { representorLinkOf } from './host-device.js';
import type { OvsOptions } from './ovs-options.js';
import { interfaceIdOf, isTrunkBridge, patchPorts, portBridge, profileOf } from './port.js';

/**
 * Removes whatever any plug of this VIF has made: it may have been plugged in another form than it would be now, for
 * instance if Neutron's firewall driver was changed while the guest was running.
 */
export async function unplugPlan(vif: VIFBase, options: OvsOptions, facts: HostFacts): Promise<Plan> {
  const representor = vif instanceof VIFHostDevice ? await representorLinkOf(vif, facts) : undefined;
  const name = representor ?? '';
  const down = { kind: 'link', name, set: { up: false }, goesWith: name } as const;
  return [
    ...ownPorts(vif, options, representor),
    { kind: 'ovsVifPortsAbsent', interfaceId: interfaceIdOf(vif) },
    ...bridges(vif),
    ...(representor === undefined ? [] : [down]), // it belongs to the card: it can be released, but not removed
    ...noHybridLinks({
      vifId: vif.id,
      ...(vif instanceof VIFBridge && vif.bridge_name !== undefined && { bridge: vif.bridge_name }),
    }),
    ...tap(vif),
  ];
}

/** Ports that belong to the VIF by their names: those of os-vif and libvirt have no mark of ours. */
function ownPorts(
  vif: VIFBase,
  { per_port_bridge }: OvsOptions,
  representor: string | undefined,
): OvsPortAbsentStep[] {
  const absent = { kind: 'ovsPortAbsent', own: true } as const;
  const ports: OvsPortAbsentStep[] = [];
  if (vif instanceof VIFOpenVSwitch) {
    const { vif_name: name } = vif;
    // The same types as for the plug.
    if (name !== undefined) ports.push({ ...absent, name, type: '', linkTypes: guestLinkTypes });
    if (per_port_bridge)
      ports.push(...patchPorts(vif.id).map((patch) => ({ ...absent, name: patch, type: 'patch' })));
  }
  if (representor !== undefined) ports.push({ ...absent, name: representor, type: '' });
  return ports;
}

/** The VIF's own bridge, and the bridge of its trunk, which nobody else needs. */
function bridges(vif: VIFBase): OvsBridgeAbsentStep[] {
  const shared = vif.network?.bridge;
  const absent = { kind: 'ovsBridgeAbsent', own: true } as const;
  const trunk = shared !== undefined && isTrunkBridge(shared) ? [{ ...absent, name: shared }] : [];
  return [{ ...absent, name: portBridge(vif.id), exclusive: true }, ...trunk];
}

/**
 * The guest's tap. For a VIFOpenVSwitch it belongs to the VIF by its name, whoever made it; a link with this name that
 * is not a tap belongs to somebody else, unless the plug was to make one. For other classes it is removed only if an
 * earlier plug made it.
 */
function tap(vif: VIFBase): LinkAbsentStep[] {
  if (!(vif instanceof VIFOpenVSwitch || vif instanceof VIFBridge)) return [];
  const { vif_name: name } = vif;
  if (name === undefined) return [];
  const own = vif instanceof VIFOpenVSwitch;
  const lenient = !(own && profileOf(vif).create_tap);
  // An internal port of a bridge in userspace is a tap as well: it stays with its port.
  return [{ kind: 'linkAbsent', name, type: 'tap', own, lenient, ...(own && { goesWith: name }) }];
}
