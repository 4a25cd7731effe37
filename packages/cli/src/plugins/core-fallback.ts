import type { ResolveHook } from 'node:module';

/** Node.js calls this in a thread of its own: see `load-named-plugin`. */
export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    if (!/^@vifkit\/core(\/|$)/.test(specifier)) throw error;
    // Resolved from here, it is the command's own.
    return nextResolve(specifier, { ...context, parentURL: import.meta.url });
  }
};
