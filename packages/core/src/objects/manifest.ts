import { Cursor } from '../schema/cursor.js';
import type { DeclaredClass } from '../schema/field-spec.js';
import { emptyRecord, isPlainObject, ownValue } from '../validation/plain.js';
import { quote } from '../validation/quote.js';
import { earliestOn } from './class-history.js';
import { identityOf, identityOfClass, versionsOfName } from './registry.js';
import { isVersion, understands } from './version.js';

/** The versions of the classes that a peer has, by their names: `{ "VIFPortProfileOpenVSwitch": "1.2" }`. */
export type VersionManifest = Readonly<Record<string, string>>;

/**
 * Reads what is to be a manifest. Classes that are not known here are passed over.
 * @throws ValidationError INVALID_OBJECT; INCOMPATIBLE_VERSION for a version that no class of the name had
 */
export function readManifest(manifest: unknown): VersionManifest {
  const at = Cursor.at({ code: 'INVALID_OBJECT', subject: 'The version manifest' });
  if (!isPlainObject(manifest)) return at.fail(`must be a plain object, not ${quote(manifest)}`);
  const versions = emptyRecord<string>();
  for (const name of Object.keys(manifest)) {
    const version = ownValue(manifest, name);
    if (!isVersion(version)) return at.to(name).fail(`must be a version, as in "1.0", not ${quote(version)}`);
    const known = versionsOfName(name);
    if (known.length > 0 && !known.some((ours) => understands(ours, version))) {
      at.to(name).fail(`is ${version}; up to ${known.join(', ')} is understood`, 'INCOMPATIBLE_VERSION');
    }
    versions[name] = version;
  }
  return versions;
}

/**
 * The version to write an object in. Where a peer names only the class that a field is declared with, as
 * oslo.versionedobjects' own manifests do, the object is written so that a peer with that class can read it.
 */
export function versionFor(
  object: object,
  declared: DeclaredClass | undefined,
  manifest: VersionManifest | undefined,
): string {
  const { name, version } = identityOf(object);
  if (!manifest) return version;
  const wanted = manifest[name];
  if (wanted !== undefined || !declared) return wanted ?? version;
  const base = manifest[identityOfClass(declared).name];
  const earliest = base && earliestOn(Object.getPrototypeOf(object), declared.prototype, base);
  return earliest || version;
}
