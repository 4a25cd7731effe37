import { expect, it } from 'vitest';
import { vhostUserSocket } from '../../src/nova/network-facts.js';
import { readVif } from './read-vif.js';

const socketOf = (details: object) => vhostUserSocket(readVif({ details }));

it('is what the details say; QEMU is the server unless they say otherwise', () => {
  const vhostuser_socket = '/run/vhu';
  expect(socketOf({ vhostuser_socket })).toEqual({ path: '/run/vhu', mode: 'server' });
  expect(socketOf({ vhostuser_socket, vhostuser_mode: 'client' }).mode).toBe('client');
});

it.each([{}, { vhostuser_socket: '/run/vhu', vhostuser_mode: 'peer' }])('refuses %j', (details) => {
  expect(() => socketOf(details)).toThrow(expect.objectContaining({ code: 'INVALID_VIF' }));
});
