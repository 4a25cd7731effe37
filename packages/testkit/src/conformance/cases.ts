import { isVifError, type PluginPackage, PluginRegistry } from '@vifkit/core';
import { hasMethods, type OptionRules, optionRules, readOptions } from '@vifkit/core/internal';
import type { MemoryHostOptions } from '../memory/memory-host.js';
import type { Case } from './case.js';
import type { ConformanceRequest } from './conformance-request.js';
import { describesItself } from './describes-itself.js';
import { failsWhole } from './fails-whole.js';
import { Fixture } from './fixture.js';
import { guestDevice } from './guest-device.js';
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

/** The options of {@link ConformanceOptions}, and of a test runner. */
interface Given extends ConformanceOptions {
  readonly runner?: object;
}

const rules: OptionRules<Given> = {
  plugins: { accepts: optionRules.object.accepts, says: 'a plugin package, or a list of them' },
  requests: {
    accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(isRequest),
    says: 'a list of requests, at least one, whose `leaves` are lists of names, and whose `twin` is an object or false',
  },
  host: {
    accepts: (value) => optionRules.object.accepts(value) || optionRules.function.accepts(value),
    says: 'an object, or a function that makes one from a request',
  },
  options: optionRules.object,
  vendor: optionRules.function,
  manifest: { accepts: () => true, says: 'a package.json' }, // what it says is one of the promises
  runner: { accepts: hasMethods('describe', 'it'), says: 'a test runner with the methods describe and it' },
};

/**
 * All promises of the plugins about all requests, none of which has been checked yet.
 * @throws VifError INVALID_OPTIONS; PLUGIN_INVALID for what is not a plugin package
 */
export async function conformanceCases(given: Given): Promise<Case[]> {
  const options = readOptions(given, 'conformance', rules, ['plugins', 'requests']);
  const { requests, host = {} } = options;
  const vendors = new OneVendor(options.vendor);
  const plugins: unknown = options.plugins;
  const setting = {
    plugins: (Array.isArray(plugins) ? plugins : [plugins]) as readonly PluginPackage[], // the registry checks them
    options: options.options ?? {},
    vendor: options.vendor && ((request: ConformanceRequest) => vendors.next(request)),
  };
  new PluginRegistry(setting.plugins, setting.options); // refuses what is not a package
  const fixtures = requests.map(
    (request) => new Fixture(setting, request, typeof host === 'function' ? host(request) : host),
  );
  const named = fixtures.map((fixture, i) => ({ fixture, subject: fixture.given.id ?? `request ${i + 1}` }));
  const late: (string | undefined)[] = [];
  for (const { fixture } of named) late.push(await lateness(fixture));
  const inTime = named.map(({ subject }, i) => answersInTime(subject, late[i]));
  if (late.some((each) => each !== undefined)) {
    await vendors.close();
    return inTime; // each of the others would take as long
  }
  const cases = [...(await describesItself(fixtures, options.manifest)), ...inTime];
  for (const { fixture, subject } of named) {
    cases.push(...repeats(fixture, subject));
    cases.push(...(await plansAhead(fixture, subject)));
    cases.push(...(await failsWhole(fixture, subject)));
    cases.push(...(await vendorCode(fixture, subject)));
    cases.push(...(await guestDevice(fixture, subject)));
    cases.push(...(await sideBySide(fixture, subject)));
  }
  await vendors.close();
  return cases.map((each) => vendors.closedAfter(each));
}

/** The vendor's side of one in-memory host at a time. */
class OneVendor {
  #current: VendorState | undefined;

  constructor(private readonly make: ConformanceOptions['vendor']) {}

  /** That of a new host; the one before is closed. */
  async next(request: ConformanceRequest): Promise<VendorState> {
    await this.close();
    this.#current = (await this.make?.(request)) ?? {};
    return this.#current;
  }

  async close(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await current?.close?.();
  }

  /** The case, after which nothing is left open. */
  closedAfter(given: Case): Case {
    return {
      ...given,
      run: async (look) => {
        try {
          await given.run(look);
        } finally {
          await this.close();
        }
      },
    };
  }
}

function isRequest(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { leaves, twin }: { readonly leaves?: unknown; readonly twin?: unknown } = value;
  const isTwin = twin === undefined || twin === false || optionRules.object.accepts(twin);
  return isTwin && (leaves === undefined || optionRules.words.accepts(leaves));
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
