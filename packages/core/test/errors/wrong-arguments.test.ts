import { describe, expect, it } from 'vitest';
import {
  isVifError,
  legacyDriver,
  optionsFromEnvironment,
  PluginRegistry,
  vifConverter,
  vifPlugin,
} from '../../src/index.js';
import {
  announcedPlugin,
  announcedVif,
  commonVersion,
  fromPrimitive,
  toPrimitive,
  VIFBase,
  versionedObject,
} from '../../src/os-vif.js';
import { defineStepKind, linkName } from '../../src/step-kinds.js';

const vif = new VIFBase({ id: '2265b1f5-91b7-d8f1-cd61-1027c386bbc4' });
const wire = toPrimitive(vif);

/** An object of the wire, none of whose fields are set. */
const bare = (name: string) =>
  fromPrimitive({
    'versioned_object.name': name,
    'versioned_object.namespace': 'os_vif',
    'versioned_object.version': '1.0',
    'versioned_object.data': {},
  });

/** A kind of step, done right. */
const kind = {
  kind: 'acme:lane',
  noun: 'lane',
  fields: { name: linkName },
  intention: () => 'make' as const,
};

/** Calls as only JavaScript permits them. */
const calls: Readonly<
  Record<string, readonly [code: string, wrong: (given: never) => unknown, ...unknown[]]>
> = {
  'toPrimitive(…)': ['INVALID_OBJECT', toPrimitive, undefined, null, 'VIFBase', 7, Object.create(null)],
  'toPrimitive({})': ['UNKNOWN_OBJECT', toPrimitive, {}],
  'toPrimitive(object, …)': [
    'INVALID_OPTIONS',
    (given) => toPrimitive(vif, given),
    null,
    'x',
    { manifesto: {} },
  ],
  'fromPrimitive(…)': ['INVALID_OBJECT', fromPrimitive, undefined, null, 'VIFBase', 7],
  'fromPrimitive(wire, …)': [
    'UNKNOWN_OBJECT',
    (given) => fromPrimitive(wire, given),
    'VIFBase',
    null,
    {},
    () => VIFBase,
  ],
  'object.copy(…)': ['INVALID_OBJECT', (given) => vif.copy(given), null, 'x', [], 7],
  'optionsFromEnvironment(…, [])': [
    'INVALID_OPTIONS',
    (given) => optionsFromEnvironment(given, []),
    undefined,
    null,
    5,
  ],
  'optionsFromEnvironment({}, …)': [
    'PLUGIN_INVALID',
    (given) => optionsFromEnvironment({}, given),
    undefined,
    null,
    5,
  ],
  'optionsFromEnvironment({}, [], …)': [
    'INVALID_OPTIONS',
    (given) => optionsFromEnvironment({}, [], given),
    null,
    5,
  ],
  'new PluginRegistry(…)': [
    'PLUGIN_INVALID',
    (given) => new PluginRegistry(given),
    undefined,
    null,
    5,
    'x',
    [null],
  ],
  'new PluginRegistry([…])': [
    'PLUGIN_INVALID',
    (given) => new PluginRegistry([{ name: '@acme/plugin', provides: [], ...(given as object) }]),
    { name: undefined },
    { name: 5 },
    { objects: 'VIFPortProfileAcme' },
    { objects: [5] },
    { stepKinds: [5] },
    { stepKinds: [{ kind: 'acme:lane', fields: {} }] },
    { runners: [] },
  ],
  '@vifPlugin(…)': [
    'PLUGIN_INVALID',
    (given) => vifPlugin(given),
    undefined,
    null,
    {},
    { name: 5 },
    { name: '' },
    { name: 'acme', makeTaps: true },
    { name: 'acme', makesTaps: 'yes' },
    { name: 'acme', options: { mtu: 1500 } },
    { name: 'acme', needs: [{ kind: 'programm', name: 'acmectl', from: 'acme' }] },
    { name: 'acme', needs: [null] },
  ],
  '@legacyDriver(…)': ['PLUGIN_INVALID', (given) => legacyDriver(given), {}, { type: 5 }, { name: 'acme' }],
  '@vifConverter(…)': [
    'PLUGIN_INVALID',
    (given) => vifConverter(given),
    {},
    { type: 'acme', routing: 'old' },
  ],
  '@versionedObject(…)': [
    'PLUGIN_INVALID',
    (given) => versionedObject(given)(class {}),
    undefined,
    {},
    { name: 'VIFPortProfileAcme', namespace: 'acme' },
    { name: 'VIFPortProfileAcme', namespace: 'acme', version: 1 },
    { name: 'VIFPortProfileAcme', namespace: 'acme', version: '1' },
    { name: 'VIFPortProfileAcme', namespace: '', version: '1.0' },
  ],
  'defineStepKind(…)': [
    'PLUGIN_INVALID',
    (given) => defineStepKind(given),
    undefined,
    {},
    { ...kind, fields: { link: 5 } },
    { ...kind, intention: 'make' },
    { ...kind, drawnbeside: () => 'eth0' },
    { ...kind, fields: { link: linkName } },
  ],
  'commonVersion(…)': ['INVALID_OBJECT', commonVersion, undefined, null, {}, vif, bare('HostVIFInfo')],
  'announcedPlugin(…)': ['NO_MATCHING_PLUGIN', (given) => announcedPlugin(given, 'ovs'), bare('HostInfo')],
  'announcedVif(…)': ['UNSUPPORTED_VIF', (given) => announcedVif(given, 'VIFBridge'), bare('HostPluginInfo')],
};

describe.each(Object.entries(calls))('%s', (_, [code, call, ...values]) => {
  it.each(values.map((value) => [value]))('is refused with a code, not a TypeError: %o', (value) => {
    let thrown: unknown;
    try {
      call(value as never);
    } catch (error) {
      thrown = error;
    }
    expect(isVifError(thrown) ? thrown.code : thrown).toBe(code);
  });
});

it('defines a kind of step that is done right', () => {
  expect(defineStepKind(kind).check({ kind: 'acme:lane', name: 'eth0' }, '')).toEqual([]);
});

it('leaves packages that are none to the registry, which says what is wrong', () => {
  expect(optionsFromEnvironment({}, [null, {}] as never)).toEqual([]);
});
