import { VifError } from '@vifkit/core';
import type { AwaitedPort } from '@vifkit/engine';
import type { ControllerState } from './controller.js';
import type { PortBinding } from './southbound.js';
import type { OvnSetup, WatchedInterface } from './switch-watch.js';

/** What is known about a port that is not ready in time. */
export interface Evidence {
  readonly found: WatchedInterface | undefined;
  readonly ovn: OvnSetup;
  readonly controller: ControllerState;
  /** `unknown`: OVN has no such port. Undefined if the southbound database is not configured. */
  readonly binding: PortBinding | 'unknown' | 'unreadable' | undefined;
  /** The names by which this chassis may be requested, if they could be read. */
  readonly ownNames: readonly string[];
}

/** The error of a port that is not ready in time: whether wiring or flows are missing, and the possible reason. */
export function notReady(port: AwaitedPort, evidence: Evidence): VifError {
  const { found } = evidence;
  const { vifId } = port;
  if (!found || found.ofport === undefined) {
    return new VifError('OVS_NOT_WIRED', `${nameOf(port, found)} is not wired: ${whyNotThere(port, found)}`, {
      vifId,
    });
  }
  if (found.error !== undefined || found.ofport <= 0) {
    const why = found.error ?? 'it gave no reason; see its log';
    const text = `${nameOf(port, found)} is not wired, since ovs-vswitchd could not open it: ${why}`;
    return new VifError('OVS_PORT_FAILED', text, { vifId });
  }
  if (port.rival !== undefined && evidence.controller === 'connected') {
    const [{ rival }, { ovn }] = [port, evidence];
    const remedy = `unplug it there, or set requested-chassis of the logical port`;
    const text = `${nameOf(port, found)} does not stay on this chassis (${ovn.chassis}): chassis ${rival} claims it too; ${remedy}`;
    return new VifError('OVN_NOT_INSTALLED', text, { vifId });
  }
  const text = `ovs-vswitchd has wired ${nameOf(port, found)}, but ovn-controller has not installed its flows (ovn-installed)`;
  return new VifError('OVN_NOT_INSTALLED', `${text}: ${whyNotInstalled(port, evidence)}`, { vifId });
}

function nameOf({ interfaceId, name }: AwaitedPort, found: WatchedInterface | undefined): string {
  const known = found?.name ?? name;
  return known === undefined ? `the port with iface-id ${interfaceId}` : `port ${known}`;
}

function whyNotThere({ interfaceId, isGuests }: AwaitedPort, found: WatchedInterface | undefined): string {
  if (found) return 'ovs-vswitchd has not processed it; is it running?';
  if (isGuests) return 'the hypervisor makes it when the guest starts; start the guest';
  return `no interface of this host has iface-id ${interfaceId}; plug the VIF`;
}

/** In the order of dependency. */
function whyNotInstalled({ interfaceId }: AwaitedPort, evidence: Evidence): string {
  const { ovn, controller, binding, ownNames } = evidence;
  if (controller === 'absent') return 'ovn-controller does not run on this host; start it';
  if (controller === 'silent') return 'ovn-controller does not reply; restart it, and check its log';
  if (controller === 'not connected') {
    return `ovn-controller is not connected to the southbound database at ${ovn.remote}; start that, or correct external_ids:ovn-remote`;
  }
  if (binding === undefined || binding === 'unreadable') {
    const cannot = binding
      ? 'the southbound database could not be read'
      : 'its endpoint was not given (--ovn-sb)';
    const check = `check that OVN has a logical port named ${interfaceId} and wants it on this chassis (${ovn.chassis})`;
    return `OVN's southbound database knows why, but ${cannot}; ${check}`;
  }
  if (binding === 'unknown') {
    return `OVN has no logical port named ${interfaceId}; add it (ovn-nbctl lsp-add), or correct the interface id of the request`;
  }
  const [main] = binding.requested;
  if (
    main !== undefined &&
    !binding.requested.some((name) => name === ovn.chassis || ownNames.includes(name))
  ) {
    return `OVN wants it on chassis ${binding.requested.join(', ')} (requested-chassis), and this is ${ovn.chassis}; correct the option of the logical port, or plug it there`;
  }
  const { chassis } = binding;
  if (chassis !== undefined && chassis !== ovn.chassis) {
    return `chassis ${chassis} has claimed it, and this is ${ovn.chassis}; unplug it there, or set requested-chassis of the logical port`;
  }
  if (chassis === undefined) return 'no chassis has claimed it; check the log of ovn-controller';
  return 'it has claimed the port and is still working on it; allow more time, or check its log';
}
