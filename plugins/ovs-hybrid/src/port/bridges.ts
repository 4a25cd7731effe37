import { networkMtu } from '@vifkit/core/nova';
import { requireField, type VIFBase, VIFOpenVSwitch } from '@vifkit/core/os-vif';
import type { OvsBridgeStep, OvsDatapathType } from '@vifkit/core/steps';
import { isTrunkBridge } from './names.js';
import type { PlugContext } from './plug-context.js';

/** The name of the integration bridge, or of the trunk's bridge: that of the VIF's network. */
export function networkBridge(vif: VIFBase): string {
  const network = requireField(vif, 'network', vif.id);
  const own = vif instanceof VIFOpenVSwitch ? vif.bridge_name : undefined;
  return network.bridge ?? own ?? requireField(network, 'bridge', vif.id);
}

/** The bridge of the VIF's network, which has at least the network's MTU. */
export function ensuredBridge(
  vif: VIFBase,
  datapathType: OvsDatapathType,
  { options }: PlugContext,
): OvsBridgeStep {
  const mtu = networkMtu(vif);
  const name = networkBridge(vif);
  const own = isTrunkBridge(name); // of the guest's one trunk port
  const mustExist = !own && !options.create_bridge;
  return {
    kind: 'ovsBridge',
    name,
    datapathType,
    ...(mtu !== undefined && { mtu }),
    ...(own && { own }),
    ...(mustExist && { mustExist }),
  };
}
