import { expect, it } from 'vitest';
import { VIFBridge, VIFPortProfileOpenVSwitch } from '../../src/os-vif.js';
import { unsupportedVif } from '../../src/plugin/announce.js';

const id = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';

it('names plugin, class and VIF', () => {
  expect(unsupportedVif('acme', new VIFBridge({ id }))).toMatchObject({
    code: 'UNSUPPORTED_VIF',
    message: "The plugin 'acme' does not take a VIFBridge; `vif plugins` lists what it takes",
    vifId: id,
  });
});

it('names the port profile, and the reason if there is one', () => {
  const port_profile = new VIFPortProfileOpenVSwitch({ interface_id: id });
  expect(unsupportedVif('acme', new VIFBridge({ id, port_profile }), 'it has no bridge').message).toBe(
    "The plugin 'acme' does not take a VIFBridge with VIFPortProfileOpenVSwitch: it has no bridge",
  );
});
