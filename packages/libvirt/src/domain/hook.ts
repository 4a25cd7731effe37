import { type DomainDescription, readDomain } from './domain-xml.js';
import { type DomainRequest, requestsOf } from './metadata.js';

/** What a hook of libvirt is called with: see libvirt's documentation of hooks for `/etc/libvirt/hooks/qemu`. */
export interface HookCall {
  readonly domain: string;
  readonly operation: string;
  readonly subOperation: string;
}

/**
 * What the hook has to do. `plug`: the guest is about to start. `prepare`: it is about to come from another host.
 * `repair`: libvirt has found it running, after a restart of its own, and whatever goes wrong must not end it. `unplug`: it
 * is gone.
 */
export type HookTask = 'plug' | 'prepare' | 'repair' | 'unplug';

const tasks: Readonly<Record<string, HookTask>> = {
  'prepare begin': 'plug',
  'restore begin': 'plug',
  'migrate begin': 'prepare',
  'reconnect begin': 'repair',
  'attach begin': 'repair',
  'release end': 'unplug',
};

/** What a call of the hook comes to; undefined where there is nothing to do. */
export function hookTask({ operation, subOperation }: HookCall): HookTask | undefined {
  return tasks[`${operation} ${subOperation}`];
}

/**
 * The requests of the domain that the hook is told of on its standard input. Libvirt must not be asked: it waits for its
 * hook. A domain without our metadata has none.
 * @throws VifError LIBVIRT_FAILED for XML or metadata that cannot be read
 */
export function hookRequests(xml: string): {
  readonly domain: DomainDescription;
  readonly requests: readonly DomainRequest[];
} {
  const domain = readDomain(xml);
  return { domain, requests: requestsOf(domain) };
}
