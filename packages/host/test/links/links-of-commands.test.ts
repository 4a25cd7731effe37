import type { LinkStep } from '@vifkit/core/steps';
import { Deadline } from '@vifkit/engine/time';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import { inspectLink } from '../../src/links/inspect-link.js';
import { LinkRunner } from '../../src/links/link-runner.js';

const soon = () => new Deadline(10_000).signal;
const step: LinkStep = {
  kind: 'link',
  name: 'fp0',
  create: { type: 'command' },
  set: { up: true, mtu: 1400 },
};

/** Inspects the step, lets a command make its link, applies the step, and undoes it. */
async function run(makesIt: boolean) {
  const host = memoryHost();
  const { links } = host;
  const runner = new LinkRunner(links);
  const [inspection = { differences: [] }] = await runner.inspect([{ step, vifId: 'a' }], soon());
  if (makesIt) links.kernel.put({ name: 'fp0', type: 'fp' });
  if (!inspection.change) throw new Error('Nothing differs');
  const task = { step, vifId: 'a', change: inspection.change };
  const [outcome = {}] = await runner.apply([task], soon());
  const applied = links.snapshot();
  const undone = await runner.undo([{ ...task, outcome }], soon());
  return { inspection, outcome, applied, undone, writes: host.writes };
}

describe('a link that a command makes', () => {
  it('is to be made while it is missing', async () => {
    const { inspection } = await run(true);
    expect(inspection).toMatchObject({ creates: true, differences: [{ attribute: 'exists' }] });
    expect(inspection.blocked).toBeUndefined();
  });

  it('is set and marked once it is there, and left to the command when that is undone', async () => {
    const { outcome, applied, undone, writes } = await run(true);
    expect(outcome).toEqual({ done: 'all' });
    expect(applied).toMatchObject({ fp0: { up: true, mtu: 1400, alias: 'vifkit:a' } });
    expect(undone).toEqual([undefined]);
    expect(writes.map(({ what }) => what)).toEqual(['set fp0']);
  });

  it('fails the step if the command has not made it', async () => {
    expect((await run(false)).outcome.error).toMatchObject({
      code: 'LINK_COMMAND_FAILED',
      message: expect.stringContaining('Cannot find device "fp0"'),
    });
  });

  it('may be of any type', () => {
    const state = { name: 'fp0', type: 'dummy', up: true, mtu: 1400, address: '', promisc: false };
    expect(inspectLink(step, 'vif', state)).toMatchObject({ differences: [] });
  });
});
