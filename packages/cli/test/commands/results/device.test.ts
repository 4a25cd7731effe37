import { describe, expect, it } from 'vitest';
import { renderDevice, toJson } from '../../../src/commands/results.js';

const xml = '<interface type="vhostuser"/>\n';
const device = { toXml: () => xml };
const handled = { id: 'a', vifId: 'v', path: 'legacy', plugin: 'vhostuser', reason: 'because' } as const;
const need = { xml: '<memoryBacking/>\n', why: 'It is needed --really.' };

describe("a guest's device", () => {
  it('is its XML alone where the domain needs nothing else', () => {
    for (const each of [device, { ...device, domain: [] }]) {
      expect(renderDevice(each)).toBe(xml);
      expect(toJson({ ok: true, value: { ...handled, device: each } })).toEqual({
        id: 'a',
        path: 'legacy',
        plugin: 'vhostuser',
        xml,
      });
    }
  });

  it('has what else the domain needs as a comment, which nothing in it ends', () => {
    expect(renderDevice({ ...device, domain: [need] })).toBe(
      `${xml}<!--\nThe domain needs this besides. It is needed - -really.\n<memoryBacking/>\n-->\n`,
    );
    expect(toJson({ ok: true, value: { ...handled, device: { ...device, domain: [need] } } })).toMatchObject({
      domain: [need],
    });
  });
});
