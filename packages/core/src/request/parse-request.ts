import { asVifError } from '../errors/vif-error.js';
import { Cursor } from '../schema/cursor.js';
import { readInput } from '../schema/read-input.js';
import { isPlainObject, ownValue } from '../validation/plain.js';
import { quote } from '../validation/quote.js';
import { isUuid } from '../validation/uuid.js';
import { idOfVif, parseVif } from './parse-vif.js';
import { RequestFrame } from './request-frame.js';
import type { VifRequest } from './vif-request.js';

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
