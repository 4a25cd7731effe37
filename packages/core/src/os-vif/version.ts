const pattern = /^(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})$/;

/** Whether a value is a class's version: major and minor, as in `1.4`. */
export function isVersion(value: unknown): value is string {
  return typeof value === 'string' && pattern.test(value);
}

/** Negative when `a` is older than `b`, positive when it is newer. */
export function compareVersions(a: string, b: string): number {
  const [major = 0, minor = 0] = a.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = b.split('.').map(Number);
  return major - otherMajor || minor - otherMinor;
}

/** All versions with the same major version up to this one. Minor versions have no gaps. */
export function versionsUpTo(version: string): string[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return Array.from({ length: minor + 1 }, (_, index) => `${major}.${index}`);
}

/** Whether a peer at version `ours` understands `version`: not if its minor is newer or its major differs. */
export function understands(ours: string, version: string): boolean {
  return ours.split('.')[0] === version.split('.')[0] && compareVersions(version, ours) <= 0;
}

/** A versioned object on the wire: the primitive form of oslo.versionedobjects. */
export interface Primitive {
  /** The name of its class, as in `VIFBridge`. */
  readonly 'versioned_object.name': string;
  /** `os_vif`, or a vendor's own. */
  readonly 'versioned_object.namespace': string;
  /** The version of the class whose fields it has, as in `1.0`. */
  readonly 'versioned_object.version': string;
  /** The fields that are set. */
  readonly 'versioned_object.data': Readonly<Record<string, PrimitiveValue>>;
}

/** The value of a field on the wire. */
export type PrimitiveValue = string | number | boolean | null | Primitive | readonly PrimitiveValue[];
