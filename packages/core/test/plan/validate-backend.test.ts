import { describe, expect, it } from 'vitest';
import { isVifError } from '../../src/errors/vif-error.js';
import type { DeviceBackend } from '../../src/nova/guest-device.js';
import { validateBackend } from '../../src/plan/validate.js';

const validate = (given: unknown) =>
  validateBackend(given, "legacy plugin 'acme'", '9b2d1e63-704c-4c9f-8e1d-306f8ba25d02');

const backends: readonly DeviceBackend[] = [
  {
    type: 'bridge',
    bridge: 'br-int',
    target: 'tap0',
    virtualPort: { type: 'openvswitch', parameters: { interfaceid: 'x' } },
    vlan: 5,
    mtu: 1450,
    filter: `nova-instance-${'x'.repeat(255)}-fa163e100001`,
    bandwidth: true,
    model: null,
    driver: 'qemu',
  },
  { type: 'ethernet', target: 'tap0', managed: false, multiQueue: true, bandwidth: false },
  { type: 'vhostuser', path: '/run/vhu', mode: 'server', bandwidth: false },
  { type: 'direct', source: 'eth0', mode: 'passthrough', bandwidth: false },
  { type: 'hostdev', pciAddress: '0000:05:10.1', vlan: 5, bandwidth: false },
  { type: 'vdpa', device: '/dev/vhost-vdpa-0', bandwidth: false },
  { type: 'pci', pciAddress: '0000:05:10.1' },
];

it.each(backends)('takes the device %o, and copies it', (backend) => {
  expect(validate(backend)).toEqual(backend);
  expect(validate(backend)).not.toBe(backend);
});

describe('a device is refused', () => {
  it.each<[what: string, given: unknown, message: string]>([
    ['that is none', undefined, 'it is undefined'],
    ['that is a list', [], 'it is a list'],
    ['without a type', {}, "it lacks 'type'"],
    ['of an unknown type', { type: 'ether' }, `it has a malformed 'type' ("ether")`],
    ['without its link', { type: 'ethernet', bandwidth: true }, "it lacks 'target'"],
    ['with a misspelt key', { ...backends[1], manged: false }, 'it has an unknown "manged"'],
    ['with an unknown mode', { ...backends[3], mode: 'pass' }, `it has a malformed 'mode' ("pass")`],
    ['with a name of no link', { ...backends[1], target: '"/>' }, "it has a malformed 'target'"],
    ['that refers to itself', cyclic(), 'it cannot be read'],
  ])('%s', (_, given, message) => {
    const thrown = (() => {
      try {
        return validate(given);
      } catch (error) {
        return error;
      }
    })();
    expect(isVifError(thrown, 'INVALID_PLAN') && thrown.message).toContain(
      `The legacy plugin 'acme' returned a bad device: ${message}`,
    );
  });
});

function cyclic(): object {
  const device: Record<string, unknown> = { type: 'ethernet' };
  device.virtualPort = device;
  return device;
}
