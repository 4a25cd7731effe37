import { expect, it } from 'vitest';
import type { InterfaceBackend } from '../../src/back-end.js';
import { overriddenBy } from '../../src/front-end.js';

const tap: InterfaceBackend = { type: 'ethernet', target: 'tap0', bandwidth: false };
const guest = { model: 'rtl8139', driver: { name: 'qemu', queues: 4 } };

it("is the guest's own unless the back end says otherwise", () => {
  expect(overriddenBy(tap, guest)).toEqual(guest);
});

it('has the model of the back end, or none', () => {
  expect(overriddenBy({ ...tap, model: 'virtio' }, guest)).toEqual({ ...guest, model: 'virtio' });
  expect(overriddenBy({ ...tap, model: null }, guest)).toEqual({ ...guest, model: undefined });
});

it('has the driver of the back end with the queues of the guest, or none', () => {
  const driver = { name: 'vhost', queues: 4 };
  expect(overriddenBy({ ...tap, driver: 'vhost' }, guest)).toEqual({ ...guest, driver });
  expect(overriddenBy({ ...tap, driver: null }, guest)).toEqual({ ...guest, driver: undefined });
  const bare = { model: undefined, driver: undefined };
  expect(overriddenBy({ ...tap, driver: 'vhost' }, bare).driver).toEqual({ name: 'vhost' });
});
