import * as core from '@vifkit/core';

type VifClass = new (fields: core.FieldsOf<core.VIFBase, 'id'>) => core.VIFBase;

/** All VIF classes that core has. */
export const vifClasses: readonly VifClass[] = Object.values(core).filter(isVifClass);

function isVifClass(value: unknown): value is VifClass {
  return typeof value === 'function' && value.prototype instanceof core.VIFBase;
}
