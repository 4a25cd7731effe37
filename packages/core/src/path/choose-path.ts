import { quote } from '../errors/quote.js';
import { asVifError, VifError } from '../errors/vif-error.js';
import { Cursor } from '../fields/cursor.js';
import { violationsOf } from '../fields/field-rule.js';
import { classNameOf } from '../fields/field-spec.js';
import { adopt } from '../fields/read-fields.js';
import type { NetworkVif } from '../nova/network-model.js';
import { parseRequest, type Routing, routings, type VifRequest } from '../nova/request.js';
import { VIFBase } from '../os-vif/vifs.js';
import type { LegacyDriver, VifPlugin } from '../plugin/contract.js';
import type { PluginRegistry } from '../plugin/registry.js';
import { slugOf } from '../plugin/slots.js';

/** A request, and the rules that apply to it. */
export interface RoutedRequest extends VifRequest {
  readonly routing: Routing;
  /** The request as it was given. */
  readonly given: unknown;
}

/**
 * Reads a request. Its own `routing` takes precedence over the driver's.
 * @throws ValidationError whatever `parseRequest` throws
 * @throws VifError INVALID_REQUEST for a host that filters, by the rules of today's Nova: they have no such filter, and
 *   a guest whose traffic should be filtered must not get onto the network without it
 */
export function readRequest(json: unknown, fallback: Routing): RoutedRequest {
  const request = parseRequest(json);
  const routing = request.routing ?? fallback;
  if (routing === 'current' && request.hostFilters) {
    const text =
      "firewall 'iptables' works only with routing 'newton': today's Nova leaves all filtering to Neutron. " +
      'Let Neutron filter, and leave firewall out';
    throw new VifError('INVALID_REQUEST', text, { vifId: request.vif.id });
  }
  return { ...request, routing, given: json };
}

/** The path that a VIF takes, the handler on that path, and the reason. */
export type ChosenPath = {
  /** The plugin's name, or the legacy driver's slug. */
  readonly plugin: string;
  /** Why this path was chosen: a human-readable sentence. */
  readonly reason: string;
} & (
  | { readonly path: 'os-vif'; readonly vif: VIFBase; readonly handler: () => VifPlugin }
  | { readonly path: 'legacy'; readonly vif: NetworkVif; readonly handler: LegacyDriver }
);

const unbound = 'Neutron has not bound it: give its port a host (binding:host_id) and ask for the VIF again';

/** Neutron's VIF types for ports that have no working binding. */
const unboundTypes: ReadonlyMap<string, string> = new Map([
  ['unbound', unbound],
  [
    'binding_failed',
    "Neutron could not bind its port to this host: see the log of neutron-server for the reason. Usually the host's agent is down or does not serve this network. Fix that, then bind the port again",
  ],
]);

/**
 * Like {@link choosePath}, but first loads the packages that this VIF needs.
 * @throws VifError whatever `choosePath` and `PluginRegistry.loadPlugin` throw
 */
export async function findPath(request: RoutedRequest, registry: PluginRegistry): Promise<ChosenPath> {
  const { vif, routing } = request;
  if (!(vif instanceof VIFBase) && vif.type) await registry.loadType(vif.type, routing);
  const chosen = choosePath(request, registry);
  if (chosen.path === 'os-vif') await registry.loadPlugin(chosen.plugin);
  return chosen;
}

/**
 * Chooses as Nova does. An os-vif object goes to the plugin that it names. So does a VIF of the network model whose
 * type has a converter, if that yields an object. Otherwise the legacy driver of the type handles the VIF.
 *
 * @throws VifError VIF_TYPE_MISSING, UNSUPPORTED_VIF_TYPE, NO_MATCHING_PLUGIN, PLUGIN_FAILED, and what a converter throws
 */
export function choosePath(request: RoutedRequest, registry: PluginRegistry): ChosenPath {
  const { vif, routing } = request;
  if (vif instanceof VIFBase) return objectPath(vif, 'it is an os-vif object', registry);
  const { type, id: vifId } = vif;
  if (!type) throw new VifError('VIF_TYPE_MISSING', `VIF ${vifId} has no type. ${unbound}`, { vifId });

  const object = convert(vif, type, request, registry);
  if (object) return objectPath(object, `type '${type}' converts to ${classNameOf(object)}`, registry);

  const handler = registry.driver(type);
  if (handler) {
    const reason = `type '${type}' has a legacy driver and no converter`;
    return { path: 'legacy', plugin: slugOf(type), vif, handler, reason };
  }
  const message = registry.converter(type, routing)
    ? `The converter of VIF type '${type}' left this VIF to the legacy path, which has no driver for it: correct the VIF's details, or add a package with a driver`
    : `Nothing handles VIF type '${type}'${remedyFor(type, routing, registry)}`;
  throw new VifError('UNSUPPORTED_VIF_TYPE', message, { vifId });
}

function remedyFor(type: string, routing: Routing, registry: PluginRegistry): string {
  const remedy = unboundTypes.get(type);
  if (remedy !== undefined) return `. ${remedy}`;
  const other = routings.find((each) => registry.typesBy(each).includes(type));
  if (other) return ` by the rules of routing '${routing}': use routing '${other}' (--routing ${other})`;
  return `. Registered types: ${registry.typesBy(routing).join(', ') || 'none'}`;
}

/**
 * The os-vif object of a request: its own, or the one that its VIF is converted to; undefined if the legacy path
 * handles the VIF. This queries neither the host nor a plugin.
 * @throws VifError VIF_TYPE_MISSING, UNSUPPORTED_VIF_TYPE, PLUGIN_FAILED, and what a converter throws
 */
export function objectOf(request: RoutedRequest, registry: PluginRegistry): VIFBase | undefined {
  if (request.vif instanceof VIFBase) return request.vif;
  const chosen = choosePath(request, registry);
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
    throw new TypeError(`it returned ${quote(object)}, which is not an os-vif object`);
  } catch (error) {
    throw asVifError(error, 'PLUGIN_FAILED', `The converter of VIF type '${type}' failed`, vif.id);
  }
}

/** A converter, and so its object, may use another copy of core. */
function ours(object: VIFBase): VIFBase {
  const at = Cursor.at({ code: 'INVALID_OBJECT', subject: `The ${classNameOf(object)}` });
  const adopted = adopt(object, at);
  if (adopted !== object) at.refuse(violationsOf(adopted));
  return adopted;
}

function objectPath(vif: VIFBase, why: string, registry: PluginRegistry): ChosenPath {
  const plugin = vif.plugin;
  if (!plugin) {
    const known = registry.pluginNames.join(', ') || 'none';
    const text = `VIF ${vif.id} names no plugin: set vif.plugin. Registered: ${known}`;
    throw new VifError('NO_MATCHING_PLUGIN', text, { vifId: vif.id });
  }
  return {
    path: 'os-vif',
    plugin,
    vif,
    handler: () => registry.plugin(plugin),
    reason: `${why}, for the plugin '${plugin}'`,
  };
}
