import { field } from '../schema/field.js';
import { refusesUnknownKeys } from '../schema/field-store.js';

/**
 * Facts of the host that decide on the guest's side of an interface. A request may leave out any. `existing_links` and
 * `pci` are what a row of the conformance vectors needs of a host before: they are for whoever makes that host.
 */
@refusesUnknownKeys('existing_links', 'pci')
export class HostCapabilities {
  /** kvm, qemu, parallels, xen, lxc, uml; others are refused once a card model is asked for. */
  @field.text()
  declare readonly virt_type: string;

  @field.boolean()
  declare readonly use_virtio_for_bridges: boolean;

  /** As `uname -r` prints it: the number of queues of a tap depends on it. */
  @field.text()
  declare readonly kernel_release: string;

  /** Major, minor, micro. */
  @field.release()
  declare readonly libvirt_version: readonly [number, number, number];

  /** How many packets a virtio card's receive queue holds (256, 512 or 1024); without it, QEMU's choice. */
  @field.integer({ min: 256, max: 1024, digits: true })
  declare readonly rx_queue_size?: number;

  /** The same of its send queue. Only vhost-user cards have one to set. */
  @field.integer({ min: 256, max: 1024, digits: true })
  declare readonly tx_queue_size?: number;

  /** How many queues a card has at most; without it, as many as the kernel's taps. */
  @field.integer({ min: 1, max: 1_000_000, digits: true })
  declare readonly max_queues?: number;
}
