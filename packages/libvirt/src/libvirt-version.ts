import type { HostCapabilities } from '@vifkit/core';

type Version = HostCapabilities['libvirt_version'];

/** Whether the host's libvirt is older than a version. */
export function isOlderThan({ libvirt_version: actual }: HostCapabilities, wanted: Version): boolean {
  const [major, minor, micro] = wanted;
  if (actual[0] !== major) return actual[0] < major;
  if (actual[1] !== minor) return actual[1] < minor;
  return actual[2] < micro;
}
