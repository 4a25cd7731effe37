/** The switch-side identity of a guest interface (libvirt's `<virtualport>`). */
export interface VirtualPort {
  readonly type: 'openvswitch' | '802.1Qbg' | '802.1Qbh' | 'midonet';
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The host's side of a guest interface: what a legacy driver answers to `config`. It is data; the guest's
 * side (model, driver, queues) is worked out from the request, and `@vifkit/libvirt` writes the XML.
 */
export type DeviceBackend =
  | ({ readonly type: 'bridge'; readonly bridge: string; readonly target?: string } & BackendCommon)
  | ({
      readonly type: 'ethernet';
      readonly target: string;
      /** Whether libvirt makes the tap; `false` for one that the plugin makes, and that libvirt only opens. */
      readonly managed?: boolean;
      /** Whether the tap is made for several queues, where its VIF says so itself; the guest's card decides unless given. */
      readonly multiQueue?: boolean;
    } & BackendCommon)
  | ({
      readonly type: 'vhostuser';
      readonly path: string;
      readonly mode: 'client' | 'server';
      readonly target?: string;
    } & BackendCommon)
  | ({
      readonly type: 'direct';
      /** The link below the macvtap. */
      readonly source: string;
      readonly mode: string;
      readonly target?: string;
    } & BackendCommon)
  /** `<interface type="hostdev">`: a virtual function, with MAC and VLAN set by libvirt. */
  | ({ readonly type: 'hostdev'; readonly pciAddress: string } & BackendCommon)
  /** The virtio queues of a virtual function, by its character device, as in `/dev/vhost-vdpa-0`. */
  | ({ readonly type: 'vdpa'; readonly device: string } & BackendCommon)
  /** `<hostdev>`: a PCI device as it is, without any interface settings. */
  | { readonly type: 'pci'; readonly pciAddress: string };

interface BackendCommon {
  readonly virtualPort?: VirtualPort;
  readonly vlan?: number;
  /** What the guest may be told its MTU is, in bytes. */
  readonly mtu?: number;
  /** The name of a network filter of libvirt's. */
  readonly filter?: string;
  /** Whether the flavor's `quota:vif_*` apply. */
  readonly bandwidth: boolean;
  /** Overrides what the guest's side came to; null leaves the element out. */
  readonly model?: string | null;
  readonly driver?: string | null;
}
