import { IsBoolean, IsInt, IsOptional, ValidateNested } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { IsLinkName, IsMtu } from '../../../src/fields/decorators.js';
import { legacyDriver, vifPlugin } from '../../../src/plugin/decorators.js';
import { optionsFromEnvironment, optionVariable } from '../../../src/plugin/environment.js';
import type { PluginPackage } from '../../../src/plugin/package.js';
import { PluginRegistry } from '../../../src/plugin/registry.js';
import { Idle } from '../support/idle.js';

class Options {
  @IsMtu()
  network_device_mtu = 1500;

  @IsBoolean()
  isolate_vif = false;

  connection = 'tcp:127.0.0.1:6640';

  bridges: readonly unknown[] = ['br-int'];

  @IsOptional()
  @IsLinkName()
  flat_interface: string | null = null;

  @IsOptional()
  @IsInt()
  queues: number | undefined = undefined;

  @ValidateNested()
  nested = { deep: 1 };
}

@vifPlugin({ name: 'linux_bridge', options: Options })
class Plugin extends Idle {}

@legacyDriver({ type: '802.1qbg', options: Options })
class Driver extends Idle {}

const plugins = [{ name: 'a', provides: [Plugin, Driver] }];

function inForce(env: Record<string, string | undefined>, reserved?: readonly string[]): object {
  const registry = new PluginRegistry(plugins, optionsFromEnvironment(env, plugins, reserved));
  return registry.registrations[0]?.options ?? {};
}

const refusal = (message: string) =>
  expect.objectContaining({ code: 'INVALID_OPTIONS', message: expect.stringContaining(message) });

describe('the variable of an option', () => {
  it.each([
    ['ovs', 'network_device_mtu', 'VIF_OVS_NETWORK_DEVICE_MTU'],
    ['linux_bridge', 'flat_interface', 'VIF_LINUX_BRIDGE_FLAT_INTERFACE'],
    ['802.1qbg', 'mtu', 'VIF_802QBG_MTU'],
    ['acme-net', 'dryRun', 'VIF_ACME_NET_DRYRUN'],
  ])('of %s, %s is %s', (owner, option, name) => expect(optionVariable(owner, option)).toBe(name));
});

describe('a text is read by the type of the default', () => {
  it.each([
    ['NETWORK_DEVICE_MTU', '9000', { network_device_mtu: 9000 }],
    ['ISOLATE_VIF', 'true', { isolate_vif: true }],
    ['ISOLATE_VIF', 'Yes', { isolate_vif: true }],
    ['ISOLATE_VIF', '0', { isolate_vif: false }],
    ['CONNECTION', '6640', { connection: '6640' }],
    ['CONNECTION', 'null', { connection: 'null' }],
    ['BRIDGES', 'br-int, br-ex', { bridges: ['br-int', 'br-ex'] }],
    ['BRIDGES', '[1, "two"]', { bridges: [1, 'two'] }],
    ['BRIDGES', '', { bridges: [] }],
  ])('%s=%s', (variable, text, options) => {
    expect(inForce({ [`VIF_LINUX_BRIDGE_${variable}`]: text })).toMatchObject(options);
  });
});

describe('a text for an option without a default is read as its decorators want it', () => {
  it.each([
    ['FLAT_INTERFACE', 'eth0', { flat_interface: 'eth0' }],
    ['FLAT_INTERFACE', '42', { flat_interface: '42' }],
    ['FLAT_INTERFACE', 'null', { flat_interface: null }],
    ['FLAT_INTERFACE', '', { flat_interface: null }],
    ['QUEUES', '4', { queues: 4 }],
  ])('%s=%s', (variable, text, options) => {
    expect(inForce({ [`VIF_LINUX_BRIDGE_${variable}`]: text })).toMatchObject(options);
  });

  it('and refused, by the variable, when it is nothing that they take', () => {
    expect(() => inForce({ VIF_LINUX_BRIDGE_QUEUES: 'many' })).toThrow(
      refusal('queues must be an integer number (from VIF_LINUX_BRIDGE_QUEUES)'),
    );
  });
});

