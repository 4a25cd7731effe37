import { type HostCapabilities, VifError } from '@vifkit/core';
import { knows } from '../config/libvirt-version.js';

/**
 * The size of the receive queues, if the host sets one and its libvirt can.
 * @throws VifError INVALID_REQUEST for a size that QEMU does not take
 */
export function rxQueueSize(host: HostCapabilities): { readonly rxQueueSize: number } | undefined {
  const size = sizeOf(host, 'rx_queue_size');
  return size !== undefined && knows(host, 'receive queue sizes') ? { rxQueueSize: size } : undefined;
}

/**
 * The size of the send queues, if the host sets one and its libvirt can.
 * @throws VifError INVALID_REQUEST for a size that QEMU does not take
 */
export function txQueueSize(host: HostCapabilities): { readonly txQueueSize: number } | undefined {
  const size = sizeOf(host, 'tx_queue_size');
  return size !== undefined && knows(host, 'send queue sizes') ? { txQueueSize: size } : undefined;
}

/** A ring's size is a power of two; QEMU's least is 256, its most 1024. */
const sizes: readonly (number | undefined)[] = [256, 512, 1024, undefined];

function sizeOf(host: HostCapabilities, key: 'rx_queue_size' | 'tx_queue_size'): number | undefined {
  const size = host[key];
  if (sizes.includes(size)) return size;
  throw new VifError('INVALID_REQUEST', `host.${key} must be 256, 512 or 1024, not ${size}`);
}
