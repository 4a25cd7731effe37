import { describe, expect, it } from 'vitest';
import { guestFlag, isTrue, wantsMultiqueue } from '../../src/nova/guest-card.js';

const guestOf = (specs: Record<string, string>, properties: Record<string, string>, vcpus = 2) => ({
  flavor: { vcpus, extra_specs: specs },
  image: { properties },
});

describe('isTrue', () => {
  it.each(['yes', 'true', '1', 'on', 't', 'y', 'YES', 'True', ' on ', true, 1])('%j is a yes', (value) => {
    expect(isTrue(value)).toBe(true);
  });

  it.each(['no', 'false', '0', 'off', 'f', 'n', '', '2', 'enabled', false, 0, undefined, null])(
    '%j is a no',
    (value) => {
      expect(isTrue(value)).toBe(false);
    },
  );
});

describe('a flag', () => {
  it.each([
    [{}, {}, false],
    [{ 'hw:fast': 'true' }, {}, true],
    [{}, { hw_fast: 'yes' }, true],
    [{ 'hw:fast': 'true' }, { hw_fast: '1' }, true],
    [{ 'hw:fast': 'false' }, { hw_fast: 'no' }, false],
    [{ 'hw:other': 'true' }, { fast: 'true' }, false],
  ])('of flavor %j and image %j is %j', (specs, properties, flag) => {
    expect(guestFlag(guestOf(specs, properties), 'fast')).toBe(flag);
  });

  it.each([
    [{ 'hw:fast': 'true' }, { hw_fast: 'false' }],
    [{ 'hw:fast': 'no' }, { hw_fast: 'yes' }],
  ])('is refused if flavor %j and image %j contradict each other', (specs, properties) => {
    expect(() => guestFlag(guestOf(specs, properties), 'fast')).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST', message: expect.stringContaining('hw:fast') }),
    );
  });
});

describe('several queues', () => {
  it('are for guests of several vCPUs', () => {
    const properties = { hw_vif_multiqueue_enabled: 'true' };
    expect([1, 2].map((vcpus) => wantsMultiqueue(guestOf({}, properties, vcpus)))).toEqual([false, true]);
  });

  it('have to be asked for', () => {
    expect(wantsMultiqueue(guestOf({}, {}))).toBe(false);
  });
});
