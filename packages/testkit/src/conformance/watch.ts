import 'reflect-metadata';
import type { Component, PlanContext, PluginPackage } from '@vifkit/core';
import type { CustomStep, Step } from '@vifkit/core/steps';
import type { MemoryHost } from '../memory/memory-host.js';

type Target = PluginPackage['provides'][number];
type PlanMethod = (vif: never, context: PlanContext) => unknown;

/** Where tsyringe notes what a constructor's parameters ask for. */
const tokensKey = 'injectionTokens';

/**
 * Stands between a package and the engine: it keeps the plans, and makes custom steps fail or hang where the host is told
 * to, as the host's own steps do.
 */
export class Watch {
  /** What the plugins answered, in order. */
  readonly plans: { readonly operation: 'plug' | 'unplug'; readonly plan: readonly Step[] }[] = [];
  /** Lets the n-th custom step from now on do its work, and then fail with this. */
  failAfter: { left: number; readonly error: Error } | undefined;
  readonly #host: MemoryHost;

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
    return { ...given, provides: [...watched.values()] };
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

  #component<T extends Component>(made: T): T {
    for (const operation of ['plug', 'unplug'] as const) {
      const original: unknown = Reflect.get(made, operation);
      if (typeof original !== 'function') continue;
      const plan: PlanMethod = original.bind(made);
      Reflect.defineProperty(made, operation, {
        value: async (vif: never, context: PlanContext) => {
          const steps: unknown = await plan(vif, context);
          if (!Array.isArray(steps)) return steps; // the engine will say what is wrong with it
          this.plans.push({ operation, plan: steps });
          return steps.map((step) => (isCustom(step) ? this.#custom(step) : step));
        },
      });
    }
    return made;
  }

  #custom(step: CustomStep): CustomStep {
    const { name } = step;
    return {
      kind: 'custom',
      name,
      isDone: (signal) => step.isDone(signal),
      apply: async (signal) => {
        const failure = await this.#host.reach({ part: 'custom', what: name }, signal);
        if (failure) throw failure;
        await step.apply(signal);
        if (!this.failAfter) return;
        this.failAfter.left -= 1;
        if (this.failAfter.left === 0) throw this.failAfter.error;
      },
      undo: (signal) => step.undo(signal),
    };
  }
}

function isCustom(step: unknown): step is CustomStep {
  return typeof step === 'object' && step !== null && 'kind' in step && step.kind === 'custom';
}
