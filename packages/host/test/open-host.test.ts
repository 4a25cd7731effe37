import { describe, expect, it } from 'vitest';
import { openHost } from '../src/index.js';
import { userId } from '../src/kernel/user-id.js';

describe('a user of this host', () => {
  it('is known by name or id', () => {
    expect(userId('root')).toBe(0);
    expect(userId('0')).toBe(0);
    expect(userId(107)).toBe(107);
    expect(userId('nobody')).toBe(65_534);
  });

  it.each(['no-such-user', '', '-u', 'root ', 'a:b'])('is not %j', (name) => {
    expect(userId(name)).toBeNaN();
  });
});

describe('the owner of taps', () => {
  it.each(['no-such-user', -1, 0.5, 2 ** 32 - 1, Number.NaN])('cannot be %j', (tapOwner) => {
    expect(() => openHost({ tapOwner })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTIONS',
        message: expect.stringContaining('Correct tapOwner (--tap-owner)'),
      }),
    );
  });

  it('may be root, and is unless somebody else is named', async () => {
    for (const tapOwner of [undefined, 'root', 0, 107]) {
      await expect(openHost({ tapOwner }).close()).resolves.toBeUndefined();
    }
  });
});

describe('keys for TLS', () => {
  const ovsdbTls = { ca: 'ca.pem' };

  it.each([
    { ovsdb: 'tcp:127.0.0.1:6640' },
    { ovnSb: 'tcp:127.0.0.1:6642' },
    { ovsdb: 'tcp:127.0.0.1:6640', ovnNb: 'tcp:127.0.0.1:6641' },
  ])('are refused if nothing is encrypted with them: %j', (servers) => {
    expect(() => openHost({ ...servers, ovsdbTls })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTIONS',
        message: expect.stringContaining('is neither encrypted nor authenticated'),
      }),
    );
  });

  it.each([{}, { ovsdb: 'tcp:127.0.0.1:6640', ovnNb: 'ssl:127.0.0.1:6641' }])(
    'may be given for %j',
    async (servers) => {
      await expect(openHost({ ...servers, ovsdbTls }).close()).resolves.toBeUndefined();
    },
  );
});
