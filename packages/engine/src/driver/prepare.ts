import {
  asVifError,
  type HostFacts,
  isVifError,
  type Plan,
  type PlanContext,
  type PluginRegistry,
  VifError,
} from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import {
  type ChosenPath,
  findPath,
  isPlainObject,
  legsOfPlan,
  type RoutedRequest,
  stepKindOf,
  validatePath,
  validatePlan,
} from '@vifkit/core/internal';
import {
  bandwidthOf,
  type HostCapabilities,
  NetworkVif,
  type PortSettings,
  portSettings,
  requireLastingName,
  requireVirtio,
  tapQueues,
} from '@vifkit/core/nova';
import { VIFVHostUser } from '@vifkit/core/os-vif';
import type { Host } from '../run/host.js';
import type { VifRecord, VifRecords } from '../run/inventory.js';
import type { Job } from '../run/job.js';
import { orAborted, signalError } from '../time/deadline.js';
import type { Handled } from './results.js';

export type Operation = 'plug' | 'unplug';

/** A request with its path chosen and its plan made. The host has been read, but not written to. */
export interface Prepared {
  readonly handled: Handled;
  readonly job: Job;
}

/**
 * Chooses the path and has the plugin write its plan.
 * @throws VifError
 */
async function preparePlan(
  request: RoutedRequest,
  operation: Operation,
  registry: PluginRegistry,
  facts: HostFacts,
  signal: AbortSignal,
): Promise<Prepared> {
  const { instance, flavor, image, hostFilters, routing, vif } = request;
  const chosen = await findPath(request, registry);
  const host = await completeHost(request.host, facts);
  const vnic = vif instanceof NetworkVif && { vnicType: vif.vnic_type };
  const card = { flavor, image, host, routing, ...vnic };
  // Nova 14, whose rules the legacy path follows, plugs a socket whatever the guest's network card model is.
  if (operation === 'plug' && chosen.vif instanceof VIFVHostUser) requireVirtio(card);
  if (operation === 'plug') bandwidthOf(flavor); // refuses quotas that the guest's configuration would be refused for
  const tap = tapQueues(card);
  const port = vif instanceof NetworkVif ? portSettings(vif) : undefined;
  const settled = port && { port };
  const virtType = host.virt_type;
  const asked = new AskedFacts(facts);
  const context: PlanContext = {
    instance,
    facts: asked.facts,
    hostFilters,
    routing,
    virtType,
    tap,
    ...settled,
  };
  const plan = await guard(chosen, operation, asked, signal, () =>
    chosen.path === 'os-vif'
      ? chosen.handler()[operation](chosen.vif, context)
      : chosen.handler[operation](chosen.vif, context),
  );
  const vifId = vif.id;
  const owner = `${chosen.path} plugin '${chosen.plugin}'`;
  const path = await guard(chosen, 'path', asked, signal, () => pathOf(chosen, context))
    .then((legs) => validatePath(legs, owner, vifId))
    .catch((error: unknown) => {
      if (operation === 'plug') throw error;
      return []; // the VIF can be unplugged however its request has changed
    });
  const valid = validatePlan(plan, owner, vifId);
  if (operation === 'plug' && port) requireSettled(port, valid, owner, vifId);
  const legs = operation === 'plug' ? withGuest(mergeLegs(path, legsOfPlan(valid)), vif) : path;
  if (operation === 'plug') requireLastingNames(legs, host, vifId);
  return { handled: handledBy(request, chosen), job: { vifId, plan: valid, legs, owner } };
}

/**
 * Refuses names that the hypervisor would not give to the links that it makes.
 * @throws VifError INVALID_VIF
 */
function requireLastingNames(legs: readonly Leg[], host: HostCapabilities, vifId: string): void {
  for (const leg of legs) {
    if (leg.kind === 'guestLink' && leg.madeBy === 'hypervisor') requireLastingName(leg.name, host, vifId);
  }
}

/**
 * Refuses port settings that no step of the plan applies. A VLAN alone is accepted: it may come from Neutron, for
 * information only.
 * @throws VifError UNSUPPORTED_VIF
 */
