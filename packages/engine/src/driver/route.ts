import { asVifError, type LegacyDriver, type PluginRegistry, VifError, type VifPlugin } from '@vifkit/core';
import { adopt, Cursor, quote, slugOf, violationsOf } from '@vifkit/core/internal';
import type { NetworkVif } from '@vifkit/core/nova';
import { classNameOf, VIFBase } from '@vifkit/core/os-vif';
import type { RoutedRequest } from './routed-request.js';

/** Which of the two paths a VIF takes, who handles it there, and why. */
export type Route = {
  /** The plugin's name, or the legacy driver's slug. */
  readonly plugin: string;
  /** Why this path: a sentence for people. */
  readonly reason: string;
} & (
  | { readonly path: 'os-vif'; readonly vif: VIFBase; readonly handler: () => VifPlugin }
  | { readonly path: 'legacy'; readonly vif: NetworkVif; readonly handler: LegacyDriver }
);

const unbound = 'Neutron has not bound it: give its port a host (binding:host_id) and ask for the VIF again';

/** What Neutron calls the type of a port that no switch takes. */
const unboundTypes: ReadonlyMap<string, string> = new Map([
  ['unbound', unbound],
  [
    'binding_failed',
    "Neutron found no way to bind its port to this host: the log of neutron-server says why. Mostly the host's agent is down, or serves no such network; then bind the port anew",
  ],
]);

/**
 * Chooses as Nova does: an os-vif object goes to the plugin it names; so does a VIF of the network model
 * whose type has a converter, if that yields an object; else the legacy driver of the type takes it.
 *
 * @throws VifError VIF_TYPE_MISSING, UNSUPPORTED_VIF_TYPE, NO_MATCHING_PLUGIN, PLUGIN_FAILED, and what a converter throws
 */
export function route(request: RoutedRequest, registry: PluginRegistry): Route {
  const { vif, routing } = request;
  if (vif instanceof VIFBase) return objectRoute(vif, 'it is an os-vif object', registry);
  const { type, id: vifId } = vif;
  if (!type) throw new VifError('VIF_TYPE_MISSING', `VIF ${vifId} has no type. ${unbound}`, { vifId });

  const object = convert(vif, type, request, registry);
  if (object) return objectRoute(object, `type '${type}' converts to ${classNameOf(object)}`, registry);

  const handler = registry.driver(type);
  if (handler) {
    const plugin = slugOf(type);
    return {
      path: 'legacy',
      plugin,
      vif,
      handler,
      reason: `type '${type}' has a legacy driver and no converter`,
    };
  }
  const known = registry.typesBy(routing).join(', ') || 'none';
  const message = registry.converter(type, routing)
    ? `The converter of VIF type '${type}' left this VIF to the legacy path, which has no driver for it`
    : `Nothing handles VIF type '${type}'. ${unboundTypes.get(type) ?? `Registered types: ${known}`}`;
  throw new VifError('UNSUPPORTED_VIF_TYPE', message, { vifId });
}

/**
 * The os-vif object of a request: its own, or what its VIF converts to; undefined where the legacy path serves it.
 * Neither host nor plugin is asked.
 * @throws VifError VIF_TYPE_MISSING, UNSUPPORTED_VIF_TYPE, PLUGIN_FAILED, and what a converter throws
 */
export function objectOf(request: RoutedRequest, registry: PluginRegistry): VIFBase | undefined {
  if (request.vif instanceof VIFBase) return request.vif;
  const chosen = route(request, registry);
  return chosen.path === 'os-vif' ? chosen.vif : undefined;
}

function convert(
  vif: NetworkVif,
  type: string,
  { routing, hostFilters, flavor, image }: RoutedRequest,
  registry: PluginRegistry,
): VIFBase | undefined {
  const converter = registry.converter(type, routing);
  try {
    const object: unknown = converter?.convert(vif, { hostFilters, flavor, image });
    if (object === undefined || object === null) return undefined;
    if (object instanceof VIFBase) return ours(object);
    throw new TypeError(`it returned ${quote(object)}, which is no os-vif object`);
  } catch (error) {
    throw asVifError(error, 'PLUGIN_FAILED', `The converter of VIF type '${type}' failed`, vif.id);
  }
}

/** A converter may come with a core of its own, and so may its object. */
function ours(object: VIFBase): VIFBase {
  const at = Cursor.at({ code: 'INVALID_OBJECT', subject: `The ${classNameOf(object)}` });
  const adopted = adopt(object, at);
  if (adopted !== object) at.refuse(violationsOf(adopted));
  return adopted;
}

function objectRoute(vif: VIFBase, why: string, registry: PluginRegistry): Route {
  const plugin = vif.plugin;
  if (!plugin) throw new VifError('NO_MATCHING_PLUGIN', `VIF ${vif.id} names no plugin`, { vifId: vif.id });
  return {
    path: 'os-vif',
    plugin,
    vif,
    handler: () => registry.plugin(plugin),
    reason: `${why}, for the plugin '${plugin}'`,
  };
}
