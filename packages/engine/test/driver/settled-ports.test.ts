import { type LegacyDriver, legacyDriver, type Plan } from '@vifkit/core';
import type { DeviceBackend } from '@vifkit/core/nova';
import { describe, expect, it } from 'vitest';
import { benchWith } from './support/bench.js';
import { instance, modelVif } from './support/requests.js';

/** A driver whose plug has a step of the vendor's own. */
function driverWith(own: { readonly settlesPort?: boolean }): new () => LegacyDriver {
  @legacyDriver({ type: 'generic' })
  class Made implements LegacyDriver {
    config(): DeviceBackend {
      return { type: 'ethernet', target: 'tap1', bandwidth: false };
    }
    plug(): Plan {
      const done = async () => {};
      return [
        { kind: 'custom', name: 'acme port', isDone: async () => false, apply: done, undo: done, ...own },
      ];
    }
    unplug(): Plan {
      return [];
    }
  }
  return Made;
}

const request = { vif: modelVif(1, 'generic', { details: { trunk_vlans: [10] } }), instance };

describe('settings of a port that a vendor connects', () => {
  it('are left to a step that says that it makes them', async () => {
    const { driver } = benchWith([driverWith({ settlesPort: true })]);
    expect(await driver.plug(request)).toMatchObject({ changes: [{ kind: 'custom' }] });
  });

  it.each([{}, { settlesPort: false }])('are refused where no step does: %o', async (own) => {
    const { driver } = benchWith([driverWith(own)]);
    await expect(driver.plug(request)).rejects.toMatchObject({ code: 'UNSUPPORTED_VIF' });
  });
});
