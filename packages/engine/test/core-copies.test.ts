import type { Plan, PluginPackage, VifConverter, VifPlugin } from '@vifkit/core';
import type { NetworkVif } from '@vifkit/core/nova';
import type { VIFBase } from '@vifkit/core/os-vif';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import { type Core, ours, theirs } from './support/core-copies.js';

const id = '2265b1f5-91b7-d8f1-cd61-1027c386bbc4';
const address = 'fa:16:3e:83:fe:fc';
const instance = { uuid: '29e821a4-855c-d707-64ac-7d5c5eda92d8' };
const request = { instance, vif: { id, address, type: 'acme', network: { bridge: 'br-acme' } } };

/** A converter and a plugin as a vendor's package has them that brings a core of its own. */
const vendor = (core: Core): PluginPackage => {
  class Options {
    tap = 'tap-acme';
  }
  class Converter implements VifConverter {
    convert(vif: NetworkVif) {
      const mtu = core.networkMtu(vif) ?? null;
      const network = new core.Network({ bridge: core.networkBridge(vif), mtu });
      return new core.VIFBridge({ id: vif.id, address: vif.address, plugin: 'acme', network });
    }
  }
  class Plugin implements VifPlugin {
    constructor(readonly options: Options) {}
    describe() {
      return core.announce('acme', [[core.VIFBridge, []]]);
    }
    plug(vif: VIFBase): Plan {
      if (!(vif instanceof core.VIFBridge)) throw core.unsupportedVif('acme', vif);
      return [{ kind: 'link', name: this.options.tap, create: { type: 'tap' } }];
    }
    unplug(): Plan {
      return [{ kind: 'linkAbsent', name: this.options.tap, type: 'tap', own: true }];
    }
  }
  core.inject(Options)(Plugin, undefined, 0);
  core.vifConverter({ type: 'acme' })(Converter);
  core.vifPlugin({ name: 'acme', options: Options })(Plugin);
  return { name: '@acme/vifkit-plugin', provides: [Converter, Plugin] };
};

const driverWith = (...plugins: PluginPackage[]) =>
  createVifDriver({ host: memoryHost(), guests: new LibvirtGuestConfigurator(), plugins });

describe('a plugin with a core of its own', () => {
  const driver = driverWith(vendor(theirs));

  it('is built, and what it makes is taken', async () => {
    const { changes } = await driver.plug(request);
    expect(changes).toMatchObject([{ kind: 'link', name: 'tap-acme' }]);
    expect((await driver.check(request)).differences).toEqual([]);
  });

  it('has its objects made ours, with all objects in them', () => {
    const object = driver.convert(request);
    expect(Object.getPrototypeOf(object)).toBe(ours.VIFBridge.prototype);
    expect(Object.getPrototypeOf(object?.network)).toBe(ours.Network.prototype);
    expect(object).toEqual(driverWith(vendor(ours)).convert(request));
  });

  it('has its announcement taken', () => {
    const { info, errors } = ours.describeHost(new ours.PluginRegistry([vendor(theirs)]));
    expect(errors).toEqual([]);
    expect(ours.toPrimitive(info)).toEqual(
      ours.toPrimitive(ours.describeHost(new ours.PluginRegistry([vendor(ours)])).info),
    );
  });

  it('has its refusals reported unchanged', async () => {
    const vif = new ours.VIFDirect({ id, address, plugin: 'acme' });
    await expect(driver.plug({ instance, vif })).rejects.toMatchObject({
      code: 'UNSUPPORTED_VIF',
      message: "The plugin 'acme' does not take a VIFDirect; `vif plugins` lists what it takes",
    });
  });
});

describe('an object of another copy', () => {
  it('is an instance of the class of the same name, and of those that it extends, and of no other', () => {
    const bridge = new theirs.VIFBridge({ id });
    expect(bridge).toBeInstanceOf(ours.VIFBridge);
    expect(bridge).toBeInstanceOf(ours.VIFBase);
    expect(bridge).not.toBeInstanceOf(ours.VIFDirect);
    expect(new theirs.VIFBase({ id })).not.toBeInstanceOf(ours.VIFBridge);
    class Heir extends ours.VIFBridge {}
    expect(bridge).not.toBeInstanceOf(Heir);
    expect(new Heir({ id })).toBeInstanceOf(ours.VIFBridge);
  });

  it('may be in an object of ours, and the VIF of a request', async () => {
    const network = new theirs.Network({ bridge: 'br-acme' });
    const vif = new ours.VIFBridge({ id, network });
    expect(vif.network).toEqual(new ours.Network({ bridge: 'br-acme' }));
    const parsed = ours.parseRequest({ instance, vif: new theirs.VIFBridge({ id, network }) });
    expect(vif.equals(parsed.vif)).toBe(true);
  });

  it('is refused where its class has a field that ours has not', () => {
    const newer = Object.create(theirs.VIFBridge.prototype, { lane: { value: 1, enumerable: true } });
    expect(() => ours.parseRequest({ instance, vif: newer })).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_FIELD' }),
    );
  });
});

describe('a copy of another contract', () => {
  const path = '/opt/acme/node_modules/@vifkit/core';
  const withContract = (contract: number) => {
    const made = vendor(theirs);
    for (const each of made.provides) {
      Reflect.defineMetadata(Symbol.for('vifkit.core'), { contract, path }, each);
    }
    return made;
  };

  it.each([
    [0, 'npm install @acme/vifkit-plugin@latest'],
    [2, 'npm install @vifkit/core@latest'],
  ])('is refused in a plugin: contract %i', (contract, cure) => {
    const refused = expect.objectContaining({
      code: 'PLUGIN_INCOMPATIBLE',
      message: expect.stringMatching(`${path}.*${ours.thisCore.path}.*: ${cure}$`),
    });
    expect(() => driverWith(withContract(contract))).toThrow(refused);
  });

  it('is refused in a host, and in what writes the devices', () => {
    const core = { contract: 2, path };
    const refused = expect.objectContaining({ code: 'PLUGIN_INCOMPATIBLE' });
    const [host, guests] = [memoryHost(), new LibvirtGuestConfigurator()];
    expect(() => createVifDriver({ host: { ...host, core }, guests, plugins: [] })).toThrow(refused);
    const others = { forObject: guests.forObject, forBackend: guests.forBackend, core };
    expect(() => createVifDriver({ host, guests: others, plugins: [] })).toThrow(refused);
  });
});
