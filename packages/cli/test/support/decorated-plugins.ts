import {
  announce,
  IsLinkName,
  IsMtu,
  type LegacyDriver,
  legacyDriver,
  type Plan,
  type PluginPackage,
  type VifConverter,
  type VifPlugin,
  vifConverter,
  vifPlugin,
} from '@vifkit/core';
import type { DeviceBackend } from '@vifkit/core/nova';
import { VIFBridge, VIFOpenVSwitch, VIFPortProfileOpenVSwitch } from '@vifkit/core/os-vif';

class SoundOptions {
  @IsMtu()
  mtu = 1500;

  @IsLinkName()
  uplink = 'eth0';
}

abstract class Idle {
  config(): DeviceBackend {
    return { type: 'ethernet', target: 'tap1', bandwidth: false };
  }

  plug(): Plan {
    return [];
  }

  unplug(): Plan {
    return [];
  }
}

@vifPlugin({
  name: 'sound',
  options: SoundOptions,
  needs: [{ kind: 'program', name: 'ip', from: 'iproute2' }],
})
class SoundPlugin extends Idle implements VifPlugin {
  describe() {
    return announce('sound', [
      [VIFBridge, []],
      [VIFOpenVSwitch, [VIFPortProfileOpenVSwitch]],
    ]);
  }
}

@legacyDriver({ type: 'ivs' })
class SoundDriver extends Idle implements LegacyDriver {}

@vifConverter({ type: 'bridge', routing: 'current' })
class SoundConverter implements VifConverter {
  convert() {
    return undefined;
  }
}

@vifPlugin({ name: 'unbuildable' })
class UnbuildablePlugin extends SoundPlugin {
  constructor() {
    super();
    throw new Error('no licence');
  }
}

@vifPlugin({ name: 'mute' })
class MutePlugin extends SoundPlugin {
  override describe(): never {
    throw new Error('nothing to say');
  }
}

/** A package whose parts all work. */
export const sound: PluginPackage = {
  name: 'vif-sound',
  provides: [SoundPlugin, SoundDriver, SoundConverter],
};

/** A package whose parts all fail. */
export const broken: PluginPackage = { name: 'vif-broken', provides: [UnbuildablePlugin, MutePlugin] };
