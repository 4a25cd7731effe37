import { VifError } from '../errors/vif-error.js';
import type { NetworkVif } from './network-vif.js';
import { requireKeys } from './require-keys.js';

/** The Unix socket over which a guest and a switch share queues. */
export interface VhostUserSocket {
  readonly path: string;
  /** What QEMU is: the server makes the socket, and the client connects to it. */
  readonly mode: 'client' | 'server';
}

/** The socket of a VIF. @throws VifError INVALID_VIF when there is none, or its mode is unknown */
export function vhostUserSocket(vif: NetworkVif): VhostUserSocket {
  const { vhostuser_socket: path } = requireKeys(vif, 'details', 'vhostuser_socket');
  const mode = vif.details.vhostuser_mode ?? 'server';
  if (mode === 'client' || mode === 'server') return { path, mode };
  const text = `vif.details.vhostuser_mode must be 'client' or 'server', not '${mode}'`;
  throw new VifError('INVALID_VIF', text, { vifId: vif.id });
}
