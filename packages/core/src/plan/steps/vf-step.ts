/**
 * Settings of an SR-IOV virtual function, made through its physical function. The function's own link is set up
 * or down by a `link` step, if the host has one: `facts.virtualFunction(address)` tells its name.
 */
export interface VfStep {
  readonly kind: 'vf';
  /** The PCI address of the virtual function. */
  readonly address: string;
  readonly mac?: string;
  /** 0 is no VLAN. It is set with priority 0 and as 802.1Q. */
  readonly vlan?: number;
  readonly trust?: boolean;
  /**
   * Ends the VIF's use of the function: it gets back what it had before a step of the VIF first wrote to it. Where
   * nothing is recorded, another program has plugged the VIF, or it is unplugged already: the function then gets
   * the settings beside, but only while it has the VIF's MAC address. One that another VIF has by now is let alone.
   */
  readonly restore?: { readonly vifMac: string };
}
