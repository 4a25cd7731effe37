/** A request for a VIF of type `hostdev_physical`. */
export function request(pci_slot?: string) {
  return {
    vif: {
      id: '26e3deba-634f-45ff-8a17-2c3d4e5f6a01',
      address: 'fa:16:3e:30:00:01',
      type: 'hostdev_physical',
      vnic_type: 'direct-physical',
      profile: { ...(pci_slot && { pci_slot }) },
    },
    instance: { uuid: '3a0c5e7f-1b2d-4c3e-8f90-a1b2c3d4e501' },
  };
}
