export const address = 'fa:16:3e:20:00:04';
export const pciSlot = '0000:3b:00.2';
export const instanceId = 'b09d8c45-ae6f-4041-8253-d4e5f6071804';

interface Given {
  readonly meta?: object;
  readonly details?: object;
  readonly profile?: object;
}

/** A request for a VIF of type `ib_hostdev`. */
export function request({ meta = {}, details = {}, profile = { pci_slot: pciSlot } }: Given) {
  const id = '8c3ba06d-405e-4f70-b192-23c4d5e6f704';
  const vif = { id, address, type: 'ib_hostdev', details, profile, network: { meta } };
  return { vif, instance: { uuid: instanceId } };
}
