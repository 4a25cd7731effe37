import type { Plan, PluginPackage } from '@vifkit/core';
import type { NetworkVif } from '@vifkit/core/nova';
import type { VIFBase } from '@vifkit/core/os-vif';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost } from '@vifkit/testkit';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { type Core, ours, theirs } from '../support/core-copies.js';

/** A vendor's package with a port profile of its own, written with some copy of core. */
function vendorWith(core: Core, namespace: string) {
  const { field } = core;

  @core.versionedObject({ name: 'AcmePolicy', namespace, version: '1.0' })
  class AcmePolicy extends core.VersionedObject {
    @field.enum(['gold', 'silver'])
    declare readonly tier?: 'gold' | 'silver';
  }

  @core.versionedObject({ name: 'VIFPortProfileAcme', namespace, version: '1.1' })
  class VIFPortProfileAcme extends core.VIFPortProfileBase {
    @field.integer({ min: 1, max: 16, required: true })
    declare readonly lane: number;

    @field.object(() => AcmePolicy)
    declare readonly policy?: AcmePolicy;

    @field.boolean({ default: true, since: '1.1' })
    declare readonly mirrored: boolean;
  }

  class AcmeDetails {
    @field.integer({ min: 1, max: 16, digits: true })
    declare readonly acme_lane?: number;
  }

  class Acme {
    describe() {
      return core.announce('acme', [[core.VIFGeneric, [VIFPortProfileAcme]]]);
    }
    plug(vif: VIFBase): Plan {
      const profile = vif.port_profile;
      if (!(profile instanceof VIFPortProfileAcme)) throw core.unsupportedVif('acme', vif);
      const { lane, policy, mirrored } = profile as VIFPortProfileAcme;
      return [{ kind: 'command', argv: ['acmectl', String(lane), String(policy?.tier), String(mirrored)] }];
    }
    unplug(): Plan {
      return [];
    }
  }
  core.vifPlugin({ name: 'acme' })(Acme);

  class Converter {
    convert(vif: NetworkVif) {
      const { acme_lane: lane } = core.vendorDetails(vif, AcmeDetails);
      const port_profile = new VIFPortProfileAcme({ lane } as object);
      return new core.VIFGeneric({ ...core.toVifFields(vif), plugin: 'acme', port_profile });
    }
  }
  core.vifConverter({ type: namespace })(Converter);
  return { name: '@acme/plugin', provides: [Acme, Converter], objects: [AcmePolicy, VIFPortProfileAcme] };
}

const id = '2265b1f5-91b7-d8f1-cd61-1027c386bbc4';
const instance = { uuid: '29e821a4-855c-d707-64ac-7d5c5eda92d8' };
const wire = (name: string, namespace: string, version: string, data: object) => ({
  'versioned_object.name': name,
  'versioned_object.namespace': namespace,
  'versioned_object.version': version,
  'versioned_object.data': data,
});
const vifWith = (namespace: string, data: object, version = '1.1') =>
  wire('VIFGeneric', 'os_vif', '1.0', {
    id,
    plugin: 'acme',
    vif_name: 'tap0',
    network: null,
    port_profile: wire('VIFPortProfileAcme', namespace, version, data),
  });

function start(offered: PluginPackage) {
  const host = memoryHost();
  const driver = createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: [offered] });
  return { host, driver };
}

describe.each([
  ['this copy of core', ours, 'acme_here'],
  ['a copy of core of its own', theirs, 'acme_there'],
])("a vendor's port profile, declared with %s", (_, core, namespace) => {
  const offered = vendorWith(core, namespace);
  const { host, driver } = start(offered);
  const policy = wire('AcmePolicy', namespace, '1.0', { tier: 'gold' });

  it('is read from the wire, checked, and handed to the plugin', async () => {
    await driver.plug({ instance, vif: vifWith(namespace, { lane: 7, policy, mirrored: false }) });
    expect(host.commands.log.at(-1)).toEqual(['acmectl', '7', 'gold', 'false']);
    await driver.plug({ instance, vif: vifWith(namespace, { lane: 3 }, '1.0') });
    expect(host.commands.log.at(-1)).toEqual(['acmectl', '3', 'undefined', 'true']);
  });

  it.each([
    [{ lane: 17 }, 'port_profile.lane'],
    [{ lane: 1, lanes: 2 }, "did you mean 'lane'"],
    [{ lane: 1, policy: wire('AcmePolicy', namespace, '1.0', { tier: 'tin' }) }, 'port_profile.policy.tier'],
  ])('is refused with %o', async (data, message) => {
    await expect(driver.plug({ instance, vif: vifWith(namespace, data) })).rejects.toThrow(message);
  });

  it('is made of the details of Nova’s network model', async () => {
    const vif = {
      id,
      address: 'fa:16:3e:83:fe:fc',
      type: namespace,
      details: { acme_lane: '5', port_filter: true },
    };
    await driver.plug({ instance, vif });
    expect(host.commands.log.at(-1)).toEqual(['acmectl', '5', 'undefined', 'true']);
    const object = driver.convert({ instance, vif });
    expect(object?.toJSON()).toMatchObject({
      'versioned_object.data': { port_profile: wire('VIFPortProfileAcme', namespace, '1.1', { lane: 5 }) },
    });
    await expect(
      driver.plug({ instance, vif: { ...vif, details: { acme_lane: 99 } } }),
    ).rejects.toMatchObject({
      code: 'INVALID_VIF',
      message: expect.stringContaining('details.acme_lane'),
    });
  });

  it('is in the JSON Schema of VIFs, under its namespace', () => {
    const schema = ours.jsonSchemaOf(ours.VIFGeneric);
    expect(schema).toMatchObject({ $defs: { [`${namespace}.VIFPortProfileAcme`]: expect.anything() } });
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
    expect(validate(vifWith(namespace, { lane: 7, policy }))).toBe(true);
    expect(validate(vifWith(namespace, { lane: 'seven' }))).toBe(false);
    expect(validate(vifWith(namespace, { lane: 7, lanes: 2 }))).toBe(false);
  });

  it('may be there for a second driver', () => {
    expect(() => start(offered)).not.toThrow();
  });
});

it('a class in the namespace of os-vif is refused, and one that is not declared', () => {
  const copy = vendorWith(ours, 'acme_other');
  expect(() => start({ ...copy, objects: [ours.VIFBridge] })).toThrow('needs a namespace of its own');
  class Undeclared extends ours.VIFPortProfileBase {}
  expect(() => start({ ...copy, objects: [Undeclared] })).toThrow('is not decorated with versionedObject');
});
