import { isVifError } from '@vifkit/core';
import type { Step } from '@vifkit/core/steps';
import type { Case } from './case.js';
import type { Fixture, PlainRequest } from './fixture.js';
import type { GuestTap } from './recorded-guest.js';
import { isVendors } from './watch.js';

/** What a plugin says about the guest's device fits what its plug makes. */
export async function guestDevice(fixture: Fixture, subject: string): Promise<Case[]> {
  const { request } = fixture;
  const device = await deviceOf(fixture);
  const planned = await planOf(fixture);
  const tap = device?.tap;
  const made = tap && createdIn(planned, tap.name);
  const noTap = 'its guest opens no tap of which the plugin says who makes it';
  return [
    {
      subject,
      promise: 'config-repeats',
      says: 'describes a valid device for the guest, always the same, and changes nothing',
      inapplicable: device?.path === 'os-vif' ? 'core configures the device of its os-vif object' : undefined,
      async run(look) {
        const bench = await fixture.start();
        const [before, wanting] = [await bench.state(), await bench.wanting()];
        await bench.driver.config(request);
        const { backend } = bench.guest;
        await bench.anotherDriver().config(request);
        look.equal(bench.guest.backend, backend, 'the device in another process');
        look.equal(await bench.state(), before, 'the host and the vendor’s side afterwards');
        look.equal(await bench.wanting(), wanting, 'what a plug would write afterwards');
      },
    },
    {
      subject,
      promise: 'taps-are-declared',
      says: 'makes the tap of the guest if it says so, and only then',
      inapplicable: tap ? undefined : noTap,
      async run(look) {
        const isMade = made !== undefined;
        look.holds(
          tap?.isDeclared === true || !isMade,
          'the tap that the plug makes is declared, by `makesTaps` or `managed: false`',
        );
        look.holds(
          tap?.isDeclared !== true || isMade || planned.some(isOpaque),
          `a step of the plug makes the tap ${tap?.name}, as is declared`,
        );
      },
    },
    {
      subject,
      promise: 'taps-have-queues',
      says: 'makes the tap of the guest for as many queues as its card has',
      inapplicable: tap && made === 'tap' ? undefined : 'its plug makes no tap for the guest',
      async run(look) {
        for (const vcpus of [1, 4]) {
          const found = await queuesOf(fixture.with(withProcessors(request, vcpus)));
          const wanted = found?.tap.multiQueue ?? vcpus > 1;
          look.same(found?.multiQueue ?? wanted, wanted, `multiQueue of the tap, for ${vcpus} vCPUs`);
        }
      },
    },
  ];
}

/** The path of the request, and its guest's tap; undefined if that cannot be told, as another case reports. */
async function deviceOf(
  fixture: Fixture,
): Promise<{ readonly path: string; readonly tap: GuestTap | undefined } | undefined> {
  const { driver, guest } = await fixture.start();
  return driver.config(fixture.request).then(
    ({ path }) => ({ path, tap: guest.tap }),
    () => undefined,
  );
}

async function planOf(fixture: Fixture): Promise<readonly Step[]> {
  const bench = await fixture.start();
  await bench.driver.plan(fixture.request).catch(() => undefined); // another case reports why
  return bench.watch.last('plug');
}

/** How the plan makes a link, if it does. */
function createdIn(plan: readonly Step[], name: string): string | undefined {
  return plan.flatMap((step) => (step.kind === 'link' && step.name === name && step.create?.type) || [])[0];
}

/** Whether nobody can see what the step makes. */
function isOpaque(step: Step): boolean {
  return step.kind === 'command' || isVendors(step);
}

/** The queues of the guest's tap in the plan; undefined if the plugin refuses such a guest. */
async function queuesOf(
  fixture: Fixture,
): Promise<{ readonly tap: GuestTap; readonly multiQueue: boolean } | undefined> {
  const bench = await fixture.start();
  try {
    await bench.driver.config(fixture.request);
    await bench.driver.plan(fixture.request);
  } catch (error) {
    if (isVifError(error, 'UNSUPPORTED_VIF')) return undefined;
    throw error;
  }
  const { tap } = bench.guest;
  const step = bench.watch.last('plug').find((each) => each.kind === 'link' && each.name === tap?.name);
  if (!tap || step?.kind !== 'link' || step.create?.type !== 'tap') return undefined;
  return { tap, multiQueue: step.create.multiQueue ?? false };
}

/** The request for a guest with this many processors, whose virtio cards get a queue for each. */
function withProcessors(request: PlainRequest, vcpus: number): PlainRequest {
  const guest = {
    flavor: { vcpus },
    image: { properties: { hw_vif_model: 'virtio', hw_vif_multiqueue_enabled: 'true' } },
    host: { virt_type: 'kvm' },
  };
  return { ...request, ...guest };
}