describe('a variable is refused', () => {
  it.each([
    ['VIF_LINUX_BRIDGE_NETWORK_DEVICE_MTU', 'big', 'must be a number, not "big"'],
    ['VIF_LINUX_BRIDGE_NETWORK_DEVICE_MTU', '', 'must be a number, not ""'],
    ['VIF_LINUX_BRIDGE_NETWORK_DEVICE_MTU', 'Infinity', 'must be a number'],
    ['VIF_LINUX_BRIDGE_NETWORK_DEVICE_MTU', '67', 'must be an integer from 68 to 65535 (from'],
    ['VIF_LINUX_BRIDGE_NETWORK_DEVICE_MTU', 'null', 'must be an integer from 68 to 65535 (from'],
    ['VIF_LINUX_BRIDGE_ISOLATE_VIF', 'maybe', 'must be true or false'],
    ['VIF_LINUX_BRIDGE_ISOLATE_VIF', 'toString', 'must be true or false'],
    ['VIF_LINUX_BRIDGE_BRIDGES', '[1', 'must be a list'],
    ['VIF_LINUX_BRIDGE_MTU', '9000', 'sets no option'],
    ['VIF_LINUX_BRIDGE_NESTED', '{}', 'sets no option'],
    ['VIF_', '1', 'sets no option'],
  ])('%s=%s', (name, text, message) => {
    expect(() => inForce({ [name]: text })).toThrow(refusal(name));
    expect(() => inForce({ [name]: text })).toThrow(refusal(message));
  });

  it('with the variables that there are', () => {
    expect(() => inForce({ VIF_OVS_MTU: '1' })).toThrow(refusal('VIF_LINUX_BRIDGE_NETWORK_DEVICE_MTU, '));
    expect(() => optionsFromEnvironment({ VIF_OVS_MTU: '1' }, [])).toThrow(
      refusal('The plugins have no options'),
    );
  });
});

describe('the environment', () => {
  it('is passed over except for what begins with VIF_ and is not reserved', () => {
    const env = { PATH: '/bin', VIFKIT_X: '1', VIF_TIMEOUT: '60', VIF_OLD: undefined };
    expect(optionsFromEnvironment(env, plugins, ['VIF_TIMEOUT'])).toEqual([]);
  });

  it('has a source a variable, for plugins and drivers', () => {
    const env = { VIF_LINUX_BRIDGE_NETWORK_DEVICE_MTU: '9000', VIF_802QBG_QUEUES: '2' };
    expect(optionsFromEnvironment(env, plugins)).toEqual([
      { name: 'VIF_802QBG_QUEUES', options: { '802.1qbg': { queues: 2 } } },
      {
        name: 'VIF_LINUX_BRIDGE_NETWORK_DEVICE_MTU',
        options: { linux_bridge: { network_device_mtu: 9000 } },
      },
    ]);
  });

  it('must not be able to mean two options by one variable', () => {
    class One {
      bridge_mtu = 1;
    }
    class Other {
      mtu = 1;
    }
    @vifPlugin({ name: 'a', options: One })
    class A extends Idle {}
    @vifPlugin({ name: 'a_bridge', options: Other })
    class B extends Idle {}
    expect(() => optionsFromEnvironment({}, [{ name: 'p', provides: [A, B] }])).toThrow(
      expect.objectContaining({
        code: 'PLUGIN_CONFLICT',
        message: expect.stringContaining('VIF_A_BRIDGE_MTU'),
      }),
    );
  });

  it('is not read for options that cannot be made', () => {
    class Broken {
      constructor() {
        throw new Error('no');
      }
    }
    @vifPlugin({ name: 'broken', options: Broken })
    class Plugin extends Idle {}
    expect(() => optionsFromEnvironment({}, [{ name: 'a', provides: [Plugin] }])).toThrow(
      expect.objectContaining({
        code: 'PLUGIN_FAILED',
        message: "The options of plugin 'broken' cannot be made: no",
      }),
    );
  });

  it('leaves it to the registry to refuse what is no package', () => {
    expect(optionsFromEnvironment({}, [{ name: 'x' } as PluginPackage])).toEqual([]);
  });
});
