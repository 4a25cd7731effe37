import type { Plan, PlanContext } from '@vifkit/core';
import type { Instance } from '@vifkit/core/nova';
import { boundTap, noBoundTap } from '@vifkit/core/steps';
import { type VrouterPort, vendor } from './vrouter-port.js';

const program = 'vrouter-port-control';

/** guest's tap ── vRouter. */
export function plugPort(port: VrouterPort, { instance, virtType, tap: { multiQueue } }: PlanContext): Plan {
  const bind = addPort(port, instance, virtType);
  return boundTap({ name: port.tap, multiQueue, bind, unbind: deletePort(port.vifId), vendor });
}

export function unplugPort({ vifId, tap: name }: Pick<VrouterPort, 'vifId' | 'tap'>): Plan {
  return noBoundTap({ name, unbind: deletePort(vifId), vendor });
}

/**
 * Makes the tap a port of the VIF's virtual network. The tool takes its options as one argument, and splits it
 * itself.
 */
function addPort(port: VrouterPort, instance: Instance, virtType: string): string[] {
  const options = {
    oper: 'add',
    uuid: port.vifId,
    instance_uuid: instance.uuid,
    vn_uuid: port.networkId,
    vm_project_uuid: inert(instance.project_id),
    ip_address: port.addresses.ipv4,
    ipv6_address: port.addresses.ipv6,
    vm_name: inert(instance.display_name),
    mac: port.mac,
    tap_name: port.tap,
    port_type: virtType === 'lxc' ? 'NameSpacePort' : 'NovaVMPort',
    // No VLANs: vRouter gives the guest untagged frames.
    tx_vlan_id: -1,
    rx_vlan_id: -1,
  };
  const words = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  return [program, words.join(' ')];
}

function deletePort(vifId: string): string[] {
  return [program, `--oper=delete --uuid=${vifId}`];
}

/**
 * Text of a user's that the tool cannot take for options. It splits its argument at white space before `--`,
 * and otherwise wherever there is a `"` (https://bugs.launchpad.net/nova/+bug/1584625).
 */
function inert(text: string): string {
  return text.replaceAll('"', "'").replaceAll(/\s+(?=--)/g, '');
}
