import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVifError } from '../../src/errors/vif-error.js';
import { type WireType, wireRules, wireSchemas } from '../../src/fields/rules.js';
import { fromPrimitive, jsonSchemaOf, VersionedObject, VIFBridge } from '../../src/os-vif.js';
import { arbitraryPrimitive } from './support/arbitrary-primitive.js';
import { classes } from './support/classes.js';

const id = '2265b1f5-91b7-d8f1-cd61-1027c386bbc4';
const folder = new URL('../../schema/', import.meta.url);
const published = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));
const validator = (schema: object) => new Ajv2020({ strict: true }).compile(schema);

const wrap = (name: string, version: string, data: unknown) => ({
  'versioned_object.name': name,
  'versioned_object.namespace': 'os_vif',
  'versioned_object.version': version,
  'versioned_object.data': data,
});

describe('the published schemas', () => {
  it('are there for every class, and for no other', () => {
    expect(readdirSync(folder).sort()).toEqual(classes.map(([name]) => `${name}.json`).sort());
  });

  it.each(classes)('of %s is what its declarations say (else: npm run docs:schema)', (name, type) => {
    expect(published(name)).toEqual(jsonSchemaOf(type));
  });

  it.each(classes)('of %s takes all that is written of it', (name, type) => {
    const isValid = validator(published(name));
    fc.assert(
      fc.property(arbitraryPrimitive(type), (primitive) => {
        isValid(JSON.parse(JSON.stringify(fromPrimitive(primitive))));
        expect(isValid.errors).toBeNull();
      }),
      { numRuns: 20 },
    );
  });
});

describe("VIFBridge's schema", () => {
  const isValid = validator(jsonSchemaOf(VIFBridge));
  const vif = (data: object) => wrap('VIFBridge', '1.0', { id, ...data });
  const network = (data: object, version = '1.1') => vif({ network: wrap('Network', version, data) });

  it.each([
    ['an older version within', network({ bridge: 'br0' }, '1.0')],
    ['a list of changes', { ...vif({}), 'versioned_object.changes': ['id'] }],
    ['null where it may be', vif({ address: null })],
    ['a name that no link can have', vif({ vif_name: 'a/b '.repeat(20) })],
    ['a VLAN id that none is', network({ vlan: 70_000 })],
  ])('takes %s', (_, json) => {
    expect(isValid(json)).toBe(true);
    expect(fromPrimitive(json)).toBeInstanceOf(VersionedObject);
  });

  it.each([
    ['another class', wrap('VIFGeneric', '1.0', { id })],
    ['an unknown class within', vif({ network: wrap('Net', '1.0', {}) })],
    ['another class within', vif({ port_profile: wrap('Network', '1.1', {}) })],
    ['an unknown field', vif({ brigde_name: 'br0' })],
    ['an unknown field within', network({ brigde: 'br0' })],
    ['a newer version', wrap('VIFBridge', '1.1', { id })],
    ['a newer version within', network({}, '1.2')],
    ['another namespace', { ...vif({}), 'versioned_object.namespace': 'nova' }],
    ['no data', wrap('VIFBridge', '1.0', undefined)],
    ['text for a boolean', vif({ active: 'yes' })],
    ['null where it may not be', vif({ plugin: null })],
    ['a bad UUID', vif({ id: 'x' })],
    ['a bad MAC address', vif({ address: 'fa:16:3e' })],
    ['an object for text', vif({ vif_name: {} })],
    ['a fraction for an integer', network({ vlan: 1.5 })],
    [
      'a bad PCI address',
      vif({
        port_profile: wrap('VIFPortProfileOVSRepresentor', '1.4', { representor_address: '0000:05:20.0' }),
      }),
    ],
    [
      'a bad CIDR',
      network({ subnets: wrap('SubnetList', '1.0', { objects: [wrap('Subnet', '1.0', { cidr: '10/8' })] }) }),
    ],
  ])('refuses %s, as the reader does', (_, json) => {
    expect(isValid(json)).toBe(false);
    expect(() => fromPrimitive(json, VIFBridge)).toThrow(expect.toSatisfy(isVifError));
  });
});

describe.each(Object.keys(wireSchemas) as WireType[])('the schema of %s', (kind) => {
  const isValid = validator(wireSchemas[kind]);
  const { accepts } = wireRules[kind];

  it.each([
    true,
    0,
    -1,
    1.5,
    70_000,
    Number.MAX_SAFE_INTEGER,
    2 ** 53,
    null,
    [],
    {},
    '',
    ' ',
    '.',
    '..',
    'all',
    'allx',
    'default',
    'if7',
    'if7x',
    'tap-1',
    '-tap',
    'br/0',
    'a'.repeat(16),
    'x'.repeat(255),
    'x'.repeat(256),
    'a\nb',
    'a\n',
    'ä',
    '\u0085',
    '\ufffe',
    '/run/x',
    '/run/x\n',
    `/${'x'.repeat(106)}`,
    `/${'x'.repeat(107)}`,
    'FA:16:3e:00:00:0a',
    'fa:16:3e:00:00:0a\n',
    'fa:16:3e:00:00',
    'fa:16:3e:00:00:0g',
    '0000:0A:1f.7',
    '0000:0a:1f.8',
    '0000:0a:20.0',
    '000:0a:1f.7',
    id,
    id.toUpperCase(),
    id.slice(1),
    id.replaceAll('-', ''),
    `{${id}}`,
    `urn:uuid:${id}`,
    `urn:${id}`,
    `${id}0`,
    '10.0.0.1',
    '10.0.0.256',
    '10.0.0.01',
    '10.0.0',
    '::',
    'FE80::1',
    '::ffff:10.0.0.1',
    'fe80::1%eth0',
    'g::1',
    '10.0.0.0/8',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/',
    'fe80::/10',
    'fe80::/128',
    'fe80::/129',
  ])('agrees with the reader on %j', (value) => {
    expect(isValid(value)).toBe(accepts(value));
  });
});
