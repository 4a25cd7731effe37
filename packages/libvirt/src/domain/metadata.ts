import { VifError } from '@vifkit/core';
import { create } from 'xmlbuilder2';
import type { DomainDescription } from './domain-xml.js';
import type { Configuration, Virsh } from './virsh.js';

/** The namespace of our part of a domain's `<metadata>`. */
export const METADATA_NAMESPACE = 'urn:vifkit:domain:1';

/** A request, which is plain JSON. It is identified by its VIF's id. */
export type DomainRequest = Readonly<Record<string, unknown>>;

/**
 * The requests that a domain has in its metadata.
 * @throws VifError LIBVIRT_FAILED for a request that is not JSON
 */
export function requestsOf(domain: DomainDescription): DomainRequest[] {
  return domain.metadata(METADATA_NAMESPACE, 'request').map((text) => {
    try {
      return JSON.parse(text) as DomainRequest;
    } catch (error) {
      const what = `The metadata of domain ${domain.name} has a request that is not JSON`;
      throw new VifError('LIBVIRT_FAILED', `${what}: write it again (vif metadata)`, { cause: error });
    }
  });
}

/** The id of a request's VIF, in lower case; undefined if it has none. */
export function vifIdOf(request: DomainRequest): string | undefined {
  const { id } = vifOf(request);
  return typeof id === 'string' ? id.toLowerCase() : undefined;
}

/** The MAC address of a request's VIF, in lower case; undefined if it has none. */
export function macOf(request: DomainRequest): string | undefined {
  const { address } = vifOf(request);
  return typeof address === 'string' ? address.toLowerCase() : undefined;
}

/** The VIF of a request: of Nova's network model, or the fields of a serialized os-vif object. */
function vifOf({ vif }: DomainRequest): Readonly<Record<string, unknown>> {
  if (!isObject(vif)) return {};
  const fields = vif['versioned_object.data'];
  return isObject(fields) ? fields : vif;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The bytes that Linux takes as one argument of a program. */
const LONGEST_ARGUMENT = 131_071;

/**
 * Replaces the requests in a domain's metadata; with none, our part of it is removed.
 * @throws VifError LIBVIRT_FAILED, also for more than virsh can be given
 */
export async function writeRequests(
  virsh: Virsh,
  domain: string,
  requests: readonly DomainRequest[],
  configurations: readonly Configuration[],
  signal: AbortSignal,
): Promise<void> {
  const flags = configurations.map((each) => `--${each}`);
  const ours = ['metadata', '--domain', domain, '--uri', METADATA_NAMESPACE];
  if (requests.length === 0) {
    await virsh.run(signal, ...ours, '--remove', ...flags);
    return;
  }
  const root = create().ele('vifs');
  for (const request of requests) root.ele('request').txt(JSON.stringify(request));
  const text = root.end({ headless: true });
  const bytes = Buffer.byteLength(text);
  if (bytes > LONGEST_ARGUMENT) {
    const what = `The requests of domain ${domain} have ${bytes} bytes, and its metadata takes ${LONGEST_ARGUMENT}`;
    throw new VifError(
      'LIBVIRT_FAILED',
      `${what}: leave out what the VIFs do not need, such as their subnets`,
    );
  }
  await virsh.run(signal, ...ours, '--key', 'vif', '--set', text, ...flags);
}
