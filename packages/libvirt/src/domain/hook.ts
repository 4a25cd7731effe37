import { type DomainDescription, readDomain } from './domain-xml.js';
import { type DomainRequest, requestsOf } from './metadata.js';

/** The arguments of a libvirt hook: see libvirt's documentation of hooks for `/etc/libvirt/hooks/qemu`. */
export interface HookCall {
  readonly domain: string;
  readonly operation: string;
  readonly subOperation: string;
}

/**
 * What the hook has to do. `plug`: the guest is about to start. `prepare`: it is about to arrive from another host.
 * `repair`: libvirt was restarted and has found it running; no failure may end it. `unplug`: it is gone.
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

/** The task for a call of the hook; undefined if there is nothing to do. */
export function hookTask({ operation, subOperation }: HookCall): HookTask | undefined {
  return tasks[`${operation} ${subOperation}`];
}

/**
 * The requests of the domain whose XML the hook gets on standard input. libvirt must not be queried, because it waits
 * for its hook. A domain without our metadata has none.
 * @throws VifError LIBVIRT_FAILED for XML or metadata that cannot be read
 */
export function hookRequests(xml: string): {
  readonly domain: DomainDescription;
  readonly requests: readonly DomainRequest[];
} {
  const domain = readDomain(xml);
  return { domain, requests: requestsOf(domain) };
}
