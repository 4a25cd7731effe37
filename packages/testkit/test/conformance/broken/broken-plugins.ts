import 'reflect-metadata';
import {
  announce,
  type Plan,
  type VIFBase,
  VIFBridge,
  VIFGeneric,
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

/** A tap, done right; each class below does one thing wrong. */
class Tap implements VifPlugin {
  describe() {
    return announce('broken', [[VIFGeneric, []]]);
  }

  plug(_vif: VIFBase): Plan {
    return [{ kind: 'link', name: 'tap0', create: { type: 'tap' }, set: { up: true } }];
  }

  unplug(_vif: VIFBase): Plan {
    return [{ kind: 'linkAbsent', name: 'tap0', type: 'tap', own: true }];
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

for (const Broken of [GoesByAnotherName, AnnouncesLess, LeavesTap, Restless, NeedsPlug, Irreversible]) {
  vifPlugin({ name: 'broken' })(Broken);
  describe(Broken.name, () => {
    conformance({
      plugins: { name: 'broken', provides: [Broken] },
      requests: [{ id: 'tap', vif: new VIFGeneric({ id, plugin: 'broken' }), instance }],
      host: { links: [{ name: 'eth0' }, { name: 'stale', type: 'bridge' }] },
    });
  });
}
