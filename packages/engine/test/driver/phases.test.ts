import {
  announce,
  type Plan,
  type PlanContext,
  unsupportedVif,
  type VifPlugin,
  vifPlugin,
} from '@vifkit/core';
import { requireField, type VIFBase, VIFGeneric } from '@vifkit/core/os-vif';
import { type MemoryHost, memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import { createVifDriver } from '../../src/driver/create-vif-driver.js';
import type { VifDriver } from '../../src/driver/vif-driver.js';
import type { MigrationPhase, PortMigration } from '../../src/run/port-migration.js';
import { objectRequest, vifId } from './support/requests.js';

const request = objectRequest(1, 'ports');
const port = vifId(1);

/** A tap that is a port of br-int. */
@vifPlugin({ name: 'ports' })
class Ports implements VifPlugin {
  describe() {
    return announce('ports', [[VIFGeneric, []]]);
  }
  plug(vif: VIFBase, _: PlanContext): Plan {
    const externalIds = { 'iface-id': vif.id, 'attached-mac': vif.address ?? '' };
    return [
      { kind: 'link', name: tapOf(vif), create: { type: 'tap' }, set: { up: true } },
      { kind: 'ovsPort', bridge: 'br-int', name: tapOf(vif), externalIds, wired: true },
    ];
  }
  unplug(vif: VIFBase): Plan {
    return [
      { kind: 'ovsVifPortsAbsent', interfaceId: vif.id },
      { kind: 'linkAbsent', name: tapOf(vif), type: 'tap', own: true },
    ];
  }
}

function tapOf(vif: VIFBase): string {
  if (vif instanceof VIFGeneric) return requireField(vif, 'vif_name');
  throw unsupportedVif('ports', vif);
}

/** A network that is told of phases, and keeps what it was told last. */
class Network implements PortMigration {
  told: MigrationPhase | undefined;
  claims = false;
  elsewhere = false;
  failing = false;

  async change(phase: MigrationPhase, interfaceId: string) {
    expect(interfaceId).toBe(port);
    const before = this.told;
    if (before === phase) return undefined;
    return {
      apply: async () => {
        if (this.failing) throw new Error('the network does not answer');
        this.told = phase;
      },
      undo: async () => {
        this.told = before;
      },
    };
  }
  async claimsAtOnce() {
    return this.claims;
  }
  async isElsewhere() {
    return this.elsewhere;
  }
}

interface Bench {
  readonly host: MemoryHost;
  readonly network: Network;
  readonly driver: VifDriver;
  /** The guest opens its tap, or lets go of it. */
  setOpen(isOpen: boolean): void;
}

function bench(): Bench {
  const network = new Network();
  const readiness = { look: async () => 'ready' as const, untilReady: async () => {} };
  const host = Object.assign(memoryHost({ ovsBridges: ['br-int'] }), { migration: network, readiness });
  const guests = { forObject: () => ({ toXml: () => '' }), forBackend: () => ({ toXml: () => '' }) };
  const plugins = [{ name: '@acme/plugin', provides: [Ports] }];
  const driver = createVifDriver({ host, guests, plugins });
  const setOpen = (isOpen: boolean) => {
    const { links } = host.links.kernel;
    const link = links.get('tap1');
    if (link?.tap) links.set('tap1', { ...link, tap: { ...link.tap, isOpen } });
  };
  return { host, network, driver, setOpen };
}

const externalIds = ({ host }: Bench) => host.snapshot().ovs.ports.tap1?.interface?.externalIds;

describe('on the destination', () => {
  it('prepare makes everything and notifies the network, activate notifies it, and release removes both', async () => {
    const own = bench();
    const { host, network, driver } = own;
    const before = host.snapshot();
    await driver.plug(request, { phase: 'prepare' });
    expect(network.told).toBe('prepare');
    expect(externalIds(own)).toMatchObject({ 'iface-id': port });
    expect((await driver.plug(request, { phase: 'prepare' })).changes).toEqual([]);
    await driver.plug(request, { phase: 'activate' });
    expect(network.told).toBe('activate');
    await driver.unplug(request, { phase: 'release' });
    expect(network.told).toBe('release');
    expect(host.snapshot()).toEqual(before);
  });

  it('a port that would be claimed at once gets its id from activate', async () => {
    const own = bench();
    own.network.claims = true;
    await own.driver.plug(request, { phase: 'prepare' });
    expect(externalIds(own)).not.toHaveProperty('iface-id');
    expect(own.network.told).toBeUndefined();
    await own.driver.plug(request, { phase: 'activate' });
    expect(externalIds(own)).toMatchObject({ 'iface-id': port });
  });

  it.each(['prepare', 'activate'] as const)(
    '%s is undone where the network cannot be told',
    async (phase) => {
      const { host, network, driver } = bench();
      const before = host.snapshot();
      network.failing = true;
      await expect(driver.plug(request, { phase })).rejects.toMatchObject({ code: 'PLUG_FAILED' });
      expect(network.told).toBeUndefined();
      expect(host.snapshot()).toEqual(before);
    },
  );

  it.each(['prepare', 'activate'] as const)(
    'the network is told again if %s fails on the host',
    async (phase) => {
      const { host, network, driver } = bench();
      const before = host.snapshot();
      host.failAt(({ part, what }) => part === 'ovs' && what.includes('tap1'));
      await expect(driver.plug(request, { phase })).rejects.toMatchObject({ code: 'PLUG_FAILED' });
      expect(network.told).toBeUndefined();
      expect(host.snapshot()).toEqual(before);
    },
  );
});

describe('on the source', () => {
  it.each(['deactivate', 'release', undefined] as const)(
    'what a guest has open is not taken away, unless that is forced: phase %s',
    async (phase) => {
      const { host, network, driver, setOpen } = bench();
      await driver.plug(request);
      setOpen(true);
      const before = host.snapshot();
      await expect(driver.unplug(request, { phase })).rejects.toMatchObject({
        code: 'VIF_IN_USE',
        message: expect.stringContaining('a guest has tap tap1 open'),
      });
      expect(network.told).toBeUndefined();
      expect(host.snapshot()).toEqual(before);
      setOpen(false);
      await driver.unplug(request, { phase, force: true });
      expect(network.told).toBe(phase);
    },
  );

  it.each(['deactivate', 'release'] as const)(
    '%s goes by the network, which has the port elsewhere: a hypervisor was left behind',
    async (phase) => {
      const { network, driver, setOpen } = bench();
      await driver.plug(request);
      setOpen(true);
      network.elsewhere = true;
      await expect(driver.unplug(request)).rejects.toMatchObject({ code: 'VIF_IN_USE' });
      await driver.unplug(request, { phase }).catch((error: { code: string; message: string }) => {
        // A tap that is open stays in the kernel in memory, as it does until its last user has gone.
        expect(error.message).toContain('busy');
      });
      expect(network.told).toBe(phase);
    },
  );

  it('deactivate notifies the network, and leaves what was made', async () => {
    const own = bench();
    await own.driver.plug(request);
    const before = own.host.snapshot();
    await own.driver.unplug(request, { phase: 'deactivate' });
    expect(own.network.told).toBe('deactivate');
    expect(own.host.snapshot()).toEqual(before);
    expect(await own.host.records?.read([port])).toMatchObject([{ vifId: port }]);
  });

  it('deactivate removes nothing where no plan comes about', async () => {
    const { host, driver } = bench();
    await driver.plug(request);
    const before = host.snapshot();
    const unknown = objectRequest(1, 'unknown');
    await expect(driver.unplug(unknown, { phase: 'deactivate' })).rejects.toMatchObject({
      code: 'NO_MATCHING_PLUGIN',
    });
    expect(host.snapshot()).toEqual(before);
  });
});
