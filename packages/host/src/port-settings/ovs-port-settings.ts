import { asVifError, isVifError, VifError } from '@vifkit/core';
import type {
  AttemptedTask,
  Difference,
  Inspection,
  Outcome,
  StepRunner,
  Task,
  VifStep,
} from '@vifkit/core/step-kinds';
import type { OvsPortSettingsStep } from '@vifkit/core/steps';
import type { Ovsdb } from '../ovsdb/client.js';
import { type FoundPort, readPorts, writePort } from './ovs-port-rows.js';
import { type Settled, settledBy } from './settled.js';

/** The names of the settings to change, all settings of the port, and the former ones. */
interface SettingsChange {
  readonly names: readonly (keyof Settled)[];
  readonly settled: Settled;
  /** Undefined for a port that an earlier step makes, and whose undo removes it. */
  readonly before: Settled | undefined;
}

/**
 * Configures Open vSwitch ports: VLANs, policing, queues, isolation. A port that an earlier step of the plan makes has
 * its VLANs from the start, so that no traffic of the guest reaches another network.
 */
export class OvsPortSettings implements StepRunner<OvsPortSettingsStep, SettingsChange, true> {
  readonly kinds = ['ovsPortSettings'] as const;

  constructor(private readonly client: Ovsdb) {}

  async inspect(
    steps: readonly VifStep<OvsPortSettingsStep>[],
    signal: AbortSignal,
  ): Promise<readonly Inspection<SettingsChange>[]> {
    const ports = await this.#read(steps, signal);
    return steps.map(({ step }) => {
      const before = ports.get(step.name)?.settled;
      const settled = settledBy(step);
      const names = settingsIn(settled).filter((name) => !isSame(settled[name], before?.[name] ?? null));
      if (names.length === 0) return { differences: [] };
      const differences = names.map((attribute): Difference => {
        return { attribute, expected: settled[attribute], actual: before?.[attribute] ?? null };
      });
      return { change: { names, settled, before }, differences };
    });
  }

  async apply(
    tasks: readonly Task<OvsPortSettingsStep, SettingsChange>[],
    signal: AbortSignal,
  ): Promise<readonly Outcome<true>[]> {
    const ports = await this.#read(tasks, signal);
    return Promise.all(
      tasks.map(async ({ step, vifId, change }) => {
        const error = await this.#write(
          ports.get(step.name),
          step.name,
          change.settled,
          change,
          vifId,
          signal,
        );
        return error ? { error } : { done: true };
      }),
    );
  }

  async undo(
    tasks: readonly AttemptedTask<OvsPortSettingsStep, SettingsChange, true>[],
    signal: AbortSignal,
  ): Promise<readonly (VifError | undefined)[]> {
    const ports = await this.#read(tasks, signal);
    return Promise.all(
      tasks.map(async ({ step, vifId, change }) => {
        const port = ports.get(step.name);
        return change.before && port
          ? this.#write(port, step.name, change.before, change, vifId, signal)
          : undefined;
      }),
    );
  }

  #read(steps: readonly VifStep<OvsPortSettingsStep>[], signal: AbortSignal) {
    const names = steps.map(({ step }) => step.name);
    return readPorts(this.client, names, signal);
  }

  async #write(
    port: FoundPort | undefined,
    name: string,
    settled: Settled,
    { names }: SettingsChange,
    vifId: string,
    signal: AbortSignal,
  ): Promise<VifError | undefined> {
    if (!port) return gone(name, vifId);
    try {
      await writePort(this.client, port, settled, names, vifId, signal);
      return undefined;
    } catch (error) {
      // The guard of the transaction: whoever recreated the port has also configured it.
      if (isVifError(error, 'OVSDB_ERROR') && error.message.includes('timed out')) return gone(name, vifId);
      return asVifError(error, 'OVSDB_ERROR', `Port ${name} could not be configured`, vifId);
    }
  }
}

function settingsIn(settled: Settled): (keyof Settled)[] {
  return Object.keys(settled) as (keyof Settled)[];
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function gone(name: string, vifId: string): VifError {
  const text = `Port ${name} was removed while it was being configured: plug the VIF again`;
  return new VifError('OVS_NOT_WIRED', text, { vifId });
}
