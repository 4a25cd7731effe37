import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVifError, ValidationError } from '../../src/errors/vif-error.js';
import { NetworkVif } from '../../src/nova/network-model.js';
import { parseRequest } from '../../src/nova/request.js';
import { fromPrimitive, Network, toPrimitive, VIFBase, VIFBridge } from '../../src/os-vif.js';

const id = '2265b1f5-91b7-d8f1-cd61-1027c386bbc4';
const uuid = '29e821a4-855c-d707-64ac-7d5c5eda92d8';
/** os-vif can have such a VIF; a plug needs its id. */
const withoutId = {
  ...toPrimitive(new VIFBase({ id })),
  'versioned_object.data': { plugin: 'ovs' },
};
const least = { vif: { id, address: 'fa:16:3e:83:fe:fc' }, instance: { uuid } };

function refusal(json: unknown): ValidationError {
  try {
    parseRequest(json);
  } catch (error) {
    if (error instanceof ValidationError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('a request', () => {
  it('needs a VIF and an instance', () => {
    const request = parseRequest(least);
    expect(request).toEqual({
      id,
      vif: expect.any(NetworkVif),
      instance: { uuid, name: '', project_id: '', display_name: '' },
      flavor: { vcpus: 1, extra_specs: {} },
      image: { properties: {} },
      host: {},
      hostFilters: false,
    });
  });

  it('may have null for what it may leave out', () => {
    const nulls = { id: null, flavor: null, image: null, host: null, firewall: null, routing: null };
    expect(parseRequest({ ...least, ...nulls })).toEqual(parseRequest(least));
    const instance = { uuid, name: null, project_id: null, display_name: null };
    expect(parseRequest({ ...least, instance, flavor: { vcpus: null, extra_specs: null } })).toEqual(
      parseRequest(least),
    );
  });

  it('may say whose rules answer it', () => {
    expect(parseRequest({ ...least, routing: 'current' }).routing).toBe('current');
    expect(parseRequest(least)).not.toHaveProperty('routing');
  });

  it('has an id of its own', () => expect(parseRequest({ ...least, id: 'row 1' }).id).toBe('row 1'));

  it('gives the values of properties as their text', () => {
    const request = parseRequest({
      ...least,
      flavor: { vcpus: 4, extra_specs: { 'quota:vif_inbound_average': 1024, 'hw:cpu_policy': 'dedicated' } },
      image: {
        properties: { hw_vif_multiqueue_enabled: true, hw_vif_model: 'virtio', notes: 'a\nb', none: null },
      },
    });
    expect(request.flavor).toEqual({
      vcpus: 4,
      extra_specs: { 'quota:vif_inbound_average': '1024', 'hw:cpu_policy': 'dedicated' },
    });
    expect(request.image.properties).toEqual({
      hw_vif_multiqueue_enabled: 'true',
      hw_vif_model: 'virtio',
      notes: 'a\nb',
    });
  });

  it('reports only what it knows of the host', () => {
    const host = { virt_type: 'kvm', libvirt_version: [9, 0, 0], existing_links: [], pci: { x: 1 } };
    expect(parseRequest({ ...least, host }).host).toEqual({ virt_type: 'kvm', libvirt_version: [9, 0, 0] });
  });

  it('may have the host filter', () => {
    expect(parseRequest({ ...least, firewall: 'iptables' }).hostFilters).toBe(true);
    expect(parseRequest({ ...least, firewall: 'noop' }).hostFilters).toBe(false);
  });

  it('may be one that was read before, in whole or as JSON', () => {
    const whole = {
      ...least,
      id: 'row 1',
      flavor: { vcpus: 4, extra_specs: { 'hw:cpu_policy': 'dedicated' } },
      image: { properties: { hw_vif_multiqueue_enabled: true } },
      host: { virt_type: 'qemu', libvirt_version: [9, 0, 0] },
      routing: 'newton',
    };
    for (const firewall of ['iptables', 'noop', undefined]) {
      for (const vif of [least.vif, new VIFBridge({ id, vif_name: 'tap1' })]) {
        const request = parseRequest({ ...whole, vif, firewall });
        expect(parseRequest(request)).toEqual(request);
        expect(parseRequest({ ...request })).toEqual(request);
        expect(parseRequest(JSON.parse(JSON.stringify(request)))).toEqual(request);
      }
    }
  });

  it('may be a row of the conformance vectors as it stands', () => {
    const row = { op: 'plug', expect: { xml: '<interface/>' }, reference_commands: [['ip', 'link']] };
    const host = { existing_links: ['tap1'], pci: { '0000:03:00.1': {} } };
    expect(parseRequest({ ...least, ...row, host })).toEqual(parseRequest(least));
  });

  it('may have keys in its VIF that are not known, as those of Nova have', () => {
    const vif = {
      ...least.vif,
      details: { bound_drivers: { 0: 'openvswitch' } },
      'binding:host_id': 'node-1',
    };
    expect(parseRequest({ ...least, vif: { ...vif, network: { segments: [] } } })).toMatchObject({ id });
  });

  it('may have an os-vif object for its VIF, or its wire form', () => {
    const vif = new VIFBridge({ id, vif_name: 'tap1' });
    expect(parseRequest({ ...least, vif }).vif).toBe(vif);
    const read = parseRequest(JSON.parse(JSON.stringify({ ...least, vif })));
    expect(read.vif).toBeInstanceOf(VIFBridge);
    expect(read.vif).toEqual(vif);
    expect(read.id).toBe(id);
  });

  it('may have a VIF that was read before', () => {
    const { vif } = parseRequest(least);
    expect(parseRequest({ ...least, vif }).vif).toBe(vif);
  });
});

describe('a request is refused', () => {
  it.each([
    ['instance', { instance: undefined }],
    ['instance', { instance: 'x' }],
    ['instance.uuid', { instance: {} }],
    ['instance.uuid', { instance: { uuid: 'x' } }],
    ['instance.display_name', { instance: { uuid, display_name: 'a\nb' } }],
    ['instance.name', { instance: { uuid, name: 'x'.repeat(256) } }],
    ['flavor.vcpus', { flavor: { vcpus: 0 } }],
    ['flavor.vcpus', { flavor: { vcpus: 1.5 } }],
    ['flavor.vcpus', { flavor: { vcpus: '4' } }],
    ['flavor.extra_specs["quota:x"]', { flavor: { extra_specs: { 'quota:x': [1] } } }],
    ['image.properties', { image: { properties: [] } }],
    ['host.libvirt_version', { host: { libvirt_version: [9, 0] } }],
    ['host.libvirt_version[1]', { host: { libvirt_version: [9, '0', 0] } }],
    ['host.kernel_release', { host: { kernel_release: 5.1 } }],
    ['firewall', { firewall: 'ebtables' }],
    ['id', { id: 7 }],
    ['vif', { vif: undefined }],
    ['vif', { vif: null }],
    ['firewal', { firewal: 'iptables' }],
    ['["fire wall"]', { 'fire wall': 'iptables' }],
    ['__proto__', JSON.parse('{"__proto__": {"firewall": "iptables"}}')],
    ['instance.projectid', { instance: { uuid, projectid: 'x' } }],
    ['flavor.extra_spec', { flavor: { extra_spec: {} } }],
    ['image.hw_vif_model', { image: { hw_vif_model: 'e1000' } }],
    ['host.virt_typ', { host: { virt_typ: 'qemu' } }],
    ['firewall', { firewall: 'noop', hostFilters: true }],
  ])('for its %s: %j', (path, change) => {
    const error = refusal({ ...least, ...change });
    expect(error.code).toBe('INVALID_REQUEST');
    expect(error.violations.map((violation) => violation.path)).toEqual([path]);
    expect(error.message).toContain(`The request is invalid: ${path} `);
    expect(error.vifId).toBe('vif' in change ? undefined : id);
  });

  it.each([
    [{ ...least.vif, devname: 'x\n' }, 'INVALID_VIF', 'vif.devname', id],
    [{ ...least.vif, network: { bridge: 'x'.repeat(16) } }, 'INVALID_VIF', 'vif.network.bridge', id],
    [{ ...least.vif, id: 'x' }, 'INVALID_VIF', 'vif.id', undefined],
    [[], 'INVALID_VIF', 'vif', undefined],
    ['x', 'INVALID_VIF', 'vif', undefined],
    [
      { ...toPrimitive(new VIFBase({ id })), 'versioned_object.version': '9.0' },
      'INCOMPATIBLE_VERSION',
      'vif',
      id,
    ],
    [toPrimitive(new Network({})), 'INVALID_OBJECT', 'vif', undefined],
    [new Network({}), 'INVALID_VIF', 'vif', undefined],
    [{ 'versioned_object.name': 7 }, 'INVALID_OBJECT', 'vif', undefined],
    [withoutId, 'INVALID_OBJECT', 'vif.id', undefined],
    [fromPrimitive(withoutId), 'INVALID_OBJECT', 'vif.id', undefined],
  ])('for its VIF: %j', (vif, code, path, vifId) => {
    const error = refusal({ ...least, vif });
    expect(error.violations.map((violation) => violation.path)).toEqual([path]);
    expect(error).toMatchObject({ code, vifId });
  });

  it.each([
    ['firewal', "did you mean 'firewall'?"],
    ['vfi', "did you mean 'vif'?"],
    ['ID', "did you mean 'id'?"],
    ['security_group', 'known are id, instance, flavor,'],
    ['x'.repeat(100_000), 'known are id, instance, flavor,'],
  ])('for the key %.20s, with what it is close to', (key, hint) => {
    const { violations } = refusal({ ...least, [key]: 'iptables' });
    expect(violations).toEqual([{ path: key, message: expect.stringContaining(hint) }]);
  });

  it('for very many keys, and the first of them are reported', () => {
    const keys = Array.from({ length: 100_000 }, (_, i): [string, number] => [`key${i}`, i]);
    expect(refusal({ ...least, ...Object.fromEntries(keys) }).violations).toHaveLength(10);
  });

  it.each([undefined, null, 7, 'x', [], () => least])('when it is %j', (json) => {
    expect(refusal(json).violations).toEqual([
      { path: '', message: expect.stringMatching(/^must be a plain object/) },
    ]);
  });
});

describe('whatever the input', () => {
  /** A request, or an error with a code and a message that a terminal can bear. */
  function expectHandled(json: unknown): void {
    let parsed: ReturnType<typeof parseRequest>;
    try {
      parsed = parseRequest(json);
    } catch (error) {
      if (!isVifError(error)) throw error;
      expect(error.message).not.toMatch(/\p{Cc}/u);
      expect(error.message.length).toBeLessThan(5000);
      return;
    }
    expect(parsed.vif.id).toBe(id);
  }

  const nasty = fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'then',
    '',
    'a\nb',
    '\0',
    '-x',
    '../..',
    '$value',
    'all',
  );
  const anything = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    nasty,
    fc.constantFrom(-1, 1e300, Number.MAX_SAFE_INTEGER),
  );

  it('it is read, or refused with a code', () => {
    fc.assert(fc.property(anything, expectHandled), { numRuns: 300 });
  });

  it('so it is wherever something is put into a good request', () => {
    const good = {
      ...least,
      vif: {
        ...least.vif,
        type: 'ovs',
        details: { vlan: '7', port_filter: true },
        profile: { pci_slot: '0000:05:10.1' },
        network: {
          id,
          bridge: 'br0',
          subnets: [{ cidr: '10.0.0.0/8', ips: [{ address: '10.0.0.1' }] }],
          meta: { mtu: 1500 },
        },
      },
      flavor: { vcpus: 1, extra_specs: { a: 'b' } },
      host: { libvirt_version: [9, 0, 0] },
    };
    const wire = {
      ...good,
      vif: toPrimitive(new VIFBridge({ id, network: new Network({ bridge: 'br0' }) })),
    };
    const change = fc.tuple(fc.constantFrom(good, wire), fc.nat(), fc.option(nasty), anything);
    fc.assert(
      fc.property(change, ([base, at, key, value]) => expectHandled(changed(base, at, key, value))),
      { numRuns: 1000 },
    );
  });

  /** A copy with one of its places taken by a value, or with a key added there. */
  function changed(base: object, at: number, key: string | null, value: unknown): unknown {
    const copy = JSON.parse(JSON.stringify(base));
    const places = placesIn(copy);
    const [owner, name] = places[at % places.length] ?? [copy, 'vif'];
    Object.defineProperty(owner, key ?? name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
    return copy;
  }

  function placesIn(value: unknown): [object, string][] {
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, member]) => [[value, key], ...placesIn(member)]);
  }
});
