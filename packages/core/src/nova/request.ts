import { isPlainObject, ownValue, quote } from '../errors/quote.js';
import { asVifError } from '../errors/vif-error.js';
import { Cursor } from '../fields/cursor.js';
import { field } from '../fields/field.js';
import { violationsOf } from '../fields/field-rule.js';
import { isBuilt, refusesUnknownKeys } from '../fields/field-spec.js';
import { adopt, readInput } from '../fields/read-fields.js';
import { isUuid } from '../fields/values.js';
import { readPrimitive } from '../os-vif/from-primitive.js';
import { VIFBase } from '../os-vif/vifs.js';
import { NetworkVif } from './network-model.js';

/**
 * The sets of rules by which a VIF of Nova's network model is converted to an os-vif object and its guest's device is
 * configured: those of Nova 14 (Newton), or those of today's Nova.
 */
export const routings = ['newton', 'current'] as const;

/** One of {@link routings}. */
export type Routing = (typeof routings)[number];

/** The part of a guest's flavor that concerns network cards. */
@refusesUnknownKeys()
export class Flavor {
  /** How many virtual processors the guest has. */
  @field.integer({ min: 1, max: 1_000_000, initial: () => 1 })
  declare readonly vcpus: number;

  /** `quota:vif_inbound_average` and the related keys limit bandwidth, in KiB/s. */
  @field.strings({ initial: () => ({}) })
  declare readonly extra_specs: Readonly<Record<string, string>>;
}

/** The image's properties that concern network cards: `hw_vif_model`, `hw_vif_multiqueue_enabled`. */
@refusesUnknownKeys()
export class Image {
  /** Numbers and booleans of the input are stored as text: `true` is `'true'`. */
  @field.strings({ initial: () => ({}) })
  declare readonly properties: Readonly<Record<string, string>>;
}

/** The virtual machine that a VIF belongs to. */
@refusesUnknownKeys()
export class Instance {
  /** Its id in the compute service. */
  @field.uuid({ required: true })
  declare readonly uuid: string;

  /** The name that the hypervisor knows it by. */
  @field.text({ initial: () => '' })
  declare readonly name: string;

  /** The id of the project that owns it; empty if the request does not give one. */
  @field.text({ initial: () => '' })
  declare readonly project_id: string;

  /** The name that its owner gave it; empty if the request does not give one. */
  @field.text({ initial: () => '' })
  declare readonly display_name: string;
}

/**
 * Facts about the host that determine the guest side of an interface. A request may leave out any. `existing_links` and
 * `pci` describe the initial state of the host for a row of the conformance vectors; they are for the code that sets up
 * that host.
 */
@refusesUnknownKeys('existing_links', 'pci')
export class HostCapabilities {
  /** kvm, qemu, parallels, xen, lxc or uml; others are refused if a card model is asked for. */
  @field.text()
  declare readonly virt_type: string;

  /** Whether a card is virtio if the image names no model: Nova's `libvirt.use_virtio_for_bridges`. */
  @field.boolean()
  declare readonly use_virtio_for_bridges: boolean;

  /** As `uname -r` prints it: the number of queues of a tap depends on it. */
  @field.text()
  declare readonly kernel_release: string;

  /** Major, minor, micro. */
  @field.release()
  declare readonly libvirt_version: readonly [number, number, number];

  /** The number of packets that a virtio card's receive queue holds (256, 512 or 1024); QEMU's default unless given. */
  @field.integer({ min: 256, max: 1024, digits: true })
  declare readonly rx_queue_size?: number;

  /** The same for its transmit queue, which can be set only for vhost-user cards. */
  @field.integer({ min: 256, max: 1024, digits: true })
  declare readonly tx_queue_size?: number;

  /** The maximum number of queues of a card; the kernel's limit for taps unless given. */
  @field.integer({ min: 1, max: 1_000_000, digits: true })
  declare readonly max_queues?: number;
}

/**
 * A request without its VIF. `op`, `expect` and `reference_commands` are further keys of the rows of the conformance
 * vectors, so that a row can be used as a request.
 */
@refusesUnknownKeys('vif', 'op', 'expect', 'reference_commands')
export class RequestFrame {
  @field.text()
  declare readonly id?: string;

  @field.object(() => Instance, { required: true })
  declare readonly instance: Instance;

  @field.object(() => Flavor, { initial: () => ({}) })
  declare readonly flavor: Flavor;

  @field.object(() => Image, { initial: () => ({}) })
  declare readonly image: Image;

  @field.object(() => HostCapabilities, { initial: () => ({}) })
  declare readonly host: Partial<HostCapabilities>;

  /** `iptables`: the host filters where the network service does not. */
  @field.enum(['noop', 'iptables'])
  declare readonly firewall?: 'noop' | 'iptables';

  /** The same, in the form that `parseRequest` returns: its result is a request too. */
  @field.boolean()
  declare readonly hostFilters?: boolean;

