import { asVifError, isVifError, type OvsPortSettingsStep, VifError } from '@vifkit/core';
import type { AttemptedTask, Difference, Inspection, Outcome, StepRunner, Task } from '@vifkit/engine';
import type { OvsdbClient } from '../ovsdb/client.js';
import { type FoundPort, readPorts, writePort } from './ovs-port-rows.js';
import { type Settled, settledBy } from './settled.js';

/** What a port had before, and what of it was to change. */
interface Before {
  readonly port: FoundPort | undefined;
  readonly changed: readonly (keyof Settled)[];
}

/**
 * Settles ports of Open vSwitch: VLANs, policing, queues, isolation. A port that an earlier step of the plan makes has its
 * VLANs from the beginning, so that nothing of the guest's gets onto another network.
 */
export class OvsPortSettings implements StepRunner<OvsPortSettingsStep> {
  readonly kinds = ['ovsPortSettings'] as const;

  constructor(private readonly client: OvsdbClient) {}

  async inspect(steps: readonly OvsPortSettingsStep[], signal: AbortSignal): Promise<readonly Inspection[]> {
    const ports = await readPorts(
      this.client,
      steps.map(({ name }) => name),
      signal,
    );
    return steps.map((step) => {
      const port = ports.get(step.name);
      const wanted = settledBy(step);
      const differences = differencesOf(wanted, port?.settled);
      const before: Before = { port, changed: differences.map(({ attribute }) => attribute) };
      return { differences, before };
    });
  }

  apply(tasks: readonly Task<OvsPortSettingsStep>[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return this.#write(tasks, (task) => settledBy(task.step), signal);
  }

  undo(
    tasks: readonly AttemptedTask<OvsPortSettingsStep>[],
    signal: AbortSignal,
  ): Promise<readonly Outcome[]> {
    return this.#write(tasks, ({ inspection }) => (inspection.before as Before).port?.settled, signal);
  }

  /** @param settledOf undefined for a port that goes by itself: it was not there before */
  async #write(
    tasks: readonly Task<OvsPortSettingsStep>[],
    settledOf: (task: Task<OvsPortSettingsStep>) => Settled | undefined,
    signal: AbortSignal,
  ): Promise<Outcome[]> {
    const ports = await readPorts(
      this.client,
      tasks.map(({ step }) => step.name),
      signal,
    );
    return Promise.all(
      tasks.map(async (task): Promise<Outcome> => {
        const { step, vifId, inspection } = task;
        const settled = settledOf(task);
        if (!settled) return undefined;
        const port = ports.get(step.name);
        if (!port) return gone(step.name, vifId);
        try {
          await writePort(this.client, port, settled, (inspection.before as Before).changed, signal);
          return undefined;
        } catch (error) {
          // Its guard: whoever made it anew has settled it, too.
          if (isVifError(error, 'OVSDB_ERROR') && error.message.includes('timed out'))
            return gone(step.name, vifId);
          return asVifError(error, 'OVSDB_ERROR', `Port ${step.name} could not be settled`, vifId);
        }
      }),
    );
  }
}

function differencesOf(
  wanted: Settled,
  actual: Settled | undefined,
): (Difference & { attribute: keyof Settled })[] {
  const names = Object.keys(wanted) as (keyof Settled)[];
  return names
    .filter((name) => !isSame(wanted[name], actual?.[name] ?? null))
    .map((attribute) => ({ attribute, expected: wanted[attribute], actual: actual?.[attribute] ?? null }));
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function gone(name: string, vifId: string): VifError {
  const text = `Port ${name} has gone while it was being settled: plug the VIF again`;
  return new VifError('OVS_NOT_WIRED', text, { vifId });
}
