import type { Instance } from '../request/instance.js';

/**
 * The name of the network filter that the host has for a guest's card: a driver gives it as the `filter` of
 * its device backend where the host filters. Nova names its filters so.
 */
export function filterName(instance: Instance, mac: string): string {
  return `nova-instance-${instance.name}-${mac.replaceAll(':', '')}`;
}