function requireSettled(port: PortSettings, plan: Plan, owner: string, vifId: string): void {
  const { trunks, isolated, ingress, egress } = port;
  const asked = { trunk_vlans: trunks, isolated, qos: ingress ?? egress };
  const keys = Object.entries(asked).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  if (keys.length === 0 || plan.some((step) => stepKindOf(step).settlesPort?.(step))) return;
  const text =
    `The ${owner} does not set ${keys.join(' and ')} of vif.details for this VIF. ` +
    'Leave them out, and let whatever connects its port set them';
  throw new VifError('UNSUPPORTED_VIF', text, { vifId });
}

/**
 * Loads code, through the host if that minds its file descriptors.
 * @throws VifError DESCRIPTORS_EXHAUSTED
 */
export function loadCode<T>({ load }: Pick<Host, 'load'>, code: () => Promise<T>): Promise<T> {
  return load ? load(code) : code();
}

export const previousPlugCode = () => import('./previous-plug.js');

/**
 * As {@link preparePlan}. A plug is recorded, and also removes what a previous plug by another request made, as does an
 * unplug.
 * @param read reads a recorded request
 */
export async function prepareJob(
  request: RoutedRequest,
  operation: Operation,
  { registry, host }: { readonly registry: PluginRegistry; readonly host: Host },
  read: (given: unknown) => RoutedRequest,
  signal: AbortSignal,
): Promise<Prepared> {
  const prepared = await preparePlan(request, operation, registry, host.facts, signal);
  const record = recordOf(request, prepared);
  if (!record || !host.records) return prepared;
  const latest = await latestRecord(record.vifId, host.records);
  const isPlug = operation === 'plug';
  const { records } = host;
  const isOutdated = async () => {
    const now = await latestRecord(record.vifId, records);
    if (!now || now === latest || isOfRequest(now, record)) return false;
    return !latest || recordedText(now.request) !== recordedText(latest.request);
  };
  const own = isPlug ? { record } : !latest && { isUnrecorded: true };
  const job = { ...prepared.job, ...own, isOutdated };
  if (!latest || isOfRequest(latest, record)) return { ...prepared, job };
  const { stepsRemovingPreviousPlug } = await loadCode(host, previousPlugCode);
  const removals = await stepsRemovingPreviousPlug(job.plan, latest, async (given) => {
    const unplug = await preparePlan(read(given), 'unplug', registry, host.facts, signal);
    return unplug.job.plan;
  });
  const former = new Set(removals);
  return { ...prepared, job: { ...job, plan: [...job.plan, ...removals], former } };
}

/** The record of a plug; undefined for a request that cannot be read, as a proxy may refuse it. */
function recordOf({ given, routing }: RoutedRequest, { handled }: Prepared): VifRecord | undefined {
  const { vifId, path, plugin } = handled;
  try {
    if (!isPlainObject(given)) return undefined;
    const now = new Date().toISOString();
    return { vifId, since: now, changed: now, path, plugin, request: { ...given, routing } };
  } catch {
    return undefined;
  }
}

/** The record of the latest plug of a VIF. A record that cannot be read is ignored. */
async function latestRecord(vifId: string, records: VifRecords): Promise<VifRecord | undefined> {
  const [latest] = await records.read([vifId]);
  return latest && !isVifError(latest) ? latest : undefined;
}

/** Whether two records are of the same request. */
function isOfRequest(recorded: VifRecord, { request }: VifRecord): boolean {
  // JSON has objects in their wire form, which is what was recorded.
  return recordedText(recorded.request) === textOf(request);
}

/** A request as JSON; undefined for one that refers to itself, in a part of it that is not read. */
function textOf(request: object): string | undefined {
  try {
    return JSON.stringify(request);
  } catch {
    return undefined;
  }
}

const texts = new WeakMap<object, string>();

/** A record's request as JSON. The request is the same object as long as nothing changes. */
function recordedText(request: object): string {
  const text = texts.get(request) ?? JSON.stringify(request);
  texts.set(request, text);
  return text;
}

/** The legs that no step of the plan describes. */
function pathOf(chosen: ChosenPath, context: PlanContext): readonly Leg[] | Promise<readonly Leg[]> {
  if (chosen.path === 'os-vif') return chosen.handler().path?.(chosen.vif, context) ?? [];
  return chosen.handler.path?.(chosen.vif, context) ?? [];
}

