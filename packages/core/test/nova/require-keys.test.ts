import { expect, it } from 'vitest';
import { requireKeys } from '../../src/nova/network-facts.js';
import { id, readVif } from './read-vif.js';

it('answers what is there', () => {
  const vif = readVif({ details: { macvtap_source: 'eth0', macvtap_mode: 'vepa' } });
  expect(requireKeys(vif, 'details', 'macvtap_source', 'macvtap_mode')).toMatchObject({
    macvtap_source: 'eth0',
    macvtap_mode: 'vepa',
  });
});

it('refuses the VIF, and names all that is missing', () => {
  const vif = readVif({ details: { macvtap_mode: 'vepa', macvtap_source: null } });
  expect(() => requireKeys(vif, 'details', 'macvtap_source', 'macvtap_mode', 'physical_interface')).toThrow(
    expect.objectContaining({
      code: 'INVALID_VIF',
      vifId: id,
      message:
        'vif.details.macvtap_source, vif.details.physical_interface are missing, and this VIF type needs them',
    }),
  );
});

it('refuses a VIF that lacks the whole part', () => {
  expect(() => requireKeys(readVif({}), 'qbg_params', 'typeid')).toThrow(
    'vif.qbg_params.typeid is missing, and this VIF type needs it',
  );
});

it('takes no key that only its prototype has', () => {
  expect(() => requireKeys(readVif({ details: {} }), 'details', 'toString')).toThrow(/toString is missing/);
});
