import { expect, it } from 'vitest';
import { legsOfPlan } from '../../src/plan/legs-of-plan.js';
import { hybridLinks } from '../../src/plugin/recipes.js';

const vifId = 'ac3e2f74-815d-4daf-9f2e-41709cb36e03';
const [, qvb = '', qvo = ''] = hybridLinks({ vifId }).map(({ name }) => name);

it('has a leg for the checksums of a pair whose other end is a port, be the datapath known or not', () => {
  const port = { kind: 'ovsPort', name: qvo, bridge: 'br-int', externalIds: {}, wired: true } as const;
  const legs = legsOfPlan([...hybridLinks({ vifId }), port]);
  expect(legs.filter(({ kind }) => kind === 'checksum')).toEqual([
    { kind: 'checksum', name: qvb, bridge: 'br-int' },
  ]);
  expect(legsOfPlan(hybridLinks({ vifId })).some(({ kind }) => kind === 'checksum')).toBe(false);
});

it('turns the checksum offload of the end in the bridge off for a datapath in userspace alone', () => {
  const settings = (inUserspace: boolean) =>
    hybridLinks({ vifId, inUserspace }).map(({ set }) => set?.checksumOffload);
  expect(settings(true)).toEqual([undefined, false, undefined]);
  expect(settings(false)).toEqual([undefined, undefined, undefined]);
});
