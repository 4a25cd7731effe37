import { describe, expect, it } from 'vitest';
import { ValidationError } from '../../src/errors/vif-error.js';
import { field } from '../../src/fields/field.js';
import {
  DatapathOffloadRepresentor,
  type FieldsOf,
  isSet,
  Network,
  requireField,
  Subnet,
  SubnetList,
  VersionedObject,
  VIFBase,
  VIFBridge,
  VIFOpenVSwitch,
  VIFPortProfileOpenVSwitch,
  VIFVHostUser,
  versionedObject,
} from '../../src/os-vif.js';

const id = '2265b1f5-91b7-d8f1-cd61-1027c386bbc4';

/** Declares a field of a new class, in its version 1.1. */
function declareField(decorator: () => PropertyDecorator, name = 'lane'): void {
  class Declared extends VIFBase {}
  decorator()(Declared.prototype, name);
  versionedObject({ name: 'Acme1', namespace: 'acme', version: '1.1' })(Declared);
}

function refusal(make: () => unknown): ValidationError {
  try {
    make();
  } catch (error) {
    if (error instanceof ValidationError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('a new object', () => {
  it('has the fields it was given, and no others', () => {
    const vif = new VIFBridge({ id, vif_name: 'tap1', address: null });
    expect(Object.keys(vif).sort()).toEqual(['address', 'id', 'vif_name']);
    expect(vif).toBeInstanceOf(VIFBase);
    expect([isSet(vif, 'address'), isSet(vif, 'plugin'), isSet(vif, 'active')]).toEqual([true, false, false]);
  });

  it('reads an unset field as its default', () => {
    const vif = new VIFBridge({ id });
    expect(vif).toMatchObject({ active: true, preserve_on_delete: false, has_traffic_filtering: false });
    expect(new VIFBridge({ id, active: false }).active).toBe(false);
    expect(new VIFPortProfileOpenVSwitch({}).create_port).toBe(false);
  });

  it('sets in a network what os-vif sets', () => {
    const network = new Network({ bridge: 'br0', multi_host: true });
    expect({ ...network }).toEqual({
      bridge: 'br0',
      subnets: new SubnetList({ objects: [] }),
      multi_host: true,
      should_provide_bridge: false,
      should_provide_vlan: false,
      mtu: null,
    });
  });

  it('can be copied, with changes', () => {
    const network = new Network({ bridge: 'br0' });
    const vif = new VIFBridge({ id, vif_name: 'tap1', address: null, network });
    const other = vif.copy({ bridge_name: 'br0', address: 'FA:16:3E:00:00:01', vif_name: undefined });
    expect(other).toBeInstanceOf(VIFBridge);
    expect({ ...other }).toEqual({ id, address: 'fa:16:3e:00:00:01', network, bridge_name: 'br0' });
    expect(Object.isFrozen(other)).toBe(true);
    expect({ ...vif }).toEqual({ id, vif_name: 'tap1', address: null, network });
    expect(network.copy({ mtu: undefined }).mtu).toBe(null);
  });

  it('is checked again when it is copied', () => {
    const vif = new VIFBridge({ id });
    expect(refusal(() => vif.copy({ vif_name: 'br/0' }))).toMatchObject({
      code: 'INVALID_OBJECT',
      violations: [{ path: 'vif_name' }],
    });
    expect(refusal(() => vif.copy(JSON.parse('{"brigde": "br0"}'))).code).toBe('UNKNOWN_FIELD');
  });

  it('is equal to another of its class with the same fields set', () => {
    const make = (more: object = {}) =>
      new VIFBridge({ id, network: new Network({ bridge: 'br0' }), ...more });
    expect(make().equals(make())).toBe(true);
    expect(make().equals(make({ network: new Network({ bridge: 'br1' }) }))).toBe(false);
    expect(make().equals(make({ address: null }))).toBe(false);
    expect(make().equals(make({ active: true }))).toBe(false);
    expect(new VIFBridge({ id }).equals(new VIFOpenVSwitch({ id }))).toBe(false);
    expect(make().equals(null)).toBe(false);
  });

  it('can be made from another', () => {
    const network = new Network({ bridge: 'br0' });
    expect(new Network({ ...network, label: 'x' }).equals(network.copy({ label: 'x' }))).toBe(true);
  });

  it('writes addresses as the kernel does', () => {
    expect(new VIFBridge({ id, address: 'FA:16:3E:00:00:0A' }).address).toBe('fa:16:3e:00:00:0a');
    const offload = new DatapathOffloadRepresentor({ representor_address: '0000:0A:1F.1' });
    expect(offload.representor_address).toBe('0000:0a:1f.1');
  });

  it('cannot be changed', () => {
    const objects: Subnet[] = [];
    const list = new SubnetList({ objects });
    objects.push(new Subnet({}));
    expect(list.objects).toEqual([]);
    expect(Object.isFrozen(list) && Object.isFrozen(list.objects)).toBe(true);
    expect(Reflect.set(new VIFBridge({ id }), 'vif_name', '../x')).toBe(false);
  });
});

describe('an object is refused', () => {
  it.each([
    ['vif_name', 'all'],
    ['vif_name', null],
    ['bridge_name', 'br/0'],
    ['id', 'no uuid'],
    ['address', 'fa:16:3e'],
    ['active', null],
    ['active', 1],
    ['plugin', 'a\nb'],
    ['network', { bridge: 'br0' }],
    ['network', new Subnet({})],
    ['port_profile', null],
    ['port_profile', new Network({})],
  ])('for %s: %j', (name, value) => {
    const error = refusal(() => new VIFBridge({ id, [name]: value }));
    expect(error.code).toBe('INVALID_OBJECT');
    expect(error.violations).toEqual([{ path: name, message: expect.stringMatching(/^must be /) }]);
    expect(error.message).toMatch(new RegExp(`^VIFBridge is invalid: ${name} must be `));
  });

  it('for what it lacks', () => {
    const fields: object = {};
    const error = refusal(() => new VIFOpenVSwitch(fields as { id: string }));
    expect(error.violations).toEqual([{ path: 'id', message: 'is missing' }]);
  });

  it('for the links of its network', () => {
    expect(
      refusal(() => new Network({ bridge: '-br', bridge_interface: 'default' })).violations,
    ).toMatchObject([{ path: 'bridge' }, { path: 'bridge_interface' }]);
  });

  it('for a field that it does not have', () => {
    const error = refusal(() => new Network(JSON.parse('{"brigde": "br0"}')));
    expect(error.code).toBe('UNKNOWN_FIELD');
    expect(error.violations[0]).toMatchObject({
      path: 'brigde',
      message: expect.stringMatching(/did you mean 'bridge'\? Known are id, bridge, label/),
    });
    expect(refusal(() => new Network(JSON.parse('{"__proto__": {}}'))).code).toBe('UNKNOWN_FIELD');
  });

  it('when its class has no name for the wire', () => {
    class Nameless extends VersionedObject {}
    const decorate = versionedObject(JSON.parse('{"version": "1.0"}'));
    expect(() => decorate(Nameless)).toThrow(expect.objectContaining({ code: 'PLUGIN_INVALID' }));
  });

  it('when it is not made from an object', () => {
    expect(refusal(() => new Network(new Map())).code).toBe('INVALID_OBJECT');
  });

  it('for a socket path that the kernel could not take', () => {
    expect(refusal(() => new VIFVHostUser({ id, path: `/${'x'.repeat(107)}` })).violations[0]?.path).toBe(
      'path',
    );
  });

  it('with its first faults listed, and the others counted', () => {
    const error = refusal(
      () => new VIFBridge({ id: '', vif_name: '', bridge_name: '', plugin: '\n', address: '' }),
    );
    expect(error.violations).toHaveLength(5);
    expect(error.message).toMatch(/; and 2 more$/);
  });
});

describe('requireField', () => {
  it('gives what is set', () => {
    const name: string = requireField(new VIFBridge({ id, vif_name: 'tap1' }), 'vif_name');
    expect(name).toBe('tap1');
    expect(requireField(new VIFBridge({ id }), 'preserve_on_delete')).toBe(false);
  });

  it('says what is not', () => {
    const expected = { code: 'INVALID_VIF', message: 'VIFBridge has no vif_name', vifId: id };
    expect(() => requireField(new VIFBridge({ id }), 'vif_name', id)).toThrow(
      expect.objectContaining(expected),
    );
    expect(() => requireField(new VIFBridge({ id, address: null }), 'address')).toThrow(
      'VIFBridge has no address',
    );
  });
});

describe("a vendor's class", () => {
  it('adds fields to a VIF, and has a name of its own', () => {
    @versionedObject({ version: '1.2', namespace: 'acme', name: 'Fast' })
    class FastVif extends VIFBase {
      @field.linkName()
      declare readonly lane?: string;

      constructor(fields: FieldsOf<FastVif, 'id'>) {
        super(fields);
      }
    }
    expect(JSON.parse(JSON.stringify(new FastVif({ id, lane: 'l1' })))).toEqual({
      'versioned_object.name': 'Fast',
      'versioned_object.namespace': 'acme',
      'versioned_object.version': '1.2',
      'versioned_object.data': { id, lane: 'l1' },
    });
    expect(refusal(() => new FastVif({ id, lane: 'l 1' })).violations[0]?.path).toBe('lane');
    expect(refusal(() => new VIFBase(JSON.parse(`{"id": "${id}", "lane": "l1"}`))).code).toBe(
      'UNKNOWN_FIELD',
    );
  });

  it('may not take a name that is taken', () => {
    const claim = () => versionedObject({ version: '1.0', name: 'VIFBridge' })(class extends VIFBase {});
    expect(claim).toThrow(expect.objectContaining({ code: 'PLUGIN_CONFLICT' }));
  });

  it.each<[what: string, declare: () => void, message: string]>([
    [
      'an unknown key',
      () =>
        versionedObject(JSON.parse('{"name":"Acme1","version":"1.0","nmespace":"acme"}'))(
          class extends VIFBase {},
        ),
      `"nmespace" is not an option; did you mean 'namespace'?`,
    ],
    [
      'versions that are none',
      () =>
        versionedObject({ name: 'Acme1', version: '1.1', builtOn: { first: '1.0' } })(
          class extends VIFBase {},
        ),
      'builtOn must be an object of versions',
    ],
    [
      'a class of its own',
      () => versionedObject({ name: 'Acme1', version: '1.1' })(class {}),
      'must extend VersionedObject',
    ],
    [
      'a field of a version to come',
      () => declareField(() => field.text({ since: '1.2' })),
      'must be a version up to 1.1',
    ],
    [
      'a field of no version',
      () => declareField(() => field.text({ since: 'today' })),
      '\'lane\' is since "today"',
    ],
    [
      'a field named like a method',
      () => declareField(() => field.text(), 'copy'),
      "every object has 'copy'",
    ],
    [
      'a field that is the prototype',
      () => declareField(() => field.text(), '__proto__'),
      'has a name that no field can have',
    ],
    [
      'a number without a range',
      () => declareField(() => field.integer(undefined as never)),
      'needs a range',
    ],
    [
      'a default that it would refuse',
      () => declareField(() => field.mtu({ default: 7 })),
      'has a default that must be an integer from 68 to 65535, not 7',
    ],
  ])('may not have %s', (_, declare, message) => {
    expect(declare).toThrow(
      expect.objectContaining({ code: 'PLUGIN_INVALID', message: expect.stringContaining(message) }),
    );
  });

  it('is not written without a name', () => {
    class Nameless extends VIFBase {}
    expect(() => JSON.stringify(new Nameless({ id }))).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_OBJECT' }),
    );
  });

  it('fails loudly when a field is declared without `declare`', () => {
    class Forgetful extends VIFBase {
      @field.linkName()
      readonly lane?: string;
    }
    expect(() => new Forgetful({ id })).toThrow(TypeError);
  });
});
