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
 * Whose rules decide how a VIF of Nova's network model is converted to an os-vif object, and what its guest's device
 * looks like: those of Nova 14 (Newton), or those of today's Nova.
 */
export const routings = ['newton', 'current'] as const;

/** One of {@link routings}. */
export type Routing = (typeof routings)[number];

/** What a guest is made of, as far as its network cards are concerned. */
@refusesUnknownKeys()
export class Flavor {
  /** How many virtual processors the guest has. */
  @field.integer({ min: 1, max: 1_000_000, initial: () => 1 })
  declare readonly vcpus: number;

  /** `quota:vif_inbound_average` and its like limit bandwidth, in KiB/s. */
  @field.strings({ initial: () => ({}) })
  declare readonly extra_specs: Readonly<Record<string, string>>;
}

/** The image's properties that concern network cards: `hw_vif_model`, `hw_vif_multiqueue_enabled`. */
@refusesUnknownKeys()
export class Image {
  /** Numbers and booleans of the input are here as their text: `true` is `'true'`. */
  @field.strings({ initial: () => ({}) })
  declare readonly properties: Readonly<Record<string, string>>;
}

/** The virtual machine a VIF belongs to. */
@refusesUnknownKeys()
export class Instance {
  /** Its id in the compute service. */
  @field.uuid({ required: true })
  declare readonly uuid: string;

  /** The name that the hypervisor knows it by. */
  @field.text({ initial: () => '' })
  declare readonly name: string;

  /** The id of the project that owns it; empty if the request does not tell. */
  @field.text({ initial: () => '' })
  declare readonly project_id: string;

  /** What its owner calls it; empty if the request does not tell. */
  @field.text({ initial: () => '' })
  declare readonly display_name: string;
}

/**
 * Facts of the host that decide on the guest's side of an interface. A request may leave out any. `existing_links` and
 * `pci` are what a row of the conformance vectors needs of a host before: they are for whoever makes that host.
 */
@refusesUnknownKeys('existing_links', 'pci')
export class HostCapabilities {
  /** kvm, qemu, parallels, xen, lxc, uml; others are refused once a card model is asked for. */
  @field.text()
  declare readonly virt_type: string;

  /** Whether a card is virtio where the image does not say, as Nova's `libvirt.use_virtio_for_bridges` has it. */
  @field.boolean()
  declare readonly use_virtio_for_bridges: boolean;

  /** As `uname -r` prints it: the number of queues of a tap depends on it. */
  @field.text()
  declare readonly kernel_release: string;

  /** Major, minor, micro. */
  @field.release()
  declare readonly libvirt_version: readonly [number, number, number];

  /** How many packets a virtio card's receive queue holds (256, 512 or 1024); without it, QEMU's choice. */
  @field.integer({ min: 256, max: 1024, digits: true })
  declare readonly rx_queue_size?: number;

  /** The same of its send queue. Only vhost-user cards have one to set. */
  @field.integer({ min: 256, max: 1024, digits: true })
  declare readonly tx_queue_size?: number;

  /** How many queues a card has at most; without it, as many as the kernel's taps. */
  @field.integer({ min: 1, max: 1_000_000, digits: true })
  declare readonly max_queues?: number;
}

/**
 * A request but for its VIF. `op`, `expect` and `reference_commands` are what a row of the conformance vectors has
 * besides: it is a request as it stands.
 */
@refusesUnknownKeys('vif', 'op', 'expect', 'reference_commands')
class RequestFrame {
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

  /** The same, as `parseRequest` tells it: what it returns is a request, too. */
  @field.boolean()
  declare readonly hostFilters?: boolean;

  /** Whose rules the request is answered by; without it, the driver's own choice. */
  @field.enum(routings)
  declare readonly routing?: Routing;
}

/** A VIF, and what its plugging and its configuration depend on: checked, with defaults filled in. */
export interface VifRequest {
  /** The request's own id, or the VIF's. */
  readonly id: string;
  /** As the request has it: a VIF of Nova's network model is not converted yet. */
  readonly vif: NetworkVif | VIFBase;
  /** The virtual machine that the VIF belongs to. */
  readonly instance: Instance;
  /** The guest's flavor, as far as its network cards are concerned. */
  readonly flavor: Flavor;
  /** The guest's image, likewise. */
  readonly image: Image;
  /** Only what the request says of the host. */
  readonly host: Partial<HostCapabilities>;
  /** Whether the host filters the traffic of VIFs that the network service does not filter. */
  readonly hostFilters: boolean;
  /** Whose rules the request asks for, if it does. */
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
    // What `fromPrimitive` reads may lack even an id, and have names that no link can have; what is plugged may not.
    at.refuse(violationsOf(object));
    return object;
  }
  return readInput(NetworkVif, vif, Cursor.at({ code: 'INVALID_VIF', subject: 'The VIF', vifId }, 'vif'));
}

/** What looks like the VIF's id, for errors about the rest of it. */
export function idOfVif(vif: unknown): unknown {
  if (typeof vif !== 'object' || vif === null) return undefined;
  const data = ownValue(vif, 'versioned_object.data');
  return ownValue(typeof data === 'object' && data !== null ? data : vif, 'id');
}

function isWireForm(vif: unknown): vif is object {
  return typeof vif === 'object' && vif !== null && Object.hasOwn(vif, 'versioned_object.name');
}

/**
 * Reads a request: `vif`, `instance`, and optionally `id`, `flavor`, `image`, `host`, `firewall`, `routing`. Another key
 * is refused, in `instance`, `flavor`, `image` and `host` as well; in a VIF of the network model it is passed over, since
 * Nova's have more than is of use here. Null is the same as absence. Nothing of the input is run, and nothing of it is
 * kept that could be changed later. What this returns is a request itself, and is read as what it was made of.
 *
 * @throws ValidationError INVALID_REQUEST for all but `vif`; INVALID_VIF for a VIF of the network model;
 *   INVALID_OBJECT, UNKNOWN_OBJECT, UNKNOWN_FIELD, INCOMPATIBLE_VERSION for an os-vif object. The paths in it
 *   begin at the request (`vif.network.bridge`).
 */
export function parseRequest(json: unknown): VifRequest {
  try {
    return readRequest(json);
  } catch (error) {
    // A caller in this process may hand in anything: a proxy that throws, for instance.
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

/** What is to filter the guest must be told in one way: a filter that is wanted must not get lost. */
function isHostFiltering({ firewall, hostFilters }: RequestFrame, at: Cursor): boolean {
  const filters = firewall && firewall === 'iptables';
  if (filters !== undefined && hostFilters !== undefined && filters !== hostFilters) {
    at.to('firewall').fail(`is '${firewall}', but hostFilters is ${hostFilters}; leave one of them out`);
  }
  return filters ?? hostFilters ?? false;
}
