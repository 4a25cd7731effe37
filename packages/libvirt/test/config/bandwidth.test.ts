import { describe, expect, it } from 'vitest';
import { bandwidthOf } from '../../src/bandwidth.js';

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
        'quota:vif_outbound_average': '0',
      }),
    ).toEqual({ inbound: { average: '1', peak: '2', burst: '3' }, outbound: { average: '0' } });
  });

  it('does not limit a direction without an average', () => {
    expect(of({ 'quota:vif_inbound_peak': '2', 'quota:vif_outbound_burst': '3' })).toBeUndefined();
    expect(of({ 'quota:vif_inbound_peak': '2', 'quota:vif_outbound_average': '3' })).toEqual({
      outbound: { average: '3' },
    });
  });

  it('keeps numbers that JavaScript cannot count to', () => {
    const average = '9007199254740993';
    expect(of({ 'quota:vif_inbound_average': average })).toEqual({ inbound: { average } });
  });

  it.each(['', '1.5', '-1', '0x10', '1e3', ' 1', '1\n', '٣', 'fast'])('refuses %j', (value) => {
    expect(() => of({ 'quota:vif_inbound_average': value })).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST' }),
    );
    expect(() => of({ 'quota:vif_outbound_burst': value })).toThrow(/quota:vif_outbound_burst/);
  });
});
