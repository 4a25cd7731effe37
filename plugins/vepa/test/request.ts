const instance = { uuid: '4b1d6f80-2c3e-4d4f-9a01-b2c3d4e5f602' };
const port = { id: 'b6c0647a-a513-4b72-9d5e-0f1a2b3c4d02', address: 'fa:16:3e:40:00:02' };

export const qbgParams = {
  managerid: '107',
  typeid: '15071937',
  typeidversion: '102',
  instanceid: '840211ae-1305-1753-680e-6e7d6802b7ca',
};

/** A request for a VIF of type `802.1qbg`. */
export function qbg({
  qbg_params = qbgParams,
  meta = { interface: 'eth0' },
}: {
  qbg_params?: object;
  meta?: object;
} = {}) {
  return { vif: { ...port, type: '802.1qbg', qbg_params, network: { meta } }, instance };
}

export const pciSlot = '0000:96:19.0';

/** A request for a VIF of type `802.1qbh`. */
export function qbh(vnic_type: string, rest: object = {}) {
  const details = { profileid: 'profile-1deed' };
  return {
    vif: { ...port, type: '802.1qbh', vnic_type, details, profile: { pci_slot: pciSlot }, ...rest },
    instance,
  };
}
