import { UnplugError } from '../errors/unplug-error.js';
import { applyJobs } from './apply.js';
import { changesOf } from './job.js';
import type { Operation } from './operation.js';

/** Goes on past what fails, and reports all failures of a job together. */
export const unplug: Operation = {
  async run(states, signal) {
    await applyJobs(states, 'continue', signal);
    return states.map((state) => {
      const failures = new Set(state.failures.map(({ error }) => error)); // steps may share an error
      for (const { inspection, outcome } of state.tasks) {
        const failure = inspection.blocked ?? outcome;
        if (failure) failures.add(failure);
      }
      if (failures.size === 0) return { value: changesOf(state) };
      return { error: new UnplugError(state.job.vifId, [...failures]) };
    });
  },
  refuse: (vifId, cause) => new UnplugError(vifId, [cause]),
};
