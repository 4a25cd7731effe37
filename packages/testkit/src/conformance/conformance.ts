import type { PluginPackage } from '@vifkit/core';
import { afterAll, describe } from 'vitest';
import type { MemoryHostOptions } from '../memory/memory-host.js';
import { Applicable } from './applicable.js';
import type { ConformanceRequest } from './conformance-request.js';
import { describesItself } from './describes-itself.js';
import { failsWhole } from './fails-whole.js';
import { Fixture } from './fixture.js';
import { plansAhead } from './plans-ahead.js';
import { repeats } from './repeats.js';

export interface ConformanceOptions {
  readonly plugins: PluginPackage | readonly PluginPackage[];
  /** One for each kind of VIF that the plugins treat in a way of its own. */
  readonly requests: readonly ConformanceRequest[];
  /** What the host is like before a request; bare unless given. */
  readonly host?: MemoryHostOptions | ((request: ConformanceRequest) => MemoryHostOptions);
  /** Options by plugin name, as for `createVifDriver`. */
  readonly options?: Readonly<Record<string, object>>;
}

/**
 * Registers vitest tests of what every plugin owes to its users: plug and unplug can be repeated, fail as a
 * whole, and do what `plan` said. To be called at the top of a test file. A test that a request has no case for (as
 * the undoing of a plug that writes nothing) is not registered, and a line `not applicable to ...` says so.
 */
export function conformance({ plugins, requests, host = {}, options = {} }: ConformanceOptions): void {
  const packages: readonly PluginPackage[] = 'provides' in plugins ? [plugins] : plugins;
  describe('conformance', async () => {
    const applicable = new Applicable();
    const fixtures = requests.map((request) => {
      const hostOptions = typeof host === 'function' ? host(request) : host;
      return new Fixture(packages, options, request, hostOptions);
    });
    await describesItself(fixtures, applicable);
    for (const [i, fixture] of fixtures.entries()) {
      const name = fixture.request.id ?? `request ${i + 1}`;
      describe(name, async () => {
        repeats(fixture);
        await plansAhead(fixture, name, applicable);
        await failsWhole(fixture, name, applicable);
      });
    }
    afterAll(() => applicable.tell());
  });
}
