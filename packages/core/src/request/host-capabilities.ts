import { field } from '../schema/field.js';

/** Facts of the host that decide on the guest's side of an interface. A request may leave out any. */
export class HostCapabilities {
  /** kvm, qemu, xen, lxc, uml; others are refused once a card model is asked for. */
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
}
