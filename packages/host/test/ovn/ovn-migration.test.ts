import type { MigrationPhase } from '@vifkit/engine';
import { Deadline } from '@vifkit/engine/time';
import { describe, expect, it } from 'vitest';
import { FakeOvn } from './fake-ovn.js';

const hosts = { one: 'one.example.org', two: 'two.example.org' };
const both = { 'requested-chassis': 'one,two' };
const blocked = { ...both, 'activation-strategy': 'rarp' };
const signal = () => new Deadline(10_000).signal;

/** Carries out a phase. @returns what takes it back; undefined if there was nothing to write */
async function run(ovn: FakeOvn, phase: MigrationPhase, chassis: 'one' | 'two') {
  const change = await ovn.on(chassis).change(phase, 'port', signal());
  await change?.apply(signal());
  return change;
}

/** A port that chassis `one` has. */
const boundPort = () => new FakeOvn({ chassis: 'one' }, hosts);

describe('the placement of a port that moves', () => {
  it('is on both hosts, blocked where the guest has not arrived, then on that one alone, and then as it was', async () => {
    const ovn = boundPort();
    await run(ovn, 'prepare', 'two');
    expect(ovn.port).toMatchObject({ options: blocked, externalIds: { 'vifkit-requested-chassis': '' } });
    expect(await ovn.on('one').isElsewhere('port', signal())).toBe(false);
    ovn.port.activated = 'two';
    await run(ovn, 'activate', 'two');
    expect(ovn.port.options).toEqual({ 'requested-chassis': 'two' });
    expect(await ovn.on('one').isElsewhere('port', signal())).toBe(true);
    expect(await run(ovn, 'deactivate', 'one')).toBeUndefined();
    await run(ovn, 'release', 'one');
    expect(ovn.port).toMatchObject({ options: {}, externalIds: {} });
  });

  it('stays on the source as well if it is activated before the guest has arrived', async () => {
    const ovn = boundPort();
    await run(ovn, 'prepare', 'two');
    await run(ovn, 'activate', 'two');
    expect(ovn.port.options).toEqual(both);
    expect(await ovn.on('one').isElsewhere('port', signal())).toBe(false);
    expect(await run(ovn, 'activate', 'two')).toBeUndefined();
    await run(ovn, 'deactivate', 'one');
    expect(ovn.port.options).toEqual({ 'requested-chassis': 'two' });
    await run(ovn, 'release', 'one');
    expect(ovn.port).toMatchObject({ options: {}, externalIds: {} });
  });

  it.each<readonly MigrationPhase[]>([['prepare'], ['prepare', 'activate']])(
    'is as it was if the migration is called off after %s %s',
    async (...phases) => {
      const ovn = boundPort();
      for (const phase of phases) await run(ovn, phase, 'two');
      await run(ovn, 'release', 'two');
      expect(ovn.port).toMatchObject({ options: {}, externalIds: {} });
    },
  );

  it('goes back to the source if the migration is called off after the source has left it', async () => {
    const ovn = boundPort();
    await run(ovn, 'prepare', 'two');
    await run(ovn, 'deactivate', 'one');
    expect(ovn.port.options).toEqual({ 'requested-chassis': 'two' });
    await run(ovn, 'activate', 'one');
    expect(ovn.port.options).toEqual({ 'requested-chassis': 'one' });
    await run(ovn, 'release', 'two');
    expect(ovn.port).toMatchObject({ options: {}, externalIds: {} });
  });

  it.each(['one', hosts.one])(
    'comes to be pinned to the destination if it was to the source: %s',
    async (name) => {
      const ovn = new FakeOvn({ chassis: 'one', options: { 'requested-chassis': name } }, hosts);
      await run(ovn, 'prepare', 'two');
      expect(ovn.port.options).toEqual({ 'requested-chassis': `${name},two`, 'activation-strategy': 'rarp' });
      ovn.port.activated = 'two';
      await run(ovn, 'activate', 'two');
      await run(ovn, 'release', 'one');
      expect(ovn.port).toEqual({
        ...{ chassis: 'one', activated: 'two', externalIds: {} },
        options: { 'requested-chassis': 'two' },
      });
    },
  );

  it('stays pinned to the source, by whichever name, if the migration is called off', async () => {
    const options = { 'requested-chassis': hosts.one };
    const ovn = new FakeOvn({ chassis: 'one', options: { ...options } }, hosts);
    await run(ovn, 'prepare', 'two');
    await run(ovn, 'release', 'two');
    expect(ovn.port).toMatchObject({ options, externalIds: {} });
  });

  it.each<readonly [MigrationPhase, 'one' | 'two']>([
    ['prepare', 'two'],
    ['activate', 'two'],
    ['deactivate', 'one'],
    ['release', 'one'],
  ])(
    'has nothing more written by a phase that is repeated, and is as before once it is undone: %s',
    async (phase, chassis) => {
      const ovn = boundPort();
      const phases = ['prepare', 'activate', 'deactivate', 'release'] as const;
      for (const each of phases.slice(0, phases.indexOf(phase))) {
        await run(ovn, each, each === 'deactivate' ? 'one' : 'two');
      }
      const before = structuredClone(ovn.port);
      const change = await run(ovn, phase, chassis);
      expect(ovn.port).not.toEqual(before);
      expect(await run(ovn, phase, chassis)).toBeUndefined();
      await change?.undo(signal());
      expect(ovn.port).toEqual(before);
    },
  );

  it('is not shared if nobody has it', async () => {
    const ovn = new FakeOvn({}, hosts);
    expect(await run(ovn, 'prepare', 'two')).toBeUndefined();
    expect(await run(ovn, 'release', 'two')).toBeUndefined();
  });
});

describe('a host without', () => {
  it("OVN reports nothing, and doesn't know of other hosts", async () => {
    const migration = boundPort().on(undefined);
    expect(await migration.change('prepare', 'port', signal())).toBeUndefined();
    expect(await migration.claimsAtOnce('port', signal())).toBe(false);
    expect(await migration.isElsewhere('port', signal())).toBe(false);
  });

  it('either database claims its ports at once', async () => {
    const migration = boundPort().on('two', { knows: [] });
    expect(await migration.change('prepare', 'port', signal())).toBeUndefined();
    expect(await migration.claimsAtOnce('port', signal())).toBe(true);
    expect(await migration.isElsewhere('port', signal())).toBe(false);
  });

  it('the northbound database sees in the other whether Neutron shares the port, and where it wants it', async () => {
    const ovn = boundPort();
    const [one, two] = (['one', 'two'] as const).map((each) => ovn.on(each, { knows: ['southbound'] }));
    expect(await two?.claimsAtOnce('port', signal())).toBe(true);
    ovn.port.options = { 'requested-chassis': `${hosts.one},${hosts.two}` };
    expect(await two?.claimsAtOnce('port', signal())).toBe(false);
    expect(await one?.isElsewhere('port', signal())).toBe(false);
    ovn.port.options = { 'requested-chassis': hosts.two };
    expect(await one?.isElsewhere('port', signal())).toBe(true);
  });

  it('the southbound database cannot prepare a port that is not pinned', async () => {
    const migration = boundPort().on('two', { knows: ['northbound'] });
    await expect(migration.change('prepare', 'port', signal())).rejects.toMatchObject({
      code: 'INVALID_OPTIONS',
      message: expect.stringContaining('--ovn-sb'),
    });
  });
});
