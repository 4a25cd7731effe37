import * as osVif from '@vifkit/core/os-vif';

type VifClass = new (fields: osVif.FieldsOf<osVif.VIFBase, 'id'>) => osVif.VIFBase;

/** All VIF classes that core has. */
export const vifClasses: readonly VifClass[] = Object.values(osVif).filter(isVifClass);

function isVifClass(value: unknown): value is VifClass {
  return typeof value === 'function' && value.prototype instanceof osVif.VIFBase;
}

/** Values for the fields that VIF classes have besides those of VIFBase. */
const samples: readonly (readonly [field: string, value: string])[] = [
  ['vif_name', 'tap5b3a7c3e-54'],
  ['bridge_name', 'br5b3a7c3e-54'],
  ['vlan_name', 'vlan5'],
  ['dev_address', '0000:03:00.1'],
  ['dev_type', 'ethernet'],
  ['pci_address', '0000:03:00.1'],
  ['dev_driver', 'virtio-pci'],
  ['path', '/run/5b3a7c3e-54'],
  ['mode', 'bridge'],
  ['mode', 'client'],
];

/** Fields of a class with valid values. */
export function sampleFields(type: VifClass): Readonly<Record<string, string>> {
  return Object.fromEntries(samples.filter(([field, value]) => isField(type, field, value)));
}

function isField(type: VifClass, field: string, value: string): boolean {
  try {
    return Boolean(new type({ id: '5b3a7c3e-54b1-4d3e-9f5e-0c1d2e3f4a5b', [field]: value }));
  } catch {
    return false;
  }
}
