import { existsSync } from 'node:fs';
import nodeModule, { type ResolveFnOutput, type ResolveHook } from 'node:module';
import { pathToFileURL } from 'node:url';

/** What Node.js can be given to find modules; `registerHooks` is missing before Node.js 22.15. */
interface ModuleHooks {
  readonly register: typeof nodeModule.register;
  readonly registerHooks?: (hooks: { readonly resolve: SyncResolveHook }) => unknown;
}

type SyncResolveHook = (
  specifier: string,
  context: { readonly parentURL?: string | undefined },
  nextResolve: (specifier: string) => ResolveFnOutput,
) => ResolveFnOutput;

const { register, registerHooks }: ModuleHooks = nodeModule;
const ownRequire = nodeModule.createRequire(import.meta.url);

/** Whether CommonJS modules get the command's core too. Before Node.js 22.15, `require` has no hooks. */
export const servesRequire = registerHooks !== undefined;

let isRegistered = false;

/** From now on, a module that finds no `@vifkit/core` gets the command's. */
export function fallBackToOwnCore(): void {
  if (isRegistered) return;
  isRegistered = true;
  if (registerHooks) registerHooks({ resolve: resolveSync });
  else register('./core-fallback.js', import.meta.url);
}

const resolveSync: SyncResolveHook = (specifier, { parentURL }, nextResolve) => {
  try {
    return nextResolve(specifier);
  } catch (error) {
    // What is resolved from here may come by here again.
    if (!isOfCore(specifier) || parentURL === import.meta.url) throw error;
    return bundledCore(specifier) ?? asModule(pathToFileURL(ownRequire.resolve(specifier)).href);
  }
};

/** Node.js calls this in a separate thread. */
export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    if (!isOfCore(specifier)) throw error;
    // Resolved from here, it is the command's own.
    return bundledCore(specifier) ?? nextResolve(specifier, { ...context, parentURL: import.meta.url });
  }
};

const coreModule = /^@vifkit\/core(?:\/(.+))?$/;

function isOfCore(specifier: string): boolean {
  return coreModule.test(specifier);
}

/** The published command is a bundle, and core is beside this module; see scripts/bundle.js. */
function bundledCore(specifier: string): ResolveFnOutput | undefined {
  const [, entry] = coreModule.exec(specifier) ?? [];
  const bundled = new URL(`./core${entry ? `-${entry}` : ''}.js`, import.meta.url);
  return existsSync(bundled) ? asModule(bundled.href) : undefined;
}

function asModule(url: string): ResolveFnOutput {
  return { url, format: 'module', shortCircuit: true };
}
