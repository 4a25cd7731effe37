import type { InterfaceBackend } from '../back-end/interface-backend.js';
import type { InterfaceDriver } from '../config/interface-config.js';

/** The guest's side of an interface. Where it says nothing, libvirt chooses. */
export interface FrontEnd {
  readonly model: string | undefined;
  readonly driver: InterfaceDriver | undefined;
}

/**
 * The guest's side with what the host's side insists on: that may replace model and driver, or leave them out. The
 * guest's queues are kept.
 */
export function overriddenBy({ model, driver }: InterfaceBackend, guest: FrontEnd): FrontEnd {
  return {
    model: model === undefined ? guest.model : (model ?? undefined),
    driver:
      driver === undefined ? guest.driver : driver === null ? undefined : { ...guest.driver, name: driver },
  };
}
