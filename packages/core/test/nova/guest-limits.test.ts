import { describe, expect, it } from 'vitest';
import { bandwidthOf, requireLastingName } from '../../src/nova/guest-limits.js';

const of = (extra_specs: Record<string, string>) => bandwidthOf({ vcpus: 1, extra_specs });

describe('bandwidthOf', () => {
  it('is nothing without quotas', () => {
    expect(of({})).toBeUndefined();
    expect(of({ 'hw:cpu_policy': 'dedicated', vif_inbound_average: '5' })).toBeUndefined();
  });

  it('has every part that is given', () => {
    expect(
      of({
        'quota:vif_inbound_average': '1',
        'quota:vif_inbound_peak': '2',
        'quota:vif_inbound_burst': '3',
        'quota:vif_outbound_average': '4',
      }),
    ).toEqual({ inbound: { average: '1', peak: '2', burst: '3' }, outbound: { average: '4' } });
  });

  it('has no limit of 0, which libvirt drops', () => {
    expect(of({ 'quota:vif_inbound_average': '0', 'quota:vif_inbound_peak': '2' })).toBeUndefined();
    expect(of({ 'quota:vif_inbound_average': '1', 'quota:vif_inbound_peak': '00' })).toEqual({
      inbound: { average: '1' },
    });
  });

  it('does not limit a direction without an average', () => {
    expect(of({ 'quota:vif_inbound_peak': '2', 'quota:vif_outbound_burst': '3' })).toBeUndefined();
    expect(of({ 'quota:vif_inbound_peak': '2', 'quota:vif_outbound_average': '3' })).toEqual({
      outbound: { average: '3' },
    });
  });

  it("takes what libvirt's schema does", () => {
    const average = '4294967295';
    expect(of({ 'quota:vif_inbound_average': average })).toEqual({ inbound: { average } });
  });

  it.each(['', '1.5', '-1', '0x10', '1e3', ' 1', '1\n', '٣', 'fast', '4294967296', '18446744073709551616'])(
    'refuses %j',
    (value) => {
      expect(() => of({ 'quota:vif_inbound_average': value })).toThrow(
        expect.objectContaining({ code: 'INVALID_REQUEST' }),
      );
      expect(() => of({ 'quota:vif_outbound_burst': value })).toThrow(/quota:vif_outbound_burst/);
    },
  );
});

describe('the name of a link that libvirt makes', () => {
  const requireOn = (virt_type: string) => (name: string) =>
    requireLastingName(name, { virt_type }, 'the id');

  it.each(['tap0', 'net0', 'nicvnet0', 'vif1.0', 'macv0'])('may be %s', (name) => {
    expect(() => requireOn('kvm')(name)).not.toThrow();
  });

  it.each(['vnet3', 'vnet', 'vnet-a', 'macvtap0', 'macvlan7'])('cannot be %s', (name) => {
    expect(() => requireOn('kvm')(name)).toThrow(
      expect.objectContaining({
        code: 'INVALID_VIF',
        vifId: 'the id',
        message: expect.stringContaining(`"${name}"`),
      }),
    );
  });

  it("cannot be one of Xen's on Xen", () => {
    expect(() => requireOn('xen')('vif1.0')).toThrow(/begin with 'vif'/);
  });
});
