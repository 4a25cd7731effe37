const idOf = (n: number) => `5d0c7e42-1f6a-4b3d-8c2e-${String(n).padStart(12, '0')}`;

/** The n-th VIF of the vendor, on a network of this MTU; its tap is `tapN`. */
export function tapRequest(n: number, mtu = 1500) {
  const network = {
    'versioned_object.name': 'Network',
    'versioned_object.namespace': 'os_vif',
    'versioned_object.version': '1.1',
    'versioned_object.data': { id: idOf(0), mtu },
  };
  return {
    vif: {
      'versioned_object.name': 'VIFGeneric',
      'versioned_object.namespace': 'os_vif',
      'versioned_object.version': '1.0',
      'versioned_object.data': {
        id: idOf(n),
        plugin: 'acme-fifo',
        address: 'fa:16:3e:10:00:09',
        vif_name: `tap${n}`,
        network,
      },
    },
    instance: { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502', name: 'instance-00000002' },
  };
}

export const tapId = idOf;
