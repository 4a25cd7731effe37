import { validateSync } from 'class-validator';
import { expect, it } from 'vitest';
import * as decorators from '../../src/fields/decorators.js';
import { IsUrl } from '../../src/validation.js';

const { IsLinkName } = decorators;

const values: Record<keyof typeof decorators, readonly [good: unknown, bad: unknown]> = {
  IsLinkName: ['eth0', 'all'],
  IsMacAddress: ['fa:16:3e:83:fe:fc', 'fa:16'],
  IsPciAddress: ['0000:05:10.1', '05:10.1'],
  IsIpAddress: ['::1', '::1%lo'],
  IsCidr: ['10.0.0.0/8', '10.0.0.0'],
  IsUuid: ['2265b1f5-91b7-d8f1-cd61-1027c386bbc4', '2265b1f5'],
  IsPlainText: ['Zoë', '\n'],
  IsSocketPath: ['/run/x', 'run/x'],
  IsMtu: [1500, 0],
  IsVlanId: [7, 4096],
};

it.each(Object.entries(decorators))('%s checks a property', (name, decorator) => {
  class Options {
    option: unknown;
  }
  decorator()(Options.prototype, 'option');
  const check = (option: unknown) =>
    validateSync(Object.assign(new Options(), { option })).flatMap((problem) =>
      Object.values(problem.constraints ?? {}),
    );

  const [good, bad] = values[name as keyof typeof decorators];
  expect(check(good)).toEqual([]);
  expect(check(bad)).toEqual([expect.stringMatching(/^option must be /)]);
});

it('takes the options of class-validator', () => {
  class Options {
    @decorators.IsLinkName({ each: true, message: 'names, please' })
    declare links: string[];
  }
  const options = Object.assign(new Options(), { links: ['eth0', 'a/b'] });
  expect(validateSync(options)[0]?.constraints).toEqual({ linkName: 'names, please' });
});

it('names what is wrong in a list, and which URLs are right', () => {
  class Lists {
    @IsLinkName({ each: true })
    uplinks: readonly string[] = ['a b'];

    @IsUrl(['https', 'unix'])
    endpoint = 'http://localhost';

    @IsUrl(['https'], { each: true })
    endpoints: readonly string[] = ['x'];
  }
  const messages = validateSync(new Lists()).flatMap(({ constraints = {} }) => Object.values(constraints));
  expect(messages).toEqual([
    expect.stringMatching(/^each value in uplinks must be a link name/),
    'endpoint must be a URL that begins with https:// or unix://',
    'each value in endpoints must be a URL that begins with https://',
  ]);
});
