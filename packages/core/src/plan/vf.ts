import { defineStepKind, type StepOf } from './define-step-kind.js';
import { flag, macAddress, object, optional, pciAddress, vlanId } from './fields.js';

export const vf = defineStepKind({
  kind: 'vf',
  noun: 'VF',
  fields: {
    /** The PCI address of the virtual function. */
    address: pciAddress,
    mac: optional(macAddress),
    /** 0 is no VLAN. It is set with priority 0 and as 802.1Q. */
    vlan: optional(vlanId),
    trust: optional(flag),
    /**
     * Ends the VIF's use of the function: it gets back what it had before a step of the VIF first wrote to it. Where
     * nothing is recorded, another program has plugged the VIF, or it is unplugged already: the function then gets
     * the settings beside, but only while it has the VIF's MAC address. One that another VIF has by now is let alone.
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
 * Settings of an SR-IOV virtual function, made through its physical function. The function's own link is set up
 * or down by a `link` step, if the host has one: `facts.virtualFunction(address)` tells its name.
 */
export interface VfStep extends StepOf<typeof vf> {}
