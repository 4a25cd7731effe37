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
import { type CompleteSettings, settingsOf } from './complete-settings.js';
import { type FoundPort, type PortChange, readPorts, writePort } from './ovs-port-rows.js';

/** What to write to a port. */
interface SettingsChange {
  /** The settings that differ. */
  readonly names: readonly (keyof CompleteSettings)[];
  /** All settings that the port should have. */
  readonly settings: CompleteSettings;
  /** The port before the change; undefined for a port that an earlier step makes, and whose undo removes it. */
  readonly before: Pick<FoundPort, 'settings' | 'rows'> | undefined;
}

/**
 * Configures Open vSwitch ports: VLANs, policing, queues, isolation. A port that an earlier step of the plan makes has
 * its VLANs from the start, so that no traffic of the guest reaches another network.
 */
export class OvsPortSettingsRunner implements StepRunner<OvsPortSettingsStep, SettingsChange, true> {
  readonly kinds = ['ovsPortSettings'] as const;

  constructor(private readonly client: Ovsdb) {}

  async inspect(
    steps: readonly VifStep<OvsPortSettingsStep>[],
    signal: AbortSignal,
  ): Promise<readonly Inspection<SettingsChange>[]> {
    const ports = await this.#read(steps, signal);
    return steps.map(({ step }) => {
      const before = ports.get(step.name);
      const current = before?.settings;
      const settings = settingsOf(step);
      const names = namesOf(settings).filter((name) => !isSame(settings[name], current?.[name] ?? null));
      if (names.length === 0) return { differences: [] };
      const differences = names.map((attribute): Difference => {
        return { attribute, expected: settings[attribute], actual: current?.[attribute] ?? null };
      });
      return { change: { names, settings, before }, differences };
    });
  }

  async apply(
    tasks: readonly Task<OvsPortSettingsStep, SettingsChange>[],
    signal: AbortSignal,
  ): Promise<readonly Outcome<true>[]> {
    const ports = await this.#read(tasks, signal);
    return Promise.all(
      tasks.map(async (task) => {
        const error = await this.#write(ports.get(task.step.name), task, task.change, signal);
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
      tasks.map(async (task) => {
        const port = ports.get(task.step.name);
        const { before } = task.change;
        if (!before || !port) return undefined;
        return this.#write(port, task, { settings: before.settings, former: before.rows }, signal);
      }),
    );
  }

  #read(steps: readonly VifStep<OvsPortSettingsStep>[], signal: AbortSignal) {
    const names = steps.map(({ step }) => step.name);
    return readPorts(this.client, names, signal);
  }

  async #write(
    port: FoundPort | undefined,
    { step: { name }, vifId, change: { names } }: Task<OvsPortSettingsStep, SettingsChange>,
    { settings, former }: Pick<PortChange, 'settings' | 'former'>,
    signal: AbortSignal,
  ): Promise<VifError | undefined> {
    if (!port) return gone(name, vifId);
    try {
      await writePort(this.client, port, { settings, names, vifId, former }, signal);
      return undefined;
    } catch (error) {
      // The guard of the transaction: whoever recreated the port has also configured it.
      if (isVifError(error, 'OVSDB_ERROR') && error.message.includes('timed out')) return gone(name, vifId);
      return asVifError(error, 'OVSDB_ERROR', `Port ${name} could not be configured`, vifId);
    }
  }
}

function namesOf(settings: CompleteSettings): (keyof CompleteSettings)[] {
  return Object.keys(settings) as (keyof CompleteSettings)[];
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function gone(name: string, vifId: string): VifError {
  const text = `Port ${name} was removed while it was being configured: plug the VIF again`;
  return new VifError('OVS_NOT_WIRED', text, { vifId });
}
