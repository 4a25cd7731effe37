import { describe, expect, it } from 'vitest';
import { configure } from './support/configure.js';
import { parseXml } from './support/parse-xml.js';
import { type ConfigVector, configVectors } from './support/vectors.js';

const vectors = configVectors();

const rowsFor = (choose: (vector: ConfigVector) => boolean) =>
  vectors.filter(choose).map((vector) => [vector.id, vector] as const);

/** The reference's exceptions that are about the guest's side; the others are for those who route and plug. */
const codes: Readonly<Record<string, string>> = {
  UnsupportedHardware: 'UNSUPPORTED_MODEL',
  UnsupportedVirtType: 'UNSUPPORTED_VIRT_TYPE',
};

describe('the conformance vectors', () => {
  it.each(rowsFor((vector) => vector.expect.xml !== undefined))('%s: the device', (_, vector) => {
    expect(parseXml(configure(vector).toXml())).toEqual(parseXml(vector.expect.xml ?? ''));
  });

  it.each(rowsFor(({ expect: { error } }) => error !== undefined && error in codes))(
    '%s: refused',
    (_, vector) => {
      const code = codes[vector.expect.error ?? ''];
      expect(() => configure(vector)).toThrow(expect.objectContaining({ code }));
    },
  );
});
