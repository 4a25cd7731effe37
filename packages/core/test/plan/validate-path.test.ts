import { describe, expect, it } from 'vitest';
import type { Leg } from '../../src/connection/legs.js';
import { isVifError } from '../../src/errors/vif-error.js';
import { validatePath } from '../../src/plan/validate.js';

const vifId = '9b2d1e63-704c-4c9f-8e1d-306f8ba25d02';
const validate = (path: unknown) => validatePath(path, "os-vif plugin 'acme'", vifId);

/** One of each kind, with everything that it may have. */
const legs: readonly Leg[] = [
  { kind: 'guestLink', name: 'tap0', madeBy: 'hypervisor', types: ['tap', 'veth'], mtu: 1450 },
  { kind: 'macvtap', name: 'eth0', mac: 'fa:16:3e:10:00:01', mode: 'vepa', mtu: 1450 },
  { kind: 'socket', name: '/run/vhu', server: 'guest', port: 'vhu0' },
  { kind: 'function', name: '0000:05:10.1', mac: 'fa:16:3e:10:00:01', vlan: 0 },
  { kind: 'bridge', name: 'br0', mtu: 1450, awaited: 'the agent', mac: 'fa:16:3e:10:00:01' },
  { kind: 'bridgeMember', name: 'tap0', bridge: 'br0', madeBy: 'plug', partner: 'eth0', isolated: true },
  { kind: 'veth', name: 'qvb0', peer: 'qvo0', mtu: 1450 },
  { kind: 'checksum', name: 'qvb0', bridge: 'br-int' },
  { kind: 'uplink', name: 'eth0', mtu: 1450, followsGuest: true },
  { kind: 'vlan', name: 'vlan5', below: 'eth0', id: 5, mtu: 1450 },
  { kind: 'guestFilter', name: 'tap0' },
  { kind: 'vswitchd', name: 'ovs-vswitchd' },
  { kind: 'ovsBridge', name: 'br-int' },
  {
    kind: 'ovsPort',
    name: 'tap0',
    bridge: 'br-int',
    madeBy: 'plug',
    linkBy: 'hypervisor',
    type: '',
    interfaceId: vifId,
    mac: 'fa:16:3e:10:00:01',
    isolated: true,
    tag: 5,
    protected: true,
  },
  { kind: 'ovnBinding', name: vifId, bridge: 'br-int', port: 'tap0' },
];

/** What a path is refused for. */
function refusal(path: unknown): string {
  try {
    validate(path);
  } catch (error) {
    if (isVifError(error, 'INVALID_PLAN')) return error.message;
    throw error;
  }
  throw new Error('it was taken');
}

describe('a good path', () => {
  it.each(legs)('may have the leg %o', (leg) => expect(validate([leg])).toEqual([leg]));

  it('is a copy that nobody can change', () => {
    const leg = { kind: 'uplink', name: 'eth0' };
    const copied = validate([leg]);
    leg.name = 'eth1';
    expect(copied).toEqual([{ kind: 'uplink', name: 'eth0' }]);
  });
});

describe('a bad path', () => {
  const revoked = Proxy.revocable([], {});
  revoked.revoke();
  it.each<[what: string, path: unknown, message: string]>([
    ['nothing', undefined, 'it is undefined, not a list of legs'],
    ['a number', 5, 'it is 5, not a list of legs'],
    ['an object', { length: 1 }, 'it is a plain object, not a list of legs'],
    ['a proxy that is gone', revoked.proxy, 'it cannot be read'],
    ['too many legs', Array.from({ length: 1_001 }, () => legs[0]), '1000 is the most'],
    ['a hole', new Array(1), 'leg 0 is undefined'],
    ['an unknown kind', [{ kind: 'guestlink', name: 'tap0' }], `has a malformed 'kind' ("guestlink")`],
    ['no name', [{ kind: 'uplink' }], "lacks 'name'"],
    ['an unknown key', [{ kind: 'uplink', name: 'eth0', speed: 1 }], 'has an unknown "speed"'],
    ['a bad name', [{ kind: 'uplink', name: 'eth0; true' }], "has a malformed 'name'"],
    [
      'a getter that throws',
      [
        {
          get kind() {
            throw new Error('no');
          },
        },
      ],
      'leg 0 cannot be read: "no"',
    ],
  ])('is %s', (_, path, message) => {
    expect(refusal(path)).toContain("The os-vif plugin 'acme' returned a bad path: ");
    expect(refusal(path)).toContain(message);
  });
});
