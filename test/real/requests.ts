/** A VIF of Nova's network model, with what a test cares about. */
interface VifSketch {
  readonly id: string;
  readonly type: string;
  readonly bridge: string;
  readonly devname: string;
  readonly mtu?: number;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly meta?: Readonly<Record<string, unknown>>;
}

export const address = 'fa:16:3e:7a:00:01';
export const instance = '5f0c6f3e-0b51-4b35-9f0b-6f6f3ddc8a11';

function requestFor({ id, type, bridge, devname, mtu, details = {}, meta = {} }: VifSketch) {
  return {
    vif: {
      id,
      address,
      type,
      devname,
      details,
      network: {
        id: '6a1de5d2-7a06-4cf4-9d33-0a6f5f4b7c22',
        bridge,
        label: 'net',
        subnets: [],
        meta: { ...(mtu !== undefined && { mtu }), ...meta },
      },
    },
    instance: { uuid: instance, name: 'instance-0000007a' },
  };
}

export const hybrid = requestFor({
  id: '1c5e02a7-3ed7-4f0a-8e0e-6d9a3a0b4f31',
  type: 'ovs',
  bridge: 'br-int',
  devname: 'tap1c5e02a7-3e',
  mtu: 1450,
  details: { ovs_hybrid_plug: true, port_filter: true, datapath_type: 'netdev' },
});
