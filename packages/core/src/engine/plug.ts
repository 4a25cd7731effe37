import { PlugError } from '../errors/plug-error.js';
import { applyJobs } from './apply.js';
import { changesOf } from './job.js';
import type { Operation } from './operation.js';
import { undoFailed } from './undo.js';

/** All or nothing, job by job: one that fails is undone, and the others go on. */
export const plug: Operation = {
  async run(states, signal, undoPatience) {
    await applyJobs(states, 'stop', signal);
    const undoFailures = await undoFailed(states, undoPatience);
    return states.map((state) => {
      const [failure] = state.failures;
      if (!failure) return { value: changesOf(state) };
      const left = new Set(state.tasks.flatMap((task) => undoFailures.get(task) ?? []));
      return { error: new PlugError(state.job.vifId, failure.error, failure.step, [...left]) };
    });
  },
  refuse: (vifId, cause) => new PlugError(vifId, cause, undefined, []),
};
