import { announce, type PlanContext, unsupportedVif } from '@vifkit/core';
import {
  HostPluginInfo,
  HostPortProfileInfo,
  toPrimitive,
  type VIFBase,
  VIFBridge,
  VIFDirect,
  VIFGeneric,
  VIFPortProfile8021Qbh,
  VIFPortProfileOpenVSwitch,
} from '@vifkit/core/os-vif';
import { Fabric, type FabricClass } from './fabric.js';

const profileVersion = toPrimitive(new VIFPortProfileOpenVSwitch({}))['versioned_object.version'];

/** An announcement of the port profile in these versions. */
function announcing(min_version: string, max_version: string): HostPluginInfo {
  const info = announce('fabric', [[VIFGeneric, []]]);
  const profile_object_name = 'VIFPortProfileOpenVSwitch';
  const supported_port_profiles = [
    new HostPortProfileInfo({ profile_object_name, min_version, max_version }),
  ];
  return info.copy({ vif_info: info.vif_info.map((vif) => vif.copy({ supported_port_profiles })) });
}

/** Plugins that announce something wrong, by what is wrong. */
export const announcingMutants: Readonly<Record<string, FabricClass>> = {
  'describes itself by another name': class extends Fabric {
    override describe() {
      return announce('febric', [[VIFGeneric, [VIFPortProfileOpenVSwitch]]]);
    }
  },
  'announces another class': class extends Fabric {
    override describe() {
      return announce('fabric', [[VIFBridge, []]]);
    }
  },
  'announces later': class extends Fabric {
    override describe() {
      return Promise.resolve(super.describe()) as never; // an async method, as in plain JavaScript
    }
  },
  'announces nothing': class extends Fabric {
    override describe() {
      return new HostPluginInfo({ plugin_name: 'fabric', vif_info: [] });
    }
  },
  'announces a class that it refuses': class extends Fabric {
    override describe() {
      return announce('fabric', [
        [VIFGeneric, [VIFPortProfileOpenVSwitch]],
        [VIFDirect, []],
      ]);
    }
  },
  'announces a port profile that no request has': class extends Fabric {
    override describe() {
      return announce('fabric', [[VIFGeneric, [VIFPortProfileOpenVSwitch, VIFPortProfile8021Qbh]]]);
    }
  },
  'announces versions that are gone': class extends Fabric {
    override describe() {
      return announcing('0.1', '0.2');
    }
  },
  'announces versions that are yet to come': class extends Fabric {
    override describe() {
      return announcing('1.0', '9.0');
    }
  },
  'announces old versions, and needs fields of the newest': class extends Fabric {
    override describe() {
      return announcing('1.0', profileVersion);
    }
    override plug(vif: VIFBase, context: PlanContext) {
      const profile = vif.port_profile;
      if (!(profile instanceof VIFPortProfileOpenVSwitch) || !profile.create_tap) {
        throw unsupportedVif('fabric', vif, 'it needs create_tap');
      }
      return super.plug(vif, context);
    }
  },
  'takes classes that it does not announce': class extends Fabric {
    protected override nameOf(vif: VIFBase) {
      return vif instanceof VIFGeneric ? super.nameOf(vif) : 'tap0';
    }
  },
  'refuses with an error of no code': class extends Fabric {
    protected override nameOf(vif: VIFBase) {
      if (!(vif instanceof VIFGeneric)) throw new Error('no');
      return super.nameOf(vif);
    }
  },
  'takes a class that it does not announce, if it has a name': class extends Fabric {
    protected override nameOf(vif: VIFBase) {
      return vif instanceof VIFBridge && vif.vif_name !== undefined ? vif.vif_name : super.nameOf(vif);
    }
  },
};
