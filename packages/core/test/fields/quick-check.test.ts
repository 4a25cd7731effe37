import { IsIn, ValidateIf } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { field } from '../../src/fields/field.js';
import { isCertainlyValid, violationsOf } from '../../src/fields/field-rule.js';
import { instantiate } from '../../src/fields/read-fields.js';

class Leaf {
  @field.cidr({ required: true })
  declare readonly cidr: string;
}

class Root {
  @field.uuid({ required: true })
  declare readonly id: string;

  @field.text({ nullable: true })
  declare readonly name?: string | null;

  @field.boolean({ default: true })
  declare readonly on: boolean;

  @field.object(() => Leaf)
  declare readonly leaf?: Leaf;

  @field.list(() => Leaf)
  declare readonly leaves?: readonly Leaf[];
}

/** A class of a vendor's, who asks for more than the declaration does. */
class Pickier extends Root {
  @IsIn(['a', 'b'])
  declare readonly name?: string | null;
}

/** In class-validator, a decorator takes the place of an inherited one of its kind. */
class Laxer extends Leaf {
  @ValidateIf(() => false)
  declare readonly cidr: string;
}

class Holder {
  @field.object(() => Root, { subclasses: true })
  declare readonly root?: Root;
}

const id = 'b3f4ad0c-9b7a-4a4e-8f43-1f8ce2d9a6d1';
const leaf = instantiate(Leaf, { cidr: '10.0.0.0/8' });
const badLeaf = instantiate(Leaf, { cidr: 'x' });

const right = [
  { id },
  { id, name: null },
  { id, name: 'a', on: false, leaf, leaves: [leaf, leaf] },
  { id, leaves: [] },
];
const wrong = [
  {},
  { id: 'x' },
  { id, name: 7 },
  { id, on: null },
  { id, leaf: badLeaf },
  { id, leaf: { cidr: '10.0.0.0/8' } },
  { id, leaf: null },
  { id, leaves: leaf },
  { id, leaves: [leaf, badLeaf] },
  { id, leaves: [null] },
];

describe('the quick check', () => {
  it.each(right)('takes what is right: %j', (values) => {
    const root = instantiate(Root, values);
    expect(isCertainlyValid(root, 'plug', false)).toBe(true);
    expect(isCertainlyValid(root, 'wire', false)).toBe(true);
  });

  it.each(wrong)('leaves the rest to class-validator, which finds something: %j', (values) => {
    const root = instantiate(Root, values);
    expect(isCertainlyValid(root, 'plug', false)).toBe(false);
    expect(violationsOf(root)).not.toEqual([]);
  });

  it('takes what lacks a required field only where that may be', () => {
    const root = instantiate(Root, { leaf: instantiate(Leaf, {}) });
    expect(isCertainlyValid(root, 'plug', true)).toBe(true);
    expect(isCertainlyValid(root, 'plug', false)).toBe(false);
  });

  it('goes by the level', () => {
    const root = instantiate(Root, { id, name: 'x'.repeat(300) });
    expect(isCertainlyValid(root, 'wire', false)).toBe(true);
    expect(isCertainlyValid(root, 'plug', false)).toBe(false);
  });

  it.each([Pickier, Laxer])('has no answer for a class with decorators of its own: %o', (type) => {
    const object = instantiate<object>(type, { id, name: 'a', cidr: '10.0.0.0/8' });
    expect(isCertainlyValid(object, 'plug', false)).toBe(false);
    expect(violationsOf(object)).toEqual([]);
  });

  it('has no answer for what has such an object in it', () => {
    const holderOf = (name: string) => instantiate(Holder, { root: instantiate(Pickier, { id, name }) });
    expect(isCertainlyValid(holderOf('a'), 'plug', false)).toBe(false);
    expect(violationsOf(holderOf('a'))).toEqual([]);
    expect(violationsOf(holderOf('c'))).toMatchObject([{ path: 'root.name' }]);
  });
});
