import { readFileSync } from 'node:fs';
import { fromPrimitive, type Primitive, toPrimitive, type VersionedObject } from '@vifkit/core/os-vif';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryPrimitive } from '../../packages/core/test/os-vif/support/arbitrary-primitive.js';
import { rounds } from '../thorough.js';
import { objectClasses, objectOf } from './arbitraries.js';
import { osVif } from './os-vif-peer.js';
import { objectsOf } from './vif-object.js';

const seed = 20_260_401;
const each = rounds(15, 40);
const versions = osVif.versions();
const theirs = osVif.make(seed, each);

const schemas = new Map<string, ValidateFunction>();

const nameOf = (object: Primitive) => object['versioned_object.name'];

it('there are the classes that os-vif has, and no others', () => {
  expect([...objectClasses.keys()].sort()).toEqual(Object.keys(versions).sort());
});

describe("os-vif's objects", () => {
  it('are of every class, and many', () => {
    expect(theirs.length).toBeGreaterThanOrEqual(25 * each);
    expect(new Set(theirs.map(nameOf))).toEqual(new Set(Object.keys(versions)));
  });

  it(`come back from vif object with the same keys and values, and are equal: ${theirs.length} of them`, async () => {
    const written = await objectsOf(theirs, versions);
    expect(written).toEqual(theirs);
    const equal = osVif.equal(theirs.map((object, i) => [object, written[i]]));
    expect(equal.filter(Boolean)).toHaveLength(theirs.length);
  });

  it('are valid by the JSON Schemas', () => expect(invalidOf(theirs)).toEqual([]));
});

describe('objects made here', () => {
  const sample = <T>(values: fc.Arbitrary<T>) => fc.sample(values, { numRuns: each, seed });
  const ours: VersionedObject[] = [...objectClasses.values()].flatMap((type) => [
    ...sample(objectOf(type)),
    // As constructors do not make them: with whatever os-vif's fields take.
    ...sample(arbitraryPrimitive(type)).map((primitive) => fromPrimitive(primitive)),
  ]);

  it(`are written by vif object as by core, and os-vif reads and writes the same: ${ours.length} of them`, async () => {
    const written = await objectsOf(ours, versions);
    expect(written).toEqual(ours.map((object) => toPrimitive(object, { manifest: versions })));
    expect(osVif.echo(written)).toEqual(written);
  });

  it('are valid by the JSON Schemas', () => {
    expect(invalidOf(ours.map((object) => toPrimitive(object)))).toEqual([]);
  });
});

describe('for a peer with an older version of', () => {
  it.each(olderVersions())('%s, %s, objects are written as os-vif writes them', async (name, version) => {
    const concerned = theirs.filter((object) => JSON.stringify(object).includes(`"${name}"`));
    expect(concerned.length).toBeGreaterThanOrEqual(each);
    const manifest = { ...versions, [name]: version };
    const written = await objectsOf(concerned, manifest);
    expect(written).toEqual(osVif.older(concerned, name, version));
    expect(written.filter((object) => JSON.stringify(object).includes(`"${version}"`))).not.toEqual([]);
    expect(invalidOf(written)).toEqual([]);
    // What is written in the older version is read, too.
    expect(await objectsOf(written, manifest)).toEqual(written);
  });
});

it("what is written by os-vif's own manifests, which name no subclasses, os-vif reads", async () => {
  const vifs = Object.keys(versions).filter((name) => /^VIF(?!PortProfile)/.test(name));
  const manifest = osVif.manifest(vifs);
  expect(Object.keys(manifest).filter((name) => /^VIFPortProfile/.test(name))).toEqual([
    'VIFPortProfileBase',
  ]);
  const written = await objectsOf(
    theirs.filter((object) => vifs.includes(nameOf(object))),
    manifest,
  );
  expect(osVif.echo(written)).toEqual(written);
});

/** Every older version that os-vif had of a class. */
function olderVersions(): [name: string, version: string][] {
  return Object.entries(versions).flatMap(([name, version]) => {
    const [major, minor] = version.split('.');
    return Array.from({ length: Number(minor) }, (_, i): [string, string] => [name, `${major}.${i}`]);
  });
}

/** The objects that the schemas of their classes refuse, with the reason. */
function invalidOf(objects: readonly Primitive[]): unknown[] {
  return objects.flatMap((object) => {
    const validate = schemaOf(nameOf(object));
    return validate(object) ? [] : [{ object, errors: validate.errors }];
  });
}

function schemaOf(name: string): ValidateFunction {
  const known = schemas.get(name);
  if (known) return known;
  const file = new URL(`../../packages/core/schema/${name}.json`, import.meta.url);
  const compiled = new Ajv2020().compile(JSON.parse(readFileSync(file, 'utf8')));
  schemas.set(name, compiled);
  return compiled;
}
