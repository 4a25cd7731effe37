/**
 * VIFs of libvirt domains: attached, detached, and read from a domain's XML.
 *
 * @packageDocumentation
 */

export {
  type Attached,
  type AttachOptions,
  type DomainCallOptions,
  type DomainDriver,
  DomainVifs,
} from './attachment.js';
export { type DomainDescription, type DomainDevice, readDomain } from './domain-xml.js';
export { type HookCall, type HookTask, hookRequests, hookTask } from './hook.js';
export { type KeptVifs, keptVifs } from './kept-vifs.js';
export { type DomainRequest, METADATA_NAMESPACE, requestsOf, vifIdOf, writeRequests } from './metadata.js';
export { type Configuration, Virsh } from './virsh.js';
