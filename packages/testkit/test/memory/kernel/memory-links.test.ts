import { VifError } from '@vifkit/core';
import { Deadline } from '@vifkit/engine/time';
import { describe, expect, it } from 'vitest';
import { MemoryLinks } from '../../../src/memory/kernel/memory-links.js';
import { Points } from '../../../src/memory/kernel/points.js';

const soon = () => new Deadline(10_000).signal;

describe('memory links', () => {
  it('go on past what fails, and leave what could not be made', async () => {
    const links = new MemoryLinks(new Points(), [{ name: 'tap0', type: 'tap' }]);
    const outcomes = await links.write(
      [
        { op: 'add', name: 'tap0', create: { type: 'tap' } },
        { op: 'set', name: 'tap0', attributes: { up: true }, alias: 'mine' },
        { op: 'set', name: 'none', attributes: { up: true } },
        { op: 'add', name: 'tap1', create: { type: 'tap' } },
        { op: 'delete', name: 'none' },
      ],
      soon(),
    );
    expect(outcomes.map((outcome) => outcome?.code)).toEqual([
      'LINK_EXISTS',
      'LINK_EXISTS',
      'LINK_COMMAND_FAILED',
      undefined,
      undefined,
    ]);
    expect(links.snapshot()).toMatchObject({ tap0: { up: false }, tap1: {} });
    expect(links.snapshot().tap0).not.toHaveProperty('alias');
  });

  it('report the settings below /proc/sys for the links that are named only', async () => {
    const links = new MemoryLinks(new Points(), [{ name: 'a', ipv6: false }, { name: 'b' }]);
    const read = links.withSettings(await links.read({}, soon()), ['a']);
    expect(read.get('a')).toMatchObject({ ipv6: false, arpIgnore: 0 });
    expect(read.get('b')).not.toHaveProperty('ipv6');
  });

  it('are copies for who reads them', async () => {
    const links = new MemoryLinks(new Points(), [{ name: 'br0', type: 'bridge' }]);
    const before = links.snapshot();
    await links.write([{ op: 'set', name: 'br0', attributes: { bridge: { ageing: 0 } } }], soon());
    expect(before.br0?.bridge?.ageing).toBe(300);
  });

  it('write one call after the other', async () => {
    const points = new Points();
    const links = new MemoryLinks(points);
    points.hangAt(1);
    const first = links.write([{ op: 'add', name: 'a', create: { type: 'tap' } }], new Deadline(20).signal);
    const second = links.write([{ op: 'add', name: 'b', create: { type: 'tap' } }], soon());
    await expect(first).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(await second).toEqual([undefined]);
    expect(points.log.map(({ what }) => what)).toEqual(['add a', 'add b']);
  });

  it('do not do what is made to fail', async () => {
    const points = new Points();
    const links = new MemoryLinks(points, [{ name: 'a', type: 'tap' }]);
    const error = new VifError('LINK_COMMAND_FAILED', 'no');
    points.failAt(({ what }) => what === 'delete a', error);
    const [outcome] = await links.write([{ op: 'delete', name: 'a' }], soon());
    expect(outcome).toMatchObject({ code: 'LINK_COMMAND_FAILED', message: 'Link a cannot be removed: no' });
    expect(links.snapshot()).toHaveProperty('a');
  });
});
