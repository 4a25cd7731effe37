import { asVifError, type Logger, type PluginPackage, type PluginRegistry, VifError } from '@vifkit/core';
import { addStepKinds, hasMethods, quote } from '@vifkit/core/internal';
import type { RunnerContext, StepRunner } from '@vifkit/core/step-kinds';
import { withDeadline, withinDeadline } from '../time/deadline.js';

/**
 * The runners that packages provide for their own kinds of steps. Registers those kinds.
 * @param ours the runners of the host: no package may provide a runner for their kinds
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
          const text = `${each.name} brings a runner for steps of kind '${kind}', for which ${holder} already has one`;
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

/** Milliseconds that plugins have to be disposed of. */
const DISPOSE_TIMEOUT = 5_000;

/** Disposes of what plugins have made, and of the runners of their packages. A failure or a timeout is logged. */
export async function disposePlugins(
  registry: PluginRegistry,
  runners: readonly StepRunner[],
  logger: Logger,
): Promise<void> {
  const ending = async () => (await Promise.all([registry.dispose(), ...runners.map(disposeRunner)])).flat();
  const failures = await withDeadline(DISPOSE_TIMEOUT, undefined, (signal) =>
    withinDeadline(ending(), signal, 'disposing of plugins').catch((error: VifError) => [error]),
  );
  for (const error of failures)
    logger.warn({ err: error, code: error.code }, 'A plugin could not be disposed of');
}

async function disposeRunner(runner: StepRunner): Promise<VifError[]> {
  try {
    await runner.dispose?.();
    return [];
  } catch (error) {
    const text = `The runner of the kinds ${runner.kinds.join(', ')} could not be disposed of`;
    return [asVifError(error, 'PLUGIN_FAILED', text)];
  }
}
