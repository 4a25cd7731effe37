import { VifError } from '@vifkit/core';
import { expect, it } from 'vitest';
import { createVifDriver } from '../../src/driver/create-vif-driver.js';
import type { Host } from '../../src/run/host.js';
import { benchWith } from './support/bench.js';
import { Taps } from './support/plugins.js';
import { objectRequest, vifId } from './support/requests.js';

const exhausted = () => new VifError('DESCRIPTORS_EXHAUSTED', 'too many files are open');

it('an unplug whose code cannot be loaded fails its requests, and goes well afterwards', async () => {
  const { host, driver } = benchWith([Taps]);
  let isStarved = false;
  const load: Host['load'] = async (code) => {
    if (isStarved) throw exhausted();
    return code();
  };
  Object.assign(host, { load });
  const requests = [objectRequest(1), objectRequest(2)];
  await driver.plugAll(requests);
  isStarved = true;
  expect(await driver.unplugAll(requests)).toMatchObject(
    [1, 2].map((n) => ({ ok: false, id: vifId(n), error: { code: 'DESCRIPTORS_EXHAUSTED' } })),
  );
  isStarved = false;
  expect(await driver.unplugAll(requests)).toMatchObject([{ ok: true }, { ok: true }]);
  expect(host.links.snapshot()).toEqual({});
});

it('a VIF is not unplugged while it cannot be seen who uses it', async () => {
  const { host, driver } = benchWith([Taps]);
  await driver.plugAll([objectRequest(1), objectRequest(2)]);
  const { connection } = host;
  const failing = (error: Error) =>
    Object.assign(host, { connection: { ...connection, read: () => Promise.reject(error) } });
  failing(exhausted());
  await expect(driver.unplug(objectRequest(1))).rejects.toMatchObject({
    code: 'DESCRIPTORS_EXHAUSTED',
    vifId: vifId(1),
  });
  await driver.unplug(objectRequest(1), { force: true });
  failing(new Error('it can never be read'));
  await driver.unplug(objectRequest(2));
  expect(host.links.snapshot()).toEqual({});
});

it('a driver of a long-lived host loads all code at once', async () => {
  const { host } = benchWith([Taps]);
  const loaded: unknown[] = [];
  const load: Host['load'] = async (code) => {
    const part = await code();
    loaded.push(part);
    return part;
  };
  const guests = { forObject: () => ({ toXml: () => '' }), forBackend: () => ({ toXml: () => '' }) };
  createVifDriver({ host: { ...host, load }, guests, plugins: [] });
  createVifDriver({ host: { ...host, load, isLongLived: true }, guests, plugins: [] });
  await expect.poll(() => loaded.length).toBe(9);
  expect(loaded).toContainEqual(expect.objectContaining({ unplugging: expect.any(Function) }));
});

it('a package on demand is loaded once there are descriptors', async () => {
  const { host } = benchWith([]);
  let isStarved = true;
  const load: Host['load'] = async (code) => {
    if (isStarved) throw exhausted();
    return code();
  };
  const guests = { forObject: () => ({ toXml: () => '' }), forBackend: () => ({ toXml: () => '' }) };
  const taps = {
    name: '@acme/taps',
    declaration: { contract: 1, provides: [{ role: 'plugin', name: 'taps' } as const] },
    load: async () => ({ name: '@acme/taps', provides: [Taps] }),
  };
  const driver = createVifDriver({ host: { ...host, load }, guests, plugins: [], onDemand: [taps] });
  await expect(driver.plan(objectRequest(1))).rejects.toMatchObject({ code: 'DESCRIPTORS_EXHAUSTED' });
  isStarved = false;
  expect(await driver.plan(objectRequest(1))).toMatchObject({ plugin: 'taps' });
});
