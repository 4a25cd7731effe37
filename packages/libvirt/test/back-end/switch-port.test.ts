import { VIFDirect, VIFPortProfile8021Qbg, VIFPortProfile8021Qbh } from '@vifkit/core/os-vif';
import { describe, expect, it } from 'vitest';
import { switchPort } from '../../src/back-end.js';

const id = '0d9c1d8e-5f2b-4a53-8a3e-0b3f5d6a7c81';
const instance_id = '4f1c55a2-8d6d-4c4f-9a55-3c1f2b7de901';
const portOf = (port_profile: VIFPortProfile8021Qbg | VIFPortProfile8021Qbh) =>
  switchPort(new VIFDirect({ id, port_profile }));

describe("a physical switch's port", () => {
  it('is one of 802.1Qbg by its numbers', () => {
    const numbers = { manager_id: 11, type_id: 1193047, type_id_version: 2 };
    const parameters = { managerid: '11', typeid: '1193047', typeidversion: '2' };
    expect(portOf(new VIFPortProfile8021Qbg(numbers))).toEqual({
      virtualPort: { type: '802.1Qbg', parameters },
    });
    expect(portOf(new VIFPortProfile8021Qbg({ ...numbers, instance_id }))).toEqual({
      virtualPort: { type: '802.1Qbg', parameters: { ...parameters, instanceid: instance_id } },
    });
  });

  it("is one of 802.1Qbh by its profile's name", () => {
    expect(portOf(new VIFPortProfile8021Qbh({ profile_id: 'finance' }))).toEqual({
      virtualPort: { type: '802.1Qbh', parameters: { profileid: 'finance' } },
    });
  });

  it('is none without such a profile', () => {
    expect(switchPort(new VIFDirect({ id }))).toEqual({});
  });

  it.each([new VIFPortProfile8021Qbg({ manager_id: 11 }), new VIFPortProfile8021Qbh({})])(
    'is refused without what the switch needs: $constructor.name',
    (profile) => {
      expect(() => portOf(profile)).toThrow(expect.objectContaining({ code: 'INVALID_VIF', vifId: id }));
    },
  );
});
