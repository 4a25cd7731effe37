import { describe, expect, it } from 'vitest';
import { ValidationError } from '../../src/errors/vif-error.js';
import {
  fromPrimitive,
  isSet,
  Network,
  toPrimitive,
  VIFBase,
  VIFBridge,
  VIFVHostUser,
} from '../../src/os-vif.js';

const id = '2265b1f5-91b7-d8f1-cd61-1027c386bbc4';

const wrap = (name: string, version: string, data: unknown, more: object = {}) => ({
  'versioned_object.name': name,
  'versioned_object.namespace': 'os_vif',
  'versioned_object.version': version,
  'versioned_object.data': data,
  ...more,
});

const subnets = (...objects: unknown[]) => wrap('SubnetList', '1.0', { objects });

function refusal(json: unknown): ValidationError {
  try {
    fromPrimitive(json);
  } catch (error) {
    if (error instanceof ValidationError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('the wire form', () => {
  it('is read into the classes it names', () => {
    const vif = fromPrimitive(
      wrap('VIFBridge', '1.0', {
        id,
        network: wrap('Network', '1.1', {
          mtu: 1500,
          subnets: subnets(wrap('Subnet', '1.0', { cidr: '10.0.0.0/8' })),
        }),
        port_profile: wrap('VIFPortProfileOpenVSwitch', '1.4', { create_port: true }),
      }),
      VIFBase,
    );
    expect(vif).toBeInstanceOf(VIFBridge);
    expect(vif.network?.subnets.objects[0]?.cidr).toBe('10.0.0.0/8');
    expect(vif.port_profile).toMatchObject({ create_port: true, multiqueue: false });
    expect(Object.isFrozen(vif.network)).toBe(true);
  });

  it('keeps unset apart from null, and from a default', () => {
    const wire = wrap('VIFBridge', '1.0', { id, address: null });
    const vif = fromPrimitive(wire, VIFBridge);
    expect([isSet(vif, 'address'), isSet(vif, 'network'), isSet(vif, 'active')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(vif.active).toBe(true);
    expect(toPrimitive(vif)).toEqual(wire);
  });

  it('may lack any field, as in os-vif', () => {
    const wire = wrap('VIFBridge', '1.0', { port_profile: wrap('VIFPortProfileBase', '1.1', {}) });
    const vif = fromPrimitive(wire, VIFBridge);
    expect([isSet(vif, 'id'), isSet(vif, 'port_profile')]).toEqual([false, true]);
    expect(toPrimitive(vif)).toEqual(wire);
    expect(isSet(vif.copy({ id }), 'id')).toBe(true);
    expect(isSet(vif.copy({ plugin: 'ovs' }), 'id')).toBe(false);
  });

  it('may have addresses in another spelling', () => {
    const wire = wrap('Subnet', '1.0', {
      cidr: 'FD00:0::/64',
      gateway: 'FD00::0:1',
      dns: ['::FFFF:10.0.0.1'],
    });
    expect({ ...fromPrimitive(wire) }).toEqual({
      cidr: 'fd00::/64',
      gateway: 'fd00::1',
      dns: ['::ffff:10.0.0.1'],
    });
    const vif = fromPrimitive(wrap('VIFBase', '1.0', { id, address: 'FA-16-3E-00-00-0A' }), VIFBase);
    expect(vif.address).toBe('fa:16:3e:00:00:0a');
    const network = fromPrimitive(wrap('Network', '1.1', { vlan: '7', mtu: '9000' }), Network);
    expect([network.vlan, network.mtu]).toEqual([7, 9000]);
  });

  it('may carry a list of changes', () => {
    expect(fromPrimitive(wrap('VIFBase', '1.0', { id }, { 'versioned_object.changes': ['id'] }))).toEqual(
      new VIFBase({ id }),
    );
  });

  it('may be of an older minor version, and is written in ours', () => {
    const vif = fromPrimitive(wrap('VIFVHostUser', '1.0', { id, path: '/run/x' }), VIFVHostUser);
    expect(vif.vif_name).toBeUndefined();
    expect(toPrimitive(vif)['versioned_object.version']).toBe('1.1');
  });
});

describe('the wire form is refused', () => {
  const inVif = (network: unknown) => wrap('VIFBridge', '1.0', { id, network });

  it.each([
    ['a newer minor version', 'INCOMPATIBLE_VERSION', '', wrap('VIFBridge', '1.1', { id })],
    ['another major version', 'INCOMPATIBLE_VERSION', '', wrap('VIFBridge', '2.0', { id })],
    ['an older major version', 'INCOMPATIBLE_VERSION', '', wrap('VIFBridge', '0.9', { id })],
    ['a newer object within', 'INCOMPATIBLE_VERSION', 'network', inVif(wrap('Network', '1.2', {}))],
    ['an unknown class', 'UNKNOWN_OBJECT', '', wrap('VIFTelepathy', '1.0', {})],
    [
      'another namespace',
      'UNKNOWN_OBJECT',
      '',
      wrap('VIFBridge', '1.0', { id }, { 'versioned_object.namespace': 'nova' }),
    ],
    ['a name of every object', 'UNKNOWN_OBJECT', '', wrap('constructor', '1.0', {})],
    ['an unknown class within', 'UNKNOWN_OBJECT', 'network', inVif(wrap('Net', '1.0', {}))],
    ['an unknown field', 'UNKNOWN_FIELD', 'network.brigde', inVif(wrap('Network', '1.1', { brigde: 'x' }))],
    ['a key of every object', 'UNKNOWN_FIELD', 'toString', wrap('VIFBase', '1.0', { id, toString: 'x' })],
    ['a bad value', 'INVALID_OBJECT', 'network.mtu', inVif(wrap('Network', '1.1', { mtu: 'big' }))],
    [
      'null for a field that may not be',
      'INVALID_OBJECT',
      'plugin',
      wrap('VIFBase', '1.0', { id, plugin: null }),
    ],
    [
      'a bad value in a list',
      'INVALID_OBJECT',
      'network.subnets.objects[1].cidr',
      inVif(
        wrap('Network', '1.1', {
          subnets: subnets(wrap('Subnet', '1.0', {}), wrap('Subnet', '1.0', { cidr: 'x' })),
        }),
      ),
    ],
    ['another class than is declared', 'INVALID_OBJECT', 'network', inVif(wrap('VIFBase', '1.0', { id }))],
    ['an object without its wrapping', 'INVALID_OBJECT', 'network', inVif({ bridge: 'br0' })],
    ['a scalar for an object', 'INVALID_OBJECT', 'network', inVif('br0')],
    ['a version that is none', 'INVALID_OBJECT', '', wrap('VIFBase', '1', { id })],
    ['no data', 'INVALID_OBJECT', '', wrap('VIFBase', '1.0', undefined)],
    ['nothing', 'INVALID_OBJECT', '', null],
  ])('for %s', (_, code, path, json) => {
    const error = refusal(json);
    expect(error.code).toBe(code);
    expect(error.violations.map((violation) => violation.path)).toEqual([path]);
  });

  it('for another class than the caller expects', () => {
    expect(() => fromPrimitive(wrap('VIFBase', '1.0', { id }), Network)).toThrow(
      'must be a Network, not a VIFBase',
    );
  });

  it('for a VIF within a VIF, however deep', () => {
    let json: unknown = wrap('Network', '1.1', {});
    for (let depth = 0; depth < 5000; depth += 1) json = inVif(json);
    expect(refusal(json).violations[0]?.path).toBe('network');
  });

  it('with a message that a terminal can bear', () => {
    const { message } = refusal(wrap('\u009b2J\u202e', '1.0', {}));
    expect(message).not.toMatch(/\p{C}/u);
  });

  it('for a class of a vendor, whose package is not loaded', () => {
    const { message } = refusal(wrap('VIFAcme', '1.0', { id }, { 'versioned_object.namespace': 'acme' }));
    expect(message).toContain('the unknown class "acme.VIFAcme"; load the package that has it');
  });
});
