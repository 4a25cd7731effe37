import * as osVif from '@vifkit/core/os-vif';

type VifClass = new (fields: osVif.FieldsOf<osVif.VIFBase, 'id'>) => osVif.VIFBase;

/** All VIF classes that core has. */
export const vifClasses: readonly VifClass[] = Object.values(osVif).filter(isVifClass);

function isVifClass(value: unknown): value is VifClass {
  return typeof value === 'function' && value.prototype instanceof osVif.VIFBase;
}
