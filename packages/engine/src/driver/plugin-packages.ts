import { asVifError, type Logger, type PluginPackage, type PluginRegistry, VifError } from '@vifkit/core';
import { addStepKinds, hasMethods, quote } from '@vifkit/core/internal';
import type { RunnerContext, StepRunner } from '@vifkit/core/step-kinds';
import { withDeadline, withinDeadline } from '../time/deadline.js';

/**
 * The runners that packages bring for steps of their own kinds, which become known by this.
 * @param ours the runners of the host: none of their kinds is another's
 * @throws VifError PLUGIN_INVALID, PLUGIN_CONFLICT
 */
export function vendorRunners(
  packages: readonly PluginPackage[],
  ours: readonly StepRunner[],
  context: RunnerContext,
): StepRunner[] {
  const holders = new Map<string, string>(
    ours.flatMap(({ kinds }) => kinds.map((kind) => [kind, 'the host'])),
  );
  return packages.flatMap((each) => {
    addStepKinds(each.name, each.stepKinds ?? []);
    return runnersOf(each, context).map((runner) => {
      for (const kind of runner.kinds) {
        const holder = holders.get(kind);
        if (holder !== undefined) {
          const text = `${each.name} brings a runner for steps of the kind '${kind}', which ${holder} has already`;
          throw new VifError('PLUGIN_CONFLICT', text);
        }
        holders.set(kind, each.name);
      }
      return runner;
    });
  });
}

function runnersOf(each: PluginPackage, context: RunnerContext): readonly StepRunner[] {
  if (each.runners === undefined) return [];
  try {
    const runners = each.runners(context);
    for (const runner of runners) {
      if (hasMethods('inspect', 'apply', 'undo')(runner) && Array.isArray(runner.kinds)) continue;
      throw new TypeError(`${quote(runner)} has no kinds, or lacks one of inspect, apply and undo`);
    }
    return runners;
  } catch (error) {
    throw asVifError(error, 'PLUGIN_INVALID', `${each.name} cannot make its runners`);
  }
}

/** Milliseconds that plugins are given to end. */
const longestDispose = 5_000;

/** Ends what plugins have made, by their own `dispose`. One that fails, or has not ended in time, is logged. */
export async function endPlugins(registry: PluginRegistry, logger: Logger): Promise<void> {
  const failures = await withDeadline(longestDispose, undefined, (signal) =>
    withinDeadline(registry.dispose(), signal, 'plugins ended').catch((error: VifError) => [error]),
  );
  for (const error of failures) logger.warn({ err: error, code: error.code }, 'A plugin did not end well');
}
