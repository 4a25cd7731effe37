import type { MemoryHostOptions } from '@vifkit/testkit';

export const slot = '0000:03:10.2';

/** What the virtual function has before anything is plugged. */
export const former = { mac: '52:54:00:10:00:01', vlan: 9, qos: 3, protocol: '802.1ad', trust: false };

/** A host with a virtual function that has a network device. */
export const withFunction: MemoryHostOptions = {
  pci: { [slot]: { pf: 'ens1', index: 1, netDevice: 'ens1v1' } },
  vfs: { [slot]: former },
};

interface Sketch {
  readonly id?: string;
  readonly mac?: string;
  readonly vnicType?: string;
  readonly trusted?: unknown;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly profile?: Readonly<Record<string, unknown>>;
}

/** A request for a VIF of type `hw_veb`. */
export function request({
  id = '5e8f1c7a-0c55-4b86-8d1b-9b6a1f2d7e03',
  mac = 'fa:16:3e:10:00:03',
  vnicType = 'macvtap',
  trusted,
  details,
  profile,
}: Sketch = {}) {
  return {
    vif: {
      id,
      address: mac,
      type: 'hw_veb',
      vnic_type: vnicType,
      details: details ?? { vlan: '100' },
      profile: profile ?? { pci_slot: slot, ...(trusted !== undefined && { trusted }) },
      network: { id: '0f6a3c52-7d1e-4a5b-9c88-3e2f1d0b4a03' },
    },
    instance: { uuid: '3c2b1a09-8f7e-4d6c-9b5a-413029180703' },
  };
}
