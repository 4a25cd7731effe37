import { describe, expect, it } from 'vitest';
import { type InterfaceBackend, sourceOf, targetOf } from '../../src/back-end.js';
import { guestContext } from '../support/contexts.js';

const { host } = guestContext();
const tap: InterfaceBackend = { type: 'ethernet', target: 'tap0', bandwidth: false };

describe('sourceOf', () => {
  it('keeps libvirt before 1.3.3 from running a script on a tap', () => {
    expect(sourceOf(tap, { ...host, libvirt_version: [1, 3, 2] })).toEqual({ type: 'ethernet', script: '' });
    expect(sourceOf(tap, { ...host, libvirt_version: [1, 3, 3] })).toEqual({ type: 'ethernet' });
  });
});

describe('targetOf', () => {
  it('is the name of the back end, if it has one', () => {
    expect(targetOf(tap, host)).toEqual({ target: 'tap0', unmanaged: false });
    const device: InterfaceBackend = { type: 'hostdev', pciAddress: '0000:3f:0e.4', bandwidth: false };
    expect(targetOf(device, host)).toEqual({ target: undefined, unmanaged: false });
  });

  it("says of a plugin's tap that it is not libvirt's, from 5.7 on", () => {
    const made = { ...tap, managed: false };
    expect(targetOf(made, { ...host, libvirt_version: [5, 6, 9] }).unmanaged).toBe(false);
    expect(targetOf(made, { ...host, libvirt_version: [5, 7, 0] }).unmanaged).toBe(true);
    expect(targetOf({ ...tap, managed: true }, host).unmanaged).toBe(false);
  });
});
