import type { Instance } from '@vifkit/core/nova';
import type { VrouterPort } from './vrouter-port.js';

const program = 'vrouter-port-control';

/**
 * Makes the tap a port of the VIF's virtual network. The tool takes its options as one argument, and splits it
 * itself.
 */
export function addPort(port: VrouterPort, instance: Instance, virtType: string): string[] {
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

export function deletePort(vifId: string): string[] {
  return [program, `--oper=delete --uuid=${vifId}`];
}

/**
 * Text of a user's that the tool cannot take for options. It splits its argument at white space before `--`,
 * and otherwise wherever there is a `"` (https://bugs.launchpad.net/nova/+bug/1584625).
 */
function inert(text: string): string {
  return text.replaceAll('"', "'").replaceAll(/\s+(?=--)/g, '');
}
