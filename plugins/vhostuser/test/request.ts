export const id = '3aeccff7-3485-4ab8-8c09-4639f2fd6406';
export const address = 'fa:16:3e:70:00:06';
export const device = 'tap3aeccff7-34';
export const port = 'vhu3aeccff7-34';
export const socket = `/var/run/vhost/${port}`;
export const [qbr, qvb, qvo] = ['qbr3aeccff7-34', 'qvb3aeccff7-34', 'qvo3aeccff7-34'] as const;
export const instance = { uuid: '7e4092b3-5f61-4072-8d34-e5f607182906', name: 'instance-00000006' };

export const openVSwitch = { vhostuser_ovs_plug: true };
export const fastPath = { vhostuser_fp_plug: true };
export const fastPathOnOvs = { ...fastPath, ...openVSwitch };
export const fastPathHybrid = { ...fastPathOnOvs, ovs_hybrid_plug: true };

/** A request for a VIF of type `vhostuser`. */
export function request(details: object = {}, meta: object = {}) {
  return {
    vif: {
      id,
      address,
      type: 'vhostuser',
      devname: device,
      details: { vhostuser_socket: socket, ...details },
      network: { bridge: 'br-int', meta },
    },
    instance,
  };
}
