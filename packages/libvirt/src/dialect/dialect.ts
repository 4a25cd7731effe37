import type { GuestContext } from '@vifkit/core/nova';
import type { InterfaceBackend } from '../back-end/interface-backend.js';
import type { FrontEnd } from '../front-end/front-end.js';

/** What the rules of one Nova say of an interface, where another's say otherwise. */
export interface Dialect {
  /**
   * The guest's side of an interface on this back end.
   * @throws VifError UNSUPPORTED_VIRT_TYPE, UNSUPPORTED_MODEL, INVALID_REQUEST
   */
  frontEnd(context: GuestContext, backend: InterfaceBackend): FrontEnd;
  /** The back ends whose interfaces are told the network's MTU. */
  readonly withMtu: readonly InterfaceBackend['type'][];
  /** The back ends whose VLAN tag libvirt sets. */
  readonly withVlan: readonly InterfaceBackend['type'][];
}
