import type { DeviceBackend, GuestConfigurator, GuestContext, GuestDevice } from '@vifkit/core/nova';
import { type VIFBase, VIFGeneric } from '@vifkit/core/os-vif';

/** A tap that the guest's card opens. */
export interface GuestTap {
  readonly name: string;
  /** Whether the plugin says that its plug makes the tap. */
  readonly isDeclared: boolean;
  /** Whether the tap has several queues, if that does not depend on the guest's card. */
  readonly multiQueue?: boolean | undefined;
}

/** Records what the hypervisor would be configured for. */
export class RecordedGuest implements GuestConfigurator {
  /** What a legacy driver returned last. */
  backend: DeviceBackend | undefined;
  /** The tap of the last device, if it has one of which a plugin says who makes it. */
  tap: GuestTap | undefined;

  forObject(vif: VIFBase, { makesTap = false }: GuestContext): GuestDevice {
    const name = vif instanceof VIFGeneric ? vif.vif_name : undefined;
    this.tap = name === undefined ? undefined : { name, isDeclared: makesTap };
    return noDevice;
  }

  forBackend(backend: DeviceBackend): GuestDevice {
    this.backend = backend;
    this.tap = undefined;
    if (backend?.type !== 'ethernet') return noDevice;
    const { target: name, managed, multiQueue } = backend;
    this.tap = { name, isDeclared: managed === false, multiQueue };
    return noDevice;
  }
}

const noDevice: GuestDevice = { toXml: () => '' };
