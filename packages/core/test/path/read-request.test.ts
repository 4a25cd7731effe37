import { describe, expect, it } from 'vitest';
import { readRequest } from '../../src/path/choose-path.js';
import { instance, modelVif, vifId } from './support.js';

const least = { vif: modelVif(1, 'ovs'), instance };

describe('the rules that a request is answered by', () => {
  it("are the request's own, or else the driver's", () => {
    expect(readRequest(least, 'newton').routing).toBe('newton');
    expect(readRequest(least, 'current').routing).toBe('current');
    expect(readRequest({ ...least, routing: 'current' }, 'newton').routing).toBe('current');
    expect(readRequest({ ...least, routing: 'newton' }, 'current').routing).toBe('newton');
  });

  it('are refused if they are none', () => {
    expect(() => readRequest({ ...least, routing: 'zed' }, 'newton')).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST', message: expect.stringContaining('routing') }),
    );
  });
});

describe('a host that filters', () => {
  const filtering = { ...least, firewall: 'iptables' };

  it("is refused by today's rules, which would leave the guest's traffic unfiltered", () => {
    for (const read of [
      () => readRequest(filtering, 'current'),
      () => readRequest({ ...filtering, routing: 'current' }, 'newton'),
    ]) {
      expect(read).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST', vifId: vifId(1) }));
    }
  });

  it('is for Nova 14', () => {
    expect(readRequest({ ...filtering, routing: 'newton' }, 'current').hostFilters).toBe(true);
  });
});
