import { deviceName, type Instance, type NetworkVif, networkId } from '@vifkit/core';
import { portAddresses } from './port-addresses.js';

const program = 'vrouter-port-control';

/**
 * Makes the tap a port of the VIF's virtual network. The tool takes its options as one argument, and splits it
 * itself.
 * @throws VifError INVALID_VIF when the network has no id
 */
export function addPort(vif: NetworkVif, instance: Instance, virtType: string): string[] {
  const { ipv4, ipv6 } = portAddresses(vif.network.subnets);
  const options = {
    oper: 'add',
    uuid: vif.id,
    instance_uuid: instance.uuid,
    vn_uuid: networkId(vif),
    vm_project_uuid: inert(instance.project_id),
    ip_address: ipv4,
    ipv6_address: ipv6,
    vm_name: inert(instance.display_name),
    mac: vif.address,
    tap_name: deviceName(vif),
    port_type: virtType === 'lxc' ? 'NameSpacePort' : 'NovaVMPort',
    // No VLANs: vRouter gives the guest untagged frames.
    tx_vlan_id: -1,
    rx_vlan_id: -1,
  };
  const words = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  return [program, words.join(' ')];
}

export function deletePort({ id }: NetworkVif): string[] {
  return [program, `--oper=delete --uuid=${id}`];
}

/**
 * Text of a user's that the tool cannot take for options. It splits its argument at white space before `--`,
 * and otherwise wherever there is a `"` (https://bugs.launchpad.net/nova/+bug/1584625).
 */
function inert(text: string): string {
  return text.replaceAll('"', "'").replaceAll(/\s+(?=--)/g, '');
}
