import 'reflect-metadata';
import {
  announce,
  HostPluginInfo,
  HostPortProfileInfo,
  type Plan,
  toPrimitive,
  unsupportedVif,
  type VIFBase,
  VIFBridge,
  VIFDirect,
  VIFGeneric,
  VIFPortProfile8021Qbh,
  VIFPortProfileOpenVSwitch,
  type VifPlugin,
  vifPlugin,
} from '@vifkit/core';
import { describe } from 'vitest';
import { conformance } from '../../../src/conformance/index.js';

const id = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';
const instance = {
  uuid: 'f0000000-0000-0000-0000-000000000001',
  name: 'instance-00000001',
  project_id: 'p',
  display_name: 'vm',
};

const port_profile = new VIFPortProfileOpenVSwitch({ interface_id: id, create_tap: true });
const profileVersion = toPrimitive(port_profile)['versioned_object.version'];

/** A VIFGeneric with a port profile of these versions. */
function described(min_version: string, max_version: string): HostPluginInfo {
  const info = announce('broken', [[VIFGeneric, []]]);
  const profile_object_name = 'VIFPortProfileOpenVSwitch';
  const supported_port_profiles = [
    new HostPortProfileInfo({ profile_object_name, min_version, max_version }),
  ];
  return info.copy({ vif_info: info.vif_info.map((vif) => vif.copy({ supported_port_profiles })) });
}

/** A tap, done right; each class below does one thing wrong. */
class Tap implements VifPlugin {
  describe() {
    return announce('broken', [[VIFGeneric, []]]);
  }

  plug(vif: VIFBase): Plan {
    this.check(vif);
    return [{ kind: 'link', name: 'tap0', create: { type: 'tap' }, set: { up: true } }];
  }

  unplug(vif: VIFBase): Plan {
    this.check(vif);
    return [{ kind: 'linkAbsent', name: 'tap0', type: 'tap', own: true }];
  }

  protected check(vif: VIFBase): void {
    if (!(vif instanceof VIFGeneric)) throw unsupportedVif('broken', vif);
  }
}

class GoesByAnotherName extends Tap {
  override describe() {
    return announce('mended', [[VIFGeneric, []]]);
  }
}

class AnnouncesLess extends Tap {
  override describe() {
    return announce('broken', [[VIFBridge, []]]);
  }
}

class LeavesTap extends Tap {
  override unplug(): Plan {
    return [];
  }
}

class Restless extends Tap {
  #mtu = 1400;

  override plug(): Plan {
    this.#mtu += 1;
    return [{ kind: 'link', name: 'tap0', create: { type: 'tap' }, set: { mtu: this.#mtu } }];
  }
}

class NeedsPlug extends Tap {
  override unplug(): Plan {
    return [{ kind: 'link', name: 'tap0', set: { up: false } }, ...super.unplug(new VIFGeneric({ id }))];
  }
}

class Irreversible extends Tap {
  override plug(vif: VIFBase): Plan {
    return [
      { kind: 'linkAbsent', name: 'stale', type: 'bridge', own: true },
      ...super.plug(vif),
      { kind: 'link', name: 'eth0', set: { up: true } },
    ];
  }
}

class AnnouncesOld extends Tap {
  override describe() {
    return described('1.0', '1.0');
  }
}

class AnnouncesNew extends Tap {
  override describe() {
    return described('1.0', '9.0');
  }
}

class AnnouncesMore extends Tap {
  override describe() {
    return announce('broken', [
      [VIFGeneric, []],
      [VIFDirect, []],
    ]);
  }
}

class AnnouncesMoreProfiles extends Tap {
  override describe() {
    return announce('broken', [[VIFGeneric, [VIFPortProfile8021Qbh]]]);
  }
}

class NeedsNewFields extends Tap {
  override describe() {
    return described('1.0', profileVersion);
  }

  override plug(vif: VIFBase) {
    if (!(vif.port_profile instanceof VIFPortProfileOpenVSwitch && vif.port_profile.create_tap)) {
      throw unsupportedVif('broken', vif, 'it needs create_tap');
    }
    return super.plug(vif);
  }
}

class TakesAnything extends Tap {
  protected override check(): void {}
}

/** Leaves all to libvirt. Nothing is wrong with that, but there is little to test. */
class Idle extends Tap {
  override plug(vif: VIFBase): Plan {
    this.check(vif);
    return [];
  }

  override unplug(vif: VIFBase): Plan {
    this.check(vif);
    return [];
  }
}

const all = [
  Idle,
  Tap,
  GoesByAnotherName,
  AnnouncesLess,
  LeavesTap,
  Restless,
  NeedsPlug,
  Irreversible,
  AnnouncesOld,
  AnnouncesNew,
  AnnouncesMore,
  AnnouncesMoreProfiles,
  NeedsNewFields,
  TakesAnything,
];

for (const Broken of all) {
  vifPlugin({ name: 'broken' })(Broken);
  describe(Broken.name, () => {
    conformance({
      plugins: { name: 'broken', provides: [Broken] },
      requests: [{ id: 'tap', vif: new VIFGeneric({ id, plugin: 'broken', port_profile }), instance }],
      host: { links: [{ name: 'eth0' }, { name: 'stale', type: 'bridge' }] },
    });
  });
}
