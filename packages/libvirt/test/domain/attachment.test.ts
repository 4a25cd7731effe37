import { describe, expect, it } from 'vitest';
import { DomainVifs, Virsh } from '../../src/domain/index.js';
import { FakeLibvirt, uuid } from './fake-libvirt.js';

const id = '0d9c1d8e-5f2b-4a53-8a3e-0b3f5d6a7c81';
const request = { vif: { id, address: 'fa:16:3e:00:00:01', type: 'ovs' }, instance: { uuid } };
const other = {
  ...request,
  vif: { ...request.vif, id: id.replace(/^0d/, '0e'), address: 'fa:16:3e:00:00:02' },
};

const domains = {
  'a running guest of a persistent domain': ['live', 'config'],
  'a transient domain': ['live'],
  'a domain that is shut off': ['config'],
} as const;

/** Fires after so many milliseconds. */
function within(milliseconds: number): AbortSignal {
  const over = new AbortController();
  setTimeout(() => over.abort(), milliseconds).unref();
  return over.signal;
}

const signal = () => within(30_000);

function vifsOf(libvirt: FakeLibvirt): DomainVifs {
  return new DomainVifs(new Virsh(libvirt.commands, undefined), libvirt.driver);
}

/** A domain that has another card, and this one too if it is told so. */
async function domainWith(
  kind: keyof typeof domains,
  has: 'the card' | 'another card',
): Promise<FakeLibvirt> {
  const libvirt = new FakeLibvirt({ configurations: domains[kind] });
  await vifsOf(libvirt).attach('guest', other, { signal: signal() });
  if (has === 'the card') await vifsOf(libvirt).attach('guest', request, { signal: signal() });
  return libvirt;
}

it('the times of a call are those of what it asks of the driver', async () => {
  const libvirt = new FakeLibvirt();
  const given: object[] = [];
  const noting =
    <T extends unknown[], R>(method: (...args: T) => R) =>
    (...args: T) => {
      const { signal: _, ...options } = Object(args.at(-1));
      given.push(options);
      return method(...args);
    };
  const { config, plug, unplug, waitReady } = libvirt.driver;
  const driver = {
    config: noting(config),
    plug: noting(plug),
    unplug: noting(unplug),
    waitReady: noting(waitReady),
  };
  const vifs = new DomainVifs(new Virsh(libvirt.commands, undefined), driver);
  const times = { timeout: 45_000, undoTimeout: 1_000 };
  await vifs.attach('guest', request, { signal: signal(), wait: true, ...times });
  await vifs.detach('guest', id, { signal: signal(), ...times });
  expect(given).toEqual([times, { ...times, wait: true }, { timeout: 45_000 }, times]);
});

it('requests that are more than virsh can be given are refused, and the domain and the host are as before', async () => {
  const libvirt = await domainWith('a running guest of a persistent domain', 'another card');
  const before = libvirt.state;
  const large = { ...request, vif: { ...request.vif, profile: { notes: 'x'.repeat(131_072) } } };
  await expect(vifsOf(libvirt).attach('guest', large, { signal: signal() })).rejects.toMatchObject({
    code: 'LIBVIRT_FAILED',
    message: expect.stringMatching(
      /^The requests of domain guest have 13\d{4} bytes, and its metadata takes 131071/,
    ),
  });
  expect(libvirt.state).toEqual(before);
});

describe.each(Object.keys(domains) as (keyof typeof domains)[])('%s', (kind) => {
  it('has a card attached, and again without a change, and is as before once it is detached', async () => {
    const libvirt = await domainWith(kind, 'another card');
    const before = libvirt.state;
    const attached = await vifsOf(libvirt).attach('guest', request, { signal: signal(), wait: true });
    expect(attached).toMatchObject({ vifId: id, configurations: domains[kind], changes: [{}] });
    const having = libvirt.state;
    expect(having).not.toEqual(before);
    const again = await vifsOf(libvirt).attach('guest', request, { signal: signal() });
    expect(again.changes).toEqual([]);
    expect(libvirt.state).toEqual(having);
    const detached = await vifsOf(libvirt).detach('guest', id, { signal: signal() });
    expect(detached).toMatchObject({ configurations: domains[kind], changes: [{}] });
    expect(libvirt.state).toEqual(before);
  });

  it.each(['refused', 'unheard'] as const)(
    'is as before whichever step of an attachment fails: %s',
    async (how) => {
      const whole = await domainWith(kind, 'another card');
      const from = whole.calls.length;
      await vifsOf(whole).attach('guest', request, { signal: signal(), wait: true });
      const steps = whole.calls.slice(from);
      expect(steps).toEqual(expect.arrayContaining(['plug', 'virsh attach-device', 'virsh metadata']));
      for (const [i, step] of steps.entries()) {
        const libvirt = await domainWith(kind, 'another card');
        const before = libvirt.state;
        libvirt.failAt(i + 1, how);
        const attaching = vifsOf(libvirt).attach('guest', request, { signal: signal(), wait: true });
        await expect(attaching, step).rejects.toMatchObject({ message: expect.stringContaining(step) });
        // A plug that fails has undone itself: that is the engine's.
        if (step === 'plug') libvirt.plugged.delete(id);
        expect(libvirt.state, `${i}: ${step}`).toEqual(before);
      }
    },
  );

  it.each(['refused', 'unheard'] as const)(
    'has its card and all behind it whichever step of taking it away fails, and can be asked again: %s',
    async (how) => {
      const whole = await domainWith(kind, 'the card');
      const from = whole.calls.length;
      await vifsOf(whole).detach('guest', id, { signal: signal() });
      const after = whole.state;
      const steps = whole.calls.slice(from);
      expect(steps).toEqual(expect.arrayContaining(['virsh detach-device', 'virsh metadata', 'unplug']));
      for (const [i, step] of steps.entries()) {
        const libvirt = await domainWith(kind, 'the card');
        const before = sorted(libvirt);
        libvirt.failAt(i + 1, how);
        const detaching = vifsOf(libvirt).detach('guest', id, { signal: signal() });
        await expect(detaching, step).rejects.toMatchObject({ message: expect.stringContaining(step) });
        if (step !== 'unplug') expect(sorted(libvirt), `${i}: ${step}`).toEqual(before);
        await vifsOf(libvirt).detach('guest', id, { signal: signal() });
        expect(libvirt.state, `again after ${i}: ${step}`).toEqual(after);
      }
    },
  );
});

/** Cards that are put back come last. */
function sorted(libvirt: FakeLibvirt) {
  const { contents, plugged } = libvirt.state;
  return {
    plugged,
    contents: contents.map((each) =>
      each.map((part) => (Array.isArray(part) ? part.map(compact).sort() : part)),
    ),
  };
}

const compact = (xml: string) => xml.replaceAll(/>\s+</g, '><');

it('waits until the guest has let go, asks again meanwhile, and says so if it does not', async () => {
  const libvirt = new FakeLibvirt({ configurations: ['live'], looks: 1_000 });
  await vifsOf(libvirt).attach('guest', request, { signal: signal() });
  const having = libvirt.state;
  const detaching = vifsOf(libvirt).detach('guest', id, { signal: within(500) });
  await expect(detaching).rejects.toMatchObject({ code: 'DEVICE_NOT_RELEASED', vifId: id });
  expect(libvirt.state).toEqual(having);
});
