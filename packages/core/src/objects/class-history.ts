import { fieldsOf, ownFieldsOf } from '../schema/field-store.js';
import { registrationOf } from './registry.js';
import { compareVersions, versionsUpTo } from './version.js';

/** The fields that the class with this prototype had at one of its versions, inherited ones first. */
export function fieldsAt(prototype: object, version: string): string[] {
  const isNewest = registrationOf(prototype)?.version === version;
  return isNewest ? [...fieldsOf(prototype).keys()] : namesAt(prototype, version);
}

/**
 * The earliest version of a class that was built on this version of a class it extends. A peer that has the one
 * has at least the other.
 */
export function earliestOn(prototype: object, ancestor: object, version: string): string | undefined {
  const newest = registrationOf(prototype)?.version;
  return newest && versionsUpTo(newest).find((own) => versionOf(ancestor, prototype, own) === version);
}

/** Without a version, as a class has that is not registered: all fields. */
function namesAt(prototype: object, version: string | undefined): string[] {
  const parent: object | null = Object.getPrototypeOf(prototype);
  const inherited = parent ? namesAt(parent, version && parentVersion(prototype, version)) : [];
  const own = [...ownFieldsOf(prototype)].filter(
    ([, { since }]) => !since || !version || compareVersions(since, version) <= 0,
  );
  return [...inherited, ...own.map(([name]) => name)];
}

function versionOf(ancestor: object, prototype: object, version: string): string | undefined {
  if (prototype === ancestor) return version;
  const parent: object | null = Object.getPrototypeOf(prototype);
  const next = parentVersion(prototype, version);
  return parent && next ? versionOf(ancestor, parent, next) : undefined;
}

/** The version of the parent class that a version of a class was built on. */
function parentVersion(prototype: object, version: string): string | undefined {
  const parent = registrationOf(Object.getPrototypeOf(prototype))?.version;
  const own = registrationOf(prototype);
  if (parent === undefined || own === undefined || own.version === version) return parent;
  const { builtOn } = own;
  if (!builtOn) return compareVersions(version, parent) < 0 ? version : parent;
  const steps = Object.keys(builtOn).filter((step) => compareVersions(step, version) <= 0);
  return builtOn[steps.sort(compareVersions).at(-1) ?? ''] ?? parent;
}
