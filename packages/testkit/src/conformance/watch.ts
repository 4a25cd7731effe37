import { AsyncLocalStorage } from 'node:async_hooks';
import 'reflect-metadata';
import type { Component, PlanContext, PluginPackage } from '@vifkit/core';
import type { CommandExecutor } from '@vifkit/core/step-kinds';
import type { CustomStep, Step } from '@vifkit/core/steps';
import type { MemoryHost } from '../memory/memory-host.js';
import { type Gate, watchedRunner } from './watched-runner.js';

type Target = PluginPackage['provides'][number];
type PlanMethod = (vif: never, context: PlanContext) => unknown;

/**
 * The watch whose runner compares steps with the host. One for all watches: Node.js asks each storage at every promise,
 * for as long as the process lives.
 */
const comparing = new AsyncLocalStorage<Watch>();

/** Where tsyringe records what a constructor's parameters inject. */
const tokensKey = 'injectionTokens';

/**
 * Wraps a package for the engine: it records the plans, and makes custom steps and those of the package's own kinds
 * fail or hang at the same points as the host's own steps.
 */
export class Watch implements Gate {
  /** The plans that the plugins returned, in order. */
  readonly plans: { readonly operation: 'plug' | 'unplug'; readonly plan: readonly Step[] }[] = [];
  /** The programs that the package's runners have run. */
  readonly programs = new Set<string>();
  /** Lets the n-th vendor's step from now on do its work, and then fail with this error. */
  failAfter: { left: number; readonly error: Error } | undefined;
  readonly #host: MemoryHost;
  /** For the package's runners. What they run in order to write is a point; what they run in order to read is not. */
  readonly #programs: CommandExecutor = {
    run: async (argv, signal) => {
      const { commands } = this.#host;
      this.programs.add(argv[0]);
      if (comparing.getStore() === this) return commands.answer(argv, signal);
      const failure = await this.#host.reach({ part: 'runner', what: argv.join(' ') }, signal);
      if (failure) return { exitCode: 1, stdout: '', stderr: failure.message, missing: false };
      return commands.answer(argv, signal);
    },
  };

  constructor(host: MemoryHost) {
    this.#host = host;
  }

  /** The last plan of this kind. */
  last(operation: 'plug' | 'unplug'): readonly Step[] {
    return this.plans.filter((each) => each.operation === operation).at(-1)?.plan ?? [];
  }

  /** The package, with every plan of its classes watched. */
  over(given: PluginPackage): PluginPackage {
    const watched = new Map(given.provides.map((target) => [target, this.#class(target)]));
    for (const target of watched.values()) {
      const tokens: Record<string, unknown> | undefined = Reflect.getOwnMetadata(tokensKey, target);
      if (!tokens) continue;
      const entries = Object.entries(tokens).map(([index, token]) => [
        index,
        watched.get(token as Target) ?? token,
      ]);
      Reflect.defineMetadata(tokensKey, Object.fromEntries(entries), target);
    }
    const { runners } = given;
    return {
      ...given,
      provides: [...watched.values()],
      ...(runners && {
        runners: (context) =>
          runners({ ...context, commands: this.#programs }).map((each) => watchedRunner(each, this)),
      }),
    };
  }

  reading<T>(read: () => T): T {
    return comparing.run(this, read);
  }

  async before(what: string, signal: AbortSignal): Promise<void> {
    const failure = await this.#host.reach({ part: 'custom', what }, signal);
    if (failure) throw failure;
  }

  after(): void {
    if (!this.failAfter) return;
    this.failAfter.left -= 1;
    if (this.failAfter.left === 0) throw this.failAfter.error;
  }

  /** The class, known by the same declaration; what it makes is watched. */
  #class(target: Target): Target {
    const watched = new Proxy(target, {
      construct: (original, args) => this.#component(Reflect.construct(original, args)),
    });
    for (const key of Reflect.getMetadataKeys(target)) {
      Reflect.defineMetadata(key, Reflect.getMetadata(key, target), watched);
    }
    return watched;
  }

  /** The component behind methods that record its plans. It may be frozen, and may have private fields. */
  #component<T extends Component>(made: T): T {
    const watched: T = Object.create(made);
    for (const [name, method] of methodsOf(made)) {
      const bound: PlanMethod = method.bind(made);
      const value = name === 'plug' || name === 'unplug' ? this.#recorded(name, bound) : bound;
      Object.defineProperty(watched, name, { value });
    }
    return watched;
  }

  #recorded(operation: 'plug' | 'unplug', plan: PlanMethod): PlanMethod {
    return async (vif, context) => {
      const steps: unknown = await plan(vif, context);
      if (!Array.isArray(steps)) return steps; // the engine will report what is wrong with it
      this.plans.push({ operation, plan: steps });
      return steps.map((step) => (isCustom(step) ? this.#custom(step) : step));
    };
  }

  #custom(step: CustomStep): CustomStep {
    const { name, settlesPort } = step;
    return {
      kind: 'custom',
      name,
      ...(settlesPort !== undefined && { settlesPort }),
      isDone: (signal) => step.isDone(signal),
      apply: async (signal) => {
        await this.before(name, signal);
        await step.apply(signal);
        this.after();
      },
      undo: (signal) => step.undo(signal),
    };
  }
}

/** An object's own and inherited methods, except those that every object has. */
function methodsOf(object: object): Map<string | symbol, PlanMethod> {
  const methods = new Map<string | symbol, PlanMethod>();
  const all = Object.getOwnPropertyNames(Object.prototype);
  for (let each: object | null = object; each; each = Object.getPrototypeOf(each)) {
    for (const name of Reflect.ownKeys(each)) {
      const method: unknown = Object.getOwnPropertyDescriptor(each, name)?.value;
      if (typeof method !== 'function' || methods.has(name) || all.includes(String(name))) continue;
      methods.set(name, method as PlanMethod);
    }
  }
  return methods;
}

/** Whether a step is applied by the vendor's code, which can also be asked for the current state. */
export function isVendors(step: Step): boolean {
  return step.kind === 'custom' || step.kind.includes(':');
}

function isCustom(step: unknown): step is CustomStep {
  return typeof step === 'object' && step !== null && 'kind' in step && step.kind === 'custom';
}
