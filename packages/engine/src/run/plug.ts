import { PlugError } from '../errors/plug-error.js';
import { applier } from './apply.js';
import { successOf } from './job.js';
import type { Operation } from './operation.js';
import { undoer } from './undo.js';

/** All or nothing, job by job: one that fails is undone, and the others go on. */
export const plug: Operation = {
  name: 'plug',
  begin(states, signal, undoTimeout) {
    const apply = applier('stop', signal);
    const applied = new Map(states.map((state) => [state, apply(state)]));
    const undo = undoer(applied, undoTimeout);
    return async (state) => {
      await applied.get(state);
      const [failure] = state.failures;
      if (!failure) return successOf(state);
      const left = await undo(state);
      const { vifId, trace } = state.job;
      return { error: new PlugError(vifId, failure.error, failure.step, left, trace?.timeline()) };
    };
  },
  refuse: ({ vifId, trace }, cause) => new PlugError(vifId, cause, undefined, [], trace?.timeline()),
};
