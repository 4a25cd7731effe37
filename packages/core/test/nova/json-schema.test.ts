import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { networkVifSchema, requestSchema } from '../../src/schema.js';

const id = '9b2d1e63-704c-4c9f-8e1d-306f8ba25d02';
const vif = { id, address: 'fa:16:3e:10:00:02', type: 'tap', of_nova: 'passed over' };
const instance = { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502' };
const published = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../schema/${name}.json`, import.meta.url), 'utf8'));

describe('the published schema', () => {
  it.each([requestSchema(), networkVifSchema()])(
    '$title is what the declarations say (else: npm run docs:schema)',
    (schema) => {
      expect(published(String(schema.title))).toEqual(schema);
    },
  );

  it("of Nova's VIF takes the VIF of a request", () => {
    const isValid = new Ajv2020({ strict: true }).compile(published('NetworkVif'));
    expect(isValid(vif)).toBe(true);
    expect(isValid({ ...vif, network: { bridge: 'br/int' } })).toBe(false);
  });
});

describe('the schema of a request', () => {
  const isValid = new Ajv2020({ strict: true }).compile(published('VifRequest'));
  const request = { vif, instance };
  const object = (name: string, data: object) => ({
    'versioned_object.name': name,
    'versioned_object.namespace': 'os_vif',
    'versioned_object.version': '1.0',
    'versioned_object.data': data,
  });

  it.each([
    ['no more than it has to be', request],
    [
      'null for what is not said',
      { ...request, flavor: null, vif: { ...vif, network: null, details: null } },
    ],
    ['what a row of the vectors has besides', { ...request, op: 'plug', expect: {}, reference_commands: [] }],
    [
      'numbers and booleans where a property is text',
      { ...request, image: { properties: { a: 1, b: true } } },
    ],
    ['an object in its wire form', { instance, vif: object('VIFBridge', { id, vif_name: 'tap1' }) }],
  ])('takes %s', (_, json) => {
    isValid(json);
    expect(isValid.errors).toBeNull();
  });

  it.each([
    ['no VIF', { instance }],
    ['null for a VIF', { instance, vif: null }],
    ['an instance without an id', { vif, instance: { name: 'a' } }],
    ['a key that no request has', { ...request, frewall: 'iptables' }],
    ['a key that no instance has', { vif, instance: { ...instance, nmae: 'a' } }],
    ['a routing that there is not', { ...request, routing: 'ocata' }],
    ['an object of an unknown class', { instance, vif: object('VIFBrigde', { id }) }],
    ['an object that is no VIF', { instance, vif: object('Network', { id }) }],
    ['an object without an id', { instance, vif: object('VIFBridge', {}) }],
    [
      'a field that the object does not have',
      { instance, vif: object('VIFBridge', { id, vif_nam: 'tap1' }) },
    ],
    ['a name that no link can have', { instance, vif: object('VIFBridge', { id, vif_name: 'a/b' }) }],
  ])('refuses %s', (_, json) => {
    expect(isValid(json)).toBe(false);
  });
});
