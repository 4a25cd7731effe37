import { describe, expect, it } from 'vitest';
import { driverOf, type InterfaceBackend, modelOf, sourceOf } from '../../src/back-end/interface-backend.js';
import { guestContext } from '../support/contexts.js';

const { host } = guestContext();
const tap: InterfaceBackend = { type: 'ethernet', target: 'tap0', bandwidth: false };
const vhostUser: InterfaceBackend = { type: 'vhostuser', path: '/run/vhu', mode: 'server', bandwidth: false };
const guest = { model: 'rtl8139', driver: { name: 'qemu', queues: 4 } };

describe('sourceOf', () => {
  it('keeps libvirt before 1.3.3 from running a script on a tap', () => {
    expect(sourceOf(tap, { ...host, libvirt_version: [1, 3, 2] })).toEqual({ type: 'ethernet', script: '' });
    expect(sourceOf(tap, { ...host, libvirt_version: [1, 3, 3] })).toEqual({ type: 'ethernet' });
  });
});

describe('modelOf', () => {
  it("is the guest's unless the backend says otherwise", () => {
    expect(modelOf(tap, guest)).toBe('rtl8139');
    expect(modelOf({ ...tap, model: 'virtio' }, guest)).toBe('virtio');
    expect(modelOf({ ...tap, model: null }, guest)).toBeUndefined();
  });
});

describe('driverOf', () => {
  it("is the guest's unless the backend says otherwise", () => {
    expect(driverOf(tap, guest, host)).toEqual({ name: 'qemu', queues: 4 });
    expect(driverOf({ ...tap, driver: 'vhost' }, guest, host)).toEqual({ name: 'vhost', queues: 4 });
    expect(driverOf({ ...tap, driver: null }, guest, host)).toBeUndefined();
  });

  it('can be the backend alone', () => {
    const noDriver = { model: undefined, driver: undefined };
    expect(driverOf({ ...tap, driver: 'vhost' }, noDriver, host)).toEqual({ name: 'vhost' });
  });

  it('is left out of vhost-user interfaces by libvirt before 1.2.17', () => {
    expect(driverOf(vhostUser, guest, { ...host, libvirt_version: [1, 2, 16] })).toBeUndefined();
    expect(driverOf(vhostUser, guest, { ...host, libvirt_version: [1, 2, 17] })).toEqual(guest.driver);
  });
});
