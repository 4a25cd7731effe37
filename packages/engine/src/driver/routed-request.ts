import { VifError } from '@vifkit/core';
import { parseRequest, type Routing, type VifRequest } from '@vifkit/core/nova';

/** A request, and whose rules it is answered by. */
export interface RoutedRequest extends VifRequest {
  readonly routing: Routing;
}

/**
 * Reads a request. Its own key `routing` goes before the driver's.
 * @throws ValidationError what `parseRequest` throws
 * @throws VifError INVALID_REQUEST for a host that filters, by the rules of today's Nova: they know none, and a guest
 *   whose traffic ought to be filtered must not be let onto the network without
 */
export function readRequest(json: unknown, fallback: Routing): RoutedRequest {
  const request = parseRequest(json);
  const routing = request.routing ?? fallback;
  if (routing === 'current' && request.hostFilters) {
    const text =
      "firewall 'iptables' goes with routing 'newton' alone: today's Nova leaves all filtering to Neutron. " +
      'Have Neutron filter, and leave firewall out';
    throw new VifError('INVALID_REQUEST', text, { vifId: request.vif.id });
  }
  return { ...request, routing };
}