  /** The rules to apply to the request; the driver's own choice unless given. */
  @field.enum(routings)
  declare readonly routing?: Routing;
}

/** A VIF and everything that its plug and configuration depend on, checked and with defaults filled in. */
export interface VifRequest {
  /** The request's own id, or the VIF's. */
  readonly id: string;
  /** As the request has it: a VIF of Nova's network model is not converted yet. */
  readonly vif: NetworkVif | VIFBase;
  /** The virtual machine that the VIF belongs to. */
  readonly instance: Instance;
  /** The part of the guest's flavor that concerns network cards. */
  readonly flavor: Flavor;
  /** The part of the guest's image that concerns network cards. */
  readonly image: Image;
  /** Only what the request says about the host. */
  readonly host: Partial<HostCapabilities>;
  /** Whether the host filters the traffic of VIFs that the network service does not filter. */
  readonly hostFilters: boolean;
  /** The rules that the request asks for, if it does. */
  readonly routing?: Routing;
}

/**
 * Reads a request's `vif`: a VIF of Nova's network model, the wire form of an os-vif object, or such an object.
 * @throws ValidationError INVALID_VIF, or one of the codes of `fromPrimitive`
 */
function parseVif(vif: unknown, vifId: string | undefined): NetworkVif | VIFBase {
  if (vif instanceof NetworkVif && isBuilt(vif)) return vif;
  const at = Cursor.at({ code: 'INVALID_OBJECT', subject: 'The VIF', vifId }, 'vif');
  if (isWireForm(vif)) return readPrimitive(vif, VIFBase, at);
  const object = adopt(vif, at);
  if (object instanceof VIFBase && isBuilt(object)) {
    // An object from `fromPrimitive` may lack even an id, and may have names that no link can have. Such an object
    // cannot be plugged.
    at.refuse(violationsOf(object));
    return object;
  }
  return readInput(NetworkVif, vif, Cursor.at({ code: 'INVALID_VIF', subject: 'The VIF', vifId }, 'vif'));
}

/** What appears to be the VIF's id, for errors about the rest of it. */
export function idOfVif(vif: unknown): unknown {
  if (typeof vif !== 'object' || vif === null) return undefined;
  const data = ownValue(vif, 'versioned_object.data');
  return ownValue(typeof data === 'object' && data !== null ? data : vif, 'id');
}

function isWireForm(vif: unknown): vif is object {
  return typeof vif === 'object' && vif !== null && Object.hasOwn(vif, 'versioned_object.name');
}

/**
 * Reads a request: `vif`, `instance`, and optionally `id`, `flavor`, `image`, `host`, `firewall`, `routing`. Other keys
 * are refused, also in `instance`, `flavor`, `image` and `host`. In a VIF of the network model they are ignored, since
 * Nova's VIFs have more keys than are needed here. Null means the same as absence. No code of the input is run, and no
 * part of it that could change later is kept. The result is itself a valid request, and reading it again gives the same
 * result.
 *
 * @throws ValidationError INVALID_REQUEST for all but `vif`; INVALID_VIF for a VIF of the network model;
 *   INVALID_OBJECT, UNKNOWN_OBJECT, UNKNOWN_FIELD, INCOMPATIBLE_VERSION for an os-vif object. The paths in it start at
 *   the request (`vif.network.bridge`).
 */
export function parseRequest(json: unknown): VifRequest {
  try {
    return readRequest(json);
  } catch (error) {
    // A caller in this process may pass anything, such as a proxy that throws.
    throw asVifError(error, 'INVALID_REQUEST', 'The request could not be read');
  }
}

function readRequest(json: unknown): VifRequest {
  const found = isPlainObject(json) ? idOfVif(ownValue(json, 'vif')) : undefined;
  const vifId = isUuid(found) ? found : undefined;
  const at = Cursor.at({ code: 'INVALID_REQUEST', subject: 'The request', vifId });
  if (!isPlainObject(json)) return at.fail(`must be a plain object, not ${quote(json)}`);

  const frame = readInput(RequestFrame, json, at);
  const given = ownValue(json, 'vif') ?? undefined;
  if (given === undefined) return at.to('vif').fail('is missing');

  const { instance, flavor, image, host, routing } = frame;
  const vif = parseVif(given, vifId);
  const request = { vif, instance, flavor, image, host, hostFilters: isHostFiltering(frame, at) };
  return { id: frame.id ?? vif.id, ...request, ...(routing && { routing }) };
}

/** `firewall` and `hostFilters` must agree, so that a requested filter is never dropped. */
function isHostFiltering({ firewall, hostFilters }: RequestFrame, at: Cursor): boolean {
  const filters = firewall && firewall === 'iptables';
  if (filters !== undefined && hostFilters !== undefined && filters !== hostFilters) {
    at.to('firewall').fail(`is '${firewall}', but hostFilters is ${hostFilters}; leave one of them out`);
  }
  return filters ?? hostFilters ?? false;
}