/** Adds the guest's MAC address to the legs of Linux bridges, and whether its network has IPv6 where that matters. */
function withGuest(legs: readonly Leg[], vif: RoutedRequest['vif']): Leg[] {
  const known = vif.address ? { mac: vif.address } : {};
  const ipv6 = hasIpv6(vif);
  const multicasts = ipv6 === undefined ? {} : { ipv6 };
  return legs.map((leg) => {
    if (leg.kind === 'bridgeMember') return { ...known, ...multicasts, ...leg };
    if (leg.kind === 'macvtap' || leg.kind === 'ovsBridge') return { ...multicasts, ...leg };
    return leg.kind === 'guestLink' || leg.kind === 'bridge' ? { ...known, ...leg } : leg;
  });
}

/** Whether a VIF's network has a subnet of IPv6; undefined if it has none that is known. */
function hasIpv6({ network }: RoutedRequest['vif']): boolean | undefined {
  const { subnets } = network ?? {};
  const listed = subnets && 'objects' in subnets ? subnets.objects : (subnets ?? []);
  const ranges = listed.flatMap(({ cidr }) => cidr ?? []);
  return ranges.length === 0 ? undefined : ranges.some((cidr) => cidr.includes(':'));
}

/** A leg that the plugin describes overrides the one derived from its plan. */
function mergeLegs(path: readonly Leg[], planned: readonly Leg[]): Leg[] {
  const described = new Set(path.map(({ kind, name }) => `${kind} ${name}`));
  return [...path, ...planned.filter(({ kind, name }) => !described.has(`${kind} ${name}`))];
}

/** What the request does not say about the host is read from the host, or assumed to be current. */
export async function completeHost(
  given: Partial<HostCapabilities>,
  facts: HostFacts,
): Promise<HostCapabilities> {
  return {
    ...given,
    virt_type: given.virt_type ?? 'kvm',
    use_virtio_for_bridges: given.use_virtio_for_bridges ?? true,
    libvirt_version: given.libvirt_version ?? [9, 0, 0],
    kernel_release: given.kernel_release ?? (await facts.kernelRelease()),
  };
}

export function handledBy(request: RoutedRequest, { path, plugin, reason }: ChosenPath): Handled {
  return { id: request.id, vifId: request.vif.id, path, plugin, reason };
}

/**
 * Facts about the host, and which of them a plugin is waiting for: if the deadline passes, it is the host that did not
 * answer, and not the plugin.
 */
export class AskedFacts {
  readonly #pending = new Set<string>();
  readonly facts: HostFacts;

  constructor(facts: HostFacts) {
    this.facts = new Proxy<HostFacts>(Object.assign(Object.create(facts), facts), {
      get: (_, name) => {
        const fact: unknown = Reflect.get(facts, name);
        if (typeof fact !== 'function') return fact;
        return (...args: unknown[]) =>
          this.#ask(`${String(name)}(${args.join(', ')})`, fact.apply(facts, args));
      },
    });
  }

  async #ask(question: string, answer: unknown): Promise<unknown> {
    this.#pending.add(question);
    try {
      return await answer;
    } finally {
      this.#pending.delete(question);
    }
  }

  /** As in `linkMtu(br0)`. */
  get pending(): string | undefined {
    return this.#pending.values().next().value;
  }
}

/** The plugin's result. A plugin that hangs is waited for until the signal fires. */
export async function guard<T>(
  { path, plugin, vif }: ChosenPath,
  operation: string,
  asked: AskedFacts,
  signal: AbortSignal,
  call: () => T | Promise<T>,
): Promise<T> {
  const late = () => {
    const owner = `the ${path} plugin '${plugin}'`;
    const { pending } = asked;
    const doing =
      pending === undefined
        ? `waiting for ${owner} to answer ${operation}`
        : `reading the host: ${pending}, for ${operation} by ${owner}`;
    return signalError(signal, doing);
  };
  try {
    if (signal.aborted) throw late();
    const answer = call();
    if (!isPromise(answer)) return answer;
    return await orAborted(Promise.resolve(answer), signal, late);
  } catch (error) {
    throw asVifError(error, 'PLUGIN_FAILED', `'${plugin}' threw in ${operation}`, vif.id);
  }
}

/** The promise may be of the plugin's own class. */
function isPromise<T>(answer: T | Promise<T>): answer is Promise<T> {
  return typeof answer === 'object' && answer !== null && 'then' in answer;
}
