import { describe, expect, it } from 'vitest';
import { toHostDevice, toRepresentor } from '../../src/nova/convert.js';
import { VIFPortProfileBase } from '../../src/os-vif.js';
import { id, readVif } from './read-vif.js';

const vif = readVif({ devname: 'tap1', profile: { pci_slot: '0000:3f:0e.4' } });
const refusal = expect.objectContaining({
  code: 'INVALID_VIF',
  message: expect.stringContaining('pci_slot'),
});

describe('the object of a virtual function', () => {
  it('is an interface of the guest, at an address of the host', () => {
    const device = toHostDevice(vif, 'acme');
    expect(device).toMatchObject({
      id,
      plugin: 'acme',
      dev_type: 'ethernet',
      dev_address: '0000:3f:0e.4',
    });
    expect(Object.keys(device)).not.toContain('port_profile');
  });

  it('has the port profile that it is given', () => {
    const profile = new VIFPortProfileBase({});
    expect(toHostDevice(vif, 'acme', profile).port_profile).toBe(profile);
  });

  it('needs the address', () => {
    expect(() => toHostDevice(readVif({}), 'acme')).toThrow(refusal);
  });
});

describe('the representor of a virtual function', () => {
  it("has the name of the VIF's device", () => {
    expect({ ...toRepresentor(vif) }).toEqual({
      representor_name: 'tap1',
      representor_address: '0000:3f:0e.4',
    });
  });

  it('needs the address', () => {
    expect(() => toRepresentor(readVif({}))).toThrow(refusal);
  });
});
