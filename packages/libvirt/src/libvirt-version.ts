import type { HostCapabilities } from '@vifkit/core/nova';

type Version = HostCapabilities['libvirt_version'];

/** The first release of libvirt that has a feature, according to its documentation of the domain format. */
const features = {
  /** `ethernet` interfaces that need no script. */
  'taps without a script': [1, 3, 3],
  'queues of sockets': [1, 2, 17],
  'receive queue sizes': [2, 3, 0],
  MTU: [3, 1, 0],
  'send queue sizes': [3, 7, 0],
  /** `<target managed="no">`. */
  'taps of others': [5, 7, 0],
  /** Memory of a `memfd`. */
  memfd: [4, 10, 0],
  'packed rings': [6, 3, 0],
  /** `<interface type="vdpa">`. */
  vDPA: [6, 9, 0],
  /** Shared memory of a domain without NUMA cells. */
  'shared memory': [6, 9, 0],
  /** libvirt raises the limit of locked memory for a vDPA device. */
  'memory of vDPA': [7, 2, 0],
} as const satisfies Record<string, Version>;

/** Whether the host's libvirt has a feature. */
export function supports(
  { libvirt_version: actual }: HostCapabilities,
  feature: keyof typeof features,
): boolean {
  const [major, minor, micro] = features[feature];
  if (actual[0] !== major) return actual[0] > major;
  if (actual[1] !== minor) return actual[1] > minor;
  return actual[2] >= micro;
}
