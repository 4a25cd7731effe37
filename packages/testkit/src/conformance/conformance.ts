import { type ConformanceOptions, conformanceCases } from './cases.js';
import { Look } from './look.js';

/** What the suite needs from a test runner: Vitest, `node:test`, Jest and Mocha all have it. */
export interface TestRunner {
  describe(name: string, define: () => void): unknown;
  it(name: string, run: () => Promise<void>): unknown;
  /** Vitest's or Jest's, where tests are required to use it. */
  readonly expect?: ((value: number) => { toBeGreaterThan(least: number): void }) | undefined;
}

/**
 * Registers tests of what every plugin must guarantee to its users: plug and unplug can be repeated, fail as a whole,
 * and do what `plan` reported. Await it at the top level of a test file, or in a `describe` that may be async. A test
 * that a request has no case for (as the undoing of a plug that writes nothing) is not registered, and a line `not
 * applicable to ...` says so.
 *
 * @param runner the test runner, as `{ describe, it }` of `node:test`; Vitest unless given
 * @throws VifError INVALID_OPTIONS; PLUGIN_INVALID for what is not a plugin package
 */
export async function conformance(
  options: ConformanceOptions & { readonly runner?: TestRunner },
): Promise<void> {
  const cases = await conformanceCases(options);
  const runner: TestRunner = options.runner ?? (await import('vitest'));
  const { describe, it, expect } = runner;
  const left = cases.filter(({ inapplicable }) => inapplicable !== undefined);
  if (left.length > 0) console.info(inapplicableLines(left).join('\n'));
  describe('conformance', () => {
    const applicable = cases.filter(({ inapplicable }) => inapplicable === undefined);
    for (const subject of new Set(applicable.map((each) => each.subject))) {
      describe(subject, () => {
        for (const { says, run } of applicable.filter((each) => each.subject === subject)) {
          it(says, async () => {
            const look = new Look();
            await run(look);
            look.end();
            expect?.(look.count).toBeGreaterThan(0);
          });
        }
      });
    }
  });
}

function inapplicableLines(
  cases: readonly { subject: string; says: string; inapplicable?: string | undefined }[],
) {
  const lines = new Map<string, string[]>();
  for (const { subject, says, inapplicable } of cases) {
    const key = `'${subject}' (${inapplicable})`;
    lines.set(key, [...(lines.get(key) ?? []), says]);
  }
  return [...lines].map(([key, says]) => `not applicable to ${key}: ${says.join('; ')}`);
}
