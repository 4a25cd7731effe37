import { UnplugError } from '../errors/unplug-error.js';
import { applier } from './apply.js';
import { successOf } from './job.js';
import type { Operation } from './operation.js';

/** Goes on past what fails, and reports all failures of a job together. */
export const unplug: Operation = {
  name: 'unplug',
  begin(_, signal) {
    const apply = applier('continue', signal);
    return async (state) => {
      await apply(state);
      const failures = new Set(state.failures.map(({ error }) => error)); // steps may share an error
      for (const { inspection, outcome } of state.tasks) {
        const failure = inspection.blocked ?? outcome.error;
        if (failure) failures.add(failure);
      }
      if (failures.size === 0) return successOf(state);
      const { vifId, trace } = state.job;
      return { error: new UnplugError(vifId, [...failures], trace?.timeline()) };
    };
  },
  refuse: ({ vifId, trace }, cause) => new UnplugError(vifId, [cause], trace?.timeline()),
};
