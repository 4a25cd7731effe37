import * as osVif from '@vifkit/core/os-vif';
import { describe, expect, it } from 'vitest';
import { codeBlock, readDocument } from './code-block.js';
import { active, address, down, forOlderPeer, same } from './objects-example.js';

const document = 'docs/objects.md';
const block = (heading: string) => JSON.parse(codeBlock(document, heading, 'json'));

describe(document, () => {
  it('has the very text of objects-example.ts, which is run here', () => {
    expect(codeBlock(document, '## In TypeScript', 'ts')).toBe(readDocument('test/docs/objects-example.ts'));
    expect({ address, active, same }).toEqual({
      address: 'fa:16:3e:10:00:01',
      active: [true, false],
      same: true,
    });
    expect([down.active, osVif.isSet(down, 'vif_name')]).toEqual([false, false]);
  });

  it('shows it on the wire', () => {
    const vif = down.copy({ active: undefined, vif_name: 'tap1b7a5a3e-6f' });
    expect(osVif.fromPrimitive(block('## On the wire')).equals(vif)).toBe(true);
    expect(osVif.toPrimitive(vif)).toEqual(block('## On the wire'));
  });

  it('shows it as an older peer gets it', () => {
    const { network, port_profile } = forOlderPeer['versioned_object.data'];
    expect({ network, port_profile }).toEqual(block('## Versions'));
  });

  it('lists every class with its version, and the fields that came later', () => {
    const rows = [...readDocument(document).matchAll(/^\| (\w+) \| (\d+\.\d+) \| (.*?) *\|$/gm)];
    expect(rows.map(([, ...row]) => row)).toEqual(
      classes.map(([name, type]) => [name, newestOf(type), laterFieldsOf(name, type)]).sort(),
    );
  });
});

type ObjectClass = { readonly prototype: osVif.VersionedObject };

const classes = Object.entries(osVif).filter(
  (entry): entry is [string, typeof osVif.VersionedObject] =>
    typeof entry[1] === 'function' && entry[1].prototype instanceof osVif.VersionedObject,
);

function newestOf(type: ObjectClass): string {
  return osVif.toPrimitive(Object.create(type.prototype))['versioned_object.version'];
}

/** What each version has that the one before lacks, as the document says it. */
function laterFieldsOf(name: string, type: ObjectClass): string {
  // Every field set: what it holds does not matter here.
  const names = Object.keys(
    Object(osVif.jsonSchemaOf(type)).$defs[name].properties['versioned_object.data'].properties,
  );
  const value = { value: null, enumerable: true };
  const object = Object.create(type.prototype, Object.fromEntries(names.map((field) => [field, value])));
  const newest = Number(newestOf(type).split('.')[1]);
  const versions = Array.from({ length: newest + 1 }, (_, minor) => {
    const version = `1.${minor}`;
    const { 'versioned_object.data': data } = osVif.toPrimitive(object, { manifest: { [name]: version } });
    return { version, fields: Object.keys(data) };
  });
  return versions
    .map(({ version, fields }, index) => {
      const before = versions[index - 1]?.fields ?? fields;
      const added = fields.filter((field) => !before.includes(field)).map((field) => `\`${field}\``);
      return added.length > 0 ? `${version}: ${added.join(', ')}` : '';
    })
    .filter(Boolean)
    .join('; ');
}
