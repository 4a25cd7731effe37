import { isVifError, type PluginPackage } from '@vifkit/core';
import type { MemoryHostOptions } from '../memory/memory-host.js';
import type { Case } from './case.js';
import type { ConformanceRequest } from './conformance-request.js';
import { describesItself } from './describes-itself.js';
import { failsWhole } from './fails-whole.js';
import { Fixture } from './fixture.js';
import { plansAhead } from './plans-ahead.js';
import { repeats } from './repeats.js';
import { sideBySide } from './side-by-side.js';
import { vendorCode } from './vendor-code.js';
import type { VendorState } from './vendor-state.js';

/** The options of the conformance suite. */
export interface ConformanceOptions {
  readonly plugins: PluginPackage | readonly PluginPackage[];
  /** One for each kind of VIF that the plugins treat differently. */
  readonly requests: readonly ConformanceRequest[];
  /** The initial state of the host for a request; bare unless given. */
  readonly host?: MemoryHostOptions | ((request: ConformanceRequest) => MemoryHostOptions);
  /** Options by plugin name, as for `createVifDriver`. */
  readonly options?: Readonly<Record<string, object>>;
  /** Makes the vendor's side of a new in-memory host: a new one at each call. */
  readonly vendor?: (request: ConformanceRequest) => VendorState | Promise<VendorState>;
  /** The parsed package.json of the package. */
  readonly manifest?: unknown;
}

/** All promises of the plugins about all requests, none of which has been checked yet. */
export async function conformanceCases(options: ConformanceOptions): Promise<Case[]> {
  const { plugins, requests, host = {}, vendor } = options;
  const setting = {
    plugins: 'provides' in plugins ? [plugins] : plugins,
    options: options.options ?? {},
    vendor,
  };
  const fixtures = requests.map(
    (request) => new Fixture(setting, request, typeof host === 'function' ? host(request) : host),
  );
  const named = fixtures.map((fixture, i) => ({ fixture, subject: fixture.given.id ?? `request ${i + 1}` }));
  const late = await Promise.all(named.map(({ fixture }) => lateness(fixture)));
  const inTime = named.map(({ subject }, i) => answersInTime(subject, late[i]));
  if (late.some((each) => each !== undefined)) return inTime; // each of the others would take as long
  const cases = [...(await describesItself(fixtures, options.manifest)), ...inTime];
  for (const { fixture, subject } of named) {
    cases.push(...repeats(fixture, subject));
    cases.push(...(await plansAhead(fixture, subject)));
    cases.push(...(await failsWhole(fixture, subject)));
    cases.push(...(await vendorCode(fixture, subject)));
    cases.push(...(await sideBySide(fixture, subject)));
  }
  return cases;
}

/** Milliseconds within which a plan must be ready: planning only computes, and the host responds at once. */
const LONGEST = 5_000;

function answersInTime(subject: string, late: string | undefined): Case {
  return {
    subject,
    promise: 'answers-in-time',
    says: `has a plan within ${LONGEST / 1_000} s`,
    async run(look) {
      look.none(late === undefined ? [] : [late], 'what became of the plan');
    },
  };
}

/** Why there is no plan in time, if so. Other cases check everything else. */
async function lateness(fixture: Fixture): Promise<string | undefined> {
  const { driver } = await fixture.start();
  return driver.plan(fixture.request, { timeout: LONGEST }).then(
    () => undefined,
    (error: unknown) => (isVifError(error, 'TIMEOUT') ? error.message : undefined),
  );
}
