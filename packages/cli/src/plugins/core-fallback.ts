import { existsSync } from 'node:fs';
import type { ResolveHook } from 'node:module';

/** Node.js calls this in a separate thread: see `load-named-plugin`. */
export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    const [isOfCore, entry] = /^@vifkit\/core(?:\/(.+))?$/.exec(specifier) ?? [];
    if (!isOfCore) throw error;
    // The published command is a bundle, and core is beside this module; see scripts/bundle.js.
    const bundled = new URL(`./core${entry ? `-${entry}` : ''}.js`, import.meta.url);
    if (existsSync(bundled)) return { url: bundled.href, format: 'module', shortCircuit: true };
    // Resolved from here, it is the command's own.
    return nextResolve(specifier, { ...context, parentURL: import.meta.url });
  }
};
