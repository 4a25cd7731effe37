import { type NetworkVif, requireKeys, VifError } from '@vifkit/core';

/** Which end of a socket listens. */
export type SocketMode = 'client' | 'server';

/** The path of the VIF's socket. @throws VifError INVALID_VIF when there is none */
export function socketPath(vif: NetworkVif): string {
  return requireKeys(vif, 'details', 'vhostuser_socket').vhostuser_socket;
}

/** What QEMU is on that socket. @throws VifError INVALID_VIF */
export function guestMode(vif: NetworkVif): SocketMode {
  const mode = vif.details.vhostuser_mode ?? 'server';
  if (mode === 'client' || mode === 'server') return mode;
  const text = `vif.details.vhostuser_mode must be 'client' or 'server', not '${mode}'`;
  throw new VifError('INVALID_VIF', text, { vifId: vif.id });
}
