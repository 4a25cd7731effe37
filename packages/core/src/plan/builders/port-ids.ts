/** Whose port it is. */
export interface PortOwner {
  /** Neutron's id of the port. */
  readonly interfaceId: string;
  /** The guest's MAC address. */
  readonly address: string;
  readonly instanceUuid: string;
}

/** The external ids of an Open vSwitch interface by which Neutron's agents and OVN know a guest's port. */
export function portIds({ interfaceId, address, instanceUuid }: PortOwner): Record<string, string> {
  return {
    'iface-id': interfaceId,
    'iface-status': 'active',
    'attached-mac': address,
    'vm-uuid': instanceUuid,
  };
}
