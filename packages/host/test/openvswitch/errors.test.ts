import { describe, expect, it } from 'vitest';
import type { OvsChange } from '../../src/openvswitch/changes.js';
import { portFailed } from '../../src/openvswitch/errors.js';
import type { OvsInterface } from '../../src/openvswitch/state.js';

const change: OvsChange = {
  kind: 'putPort',
  name: 'vhu0',
  owner: 'a-vif',
  bridge: 'br0',
  settings: {},
  portExternalIds: {},
  wired: true,
};
const words = (error: string) => `could not open network device vhu0 (${error})`;
const unknownType = words('Address family not supported by protocol');

function messageFor(type: string, error: string): string {
  const state: OvsInterface = {
    type,
    error,
    externalIds: {},
    options: {},
    mtuRequest: undefined,
    ofport: undefined,
  };
  return portFailed(change, state).message;
}

describe('portFailed', () => {
  it('reports what an Open vSwitch without DPDK lacks for its ports', () => {
    const message = messageFor('dpdkvhostuser', unknownType);
    expect(message).toContain(`${unknownType}. It has type dpdkvhostuser only with DPDK: install it`);
    expect(message).toContain('other_config:dpdk-init=true');
  });

  it.each([
    ['gre', unknownType],
    ['dpdkvhostuser', words('Permission denied')],
  ])('adds nothing to what ovs-vswitchd says of type %s: %s', (type, error) => {
    expect(messageFor(type, error)).toBe(`ovs-vswitchd could not open port vhu0: ${error}`);
  });
});
