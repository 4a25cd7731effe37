import { asVifError, isVifError, VifError } from '@vifkit/core';
import type { OvsChange } from './changes.js';
import type { OvsInterface } from './state.js';

export function bridgeNotFound(bridge: string, port: string, vifId: string): VifError {
  const text = `There is no Open vSwitch bridge ${bridge} for port ${port}: create it, or correct the VIF`;
  return new VifError('OVS_BRIDGE_NOT_FOUND', text, { vifId });
}

export function bridgeMissing(bridge: string): VifError {
  const text = `There is no Open vSwitch bridge ${bridge}: make it, or correct its name in the request`;
  return new VifError('OVS_BRIDGE_NOT_FOUND', text);
}

export function portMadeOtherwise(name: string, actual: string, wanted: string, vifId: string): VifError {
  const [is, isNot] = [actual, wanted].map((type) =>
    type === '' ? 'a link of the kernel' : `of type ${type}`,
  );
  const what = `Port ${name} is ${is}, not ${isNot}, and was not made for this VIF`;
  const text = `${what}: remove it (ovs-vsctl del-port ${name}), or correct the request`;
  return new VifError('OVS_MADE_OTHERWISE', text, { vifId });
}

export function portIsBond(name: string, vifId: string): VifError {
  const text = `Port ${name} is not one with a single interface of its name, but a bond: remove or rename it`;
  return new VifError('OVS_PORT_NOT_OURS', text, { vifId });
}

export function portIsMember(name: string, vifId: string): VifError {
  const what = `There is no port ${name}, but a bond has a member of that name`;
  const text = `${what}: remove it from the bond, or correct the request`;
  return new VifError('OVS_PORT_NOT_OURS', text, { vifId });
}

export function bridgeIsPort(name: string, bridge: string): VifError {
  const what = `Open vSwitch bridge ${name} cannot be made: bridge ${bridge} has a port of that name`;
  const text = `${what}: remove the port (ovs-vsctl del-port ${name}), or correct the name in the request`;
  return new VifError('OVS_PORT_NOT_OURS', text);
}

/** The error of a change that ovs-vswitchd did not apply in time. */
export function notWired({ name, owner: vifId }: OvsChange, cause: unknown): VifError {
  if (!isVifError(cause, 'TIMEOUT')) {
    return asVifError(cause, 'OVS_NOT_WIRED', 'Waiting for ovs-vswitchd failed', vifId);
  }
  const text = `Open vSwitch's database has ${name}, but ovs-vswitchd did not apply it in time: start it, or look at its log`;
  return new VifError('OVS_NOT_WIRED', text, { vifId, cause });
}

/** The error of a port whose interface failed, or of a bridge whose local port's interface failed. */
export function portFailed(
  { kind, name, owner: vifId }: OvsChange,
  state: OvsInterface | undefined,
): VifError {
  const what = kind === 'ensureBridge' ? `the local port of bridge ${name}` : `port ${name}`;
  const why = state?.error ?? (state ? 'it gave no reason; see its log' : 'it was removed in the meantime');
  const text = `ovs-vswitchd could not open ${what}: ${why}${remedy(state)}`;
  return new VifError('OVS_PORT_FAILED', text, { vifId });
}

/** EAFNOSUPPORT: the error of ovs-vswitchd for an interface type that it does not support. */
const UNKNOWN_TYPE = 'Address family not supported by protocol';

function remedy(state: OvsInterface | undefined): string {
  if (!state?.type.startsWith('dpdk') || !state.error?.includes(UNKNOWN_TYPE)) return '';
  const steps =
    'install it (openvswitch-switch-dpdk on Debian), set other_config:dpdk-init=true in its table Open_vSwitch';
  return `. It has type ${state.type} only with DPDK: ${steps}, and restart it`;
}
