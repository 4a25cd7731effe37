import { defineStepKind, type StepOf } from './define-step-kind.js';
import { flag, macAddress, object, optional, pciAddress, vlanId } from './fields.js';

export const vf = defineStepKind({
  kind: 'vf',
  noun: 'VF',
  fields: {
    /** The PCI address of the virtual function. */
    address: pciAddress,
    mac: optional(macAddress),
    /** 0 means no VLAN. A VLAN is set as 802.1Q with priority 0. */
    vlan: optional(vlanId),
    trust: optional(flag),
    /**
     * Ends the VIF's use of the function and restores the settings from before the VIF's first step wrote to it. If
     * none are recorded, another program plugged the VIF, or it is already unplugged. The function then gets this
     * step's own settings, but only while it has the VIF's MAC address. A function that another VIF has by now is left
     * alone.
     */
    restore: optional(object({ vifMac: macAddress })),
  },
  target: ({ address }) => address,
  intention: ({ restore }) => (restore ? 'remove' : 'make'),
  exclusive: ({ address }) => [`vf:${address.toLowerCase()}`],
  describe: ({ mac, vlan, trust }) => [
    ...(mac ? [`MAC ${mac}`] : []),
    ...(vlan ? [`VLAN ${vlan}`] : []),
    ...(trust ? ['trusted'] : []),
  ],
});

/**
 * Settings of an SR-IOV virtual function, made through its physical function. If the host has the function's own link,
 * a `link` step sets it up or down; `facts.virtualFunction(address)` returns its name.
 */
export interface VfStep extends StepOf<typeof vf> {}
