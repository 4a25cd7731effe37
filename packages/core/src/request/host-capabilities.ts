/** Facts of the host that decide on the guest's side of an interface. */
export interface HostCapabilities {
  /** kvm, qemu, xen, lxc, uml; others are refused once a card model is asked for. */
  readonly virt_type: string;
  readonly use_virtio_for_bridges: boolean;
  /** As `uname -r` prints it: the number of queues of a tap depends on it. */
  readonly kernel_release: string;
  /** Major, minor, micro. */
  readonly libvirt_version: readonly [number, number, number];
}
