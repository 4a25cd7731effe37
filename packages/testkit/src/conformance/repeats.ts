import type { LegKind } from '@vifkit/core/connection';
import type { Case } from './case.js';
import { type Fixture, namesOn, writesSince } from './fixture.js';
import { isVendors } from './watch.js';

/** The legs that a plug makes. The others are as good as the host that the suite is given. */
const ownLegs: readonly LegKind[] = [
  'guestLink',
  'bridgeMember',
  'veth',
  'vlan',
  'checksum',
  'guestFilter',
  'ovsPort',
];

/** Plug and unplug can be repeated, and an unplug undoes a plug. */
export function repeats(fixture: Fixture, subject: string): Case[] {
  const { request } = fixture;
  return [
    {
      subject,
      promise: 'plug-repeats',
      says: 'plugs, and a second plug has nothing to write',
      async run(look) {
        const bench = await fixture.start();
        const { host, driver } = bench;
        await driver.plug(request);
        const [plugged, count] = [await bench.state(), host.writes.length];
        await driver.plug(request);
        look.none(writesSince(host, count), 'what the second plug wrote');
        look.equal(await bench.state(), plugged, 'the host and the vendor’s side after the second plug');
        const { differences, connection } = await driver.check(request);
        look.none(differences, 'what check finds');
        const made = connection?.legs.filter(({ leg }) => ownLegs.includes(leg)) ?? [];
        look.none(
          made.filter(({ state }) => state === 'broken'),
          'what is broken of the path to the network',
        );
      },
    },
    {
      subject,
      promise: 'plug-removes-nothing',
      says: 'removes nothing that was on the host when it is plugged',
      async run(look) {
        const { host, driver } = await fixture.start();
        const before = namesOn(host);
        await driver.plug(request);
        const now = new Set(namesOn(host));
        look.none(
          before.filter((name) => !now.has(name)),
          'what the plug removed',
        );
      },
    },
    {
      subject,
      promise: 'unplug-cleans',
      says: 'leaves nothing behind when it is unplugged, and a second unplug has nothing to write',
      async run(look) {
        const bench = await fixture.start();
        const { host, driver } = bench;
        const vendor = await bench.vendorState();
        const own = (await bench.wanting()).filter(isVendors);
        const functions = host.snapshot().vfs;
        await driver.plug(request);
        await driver.unplug(request);
        const left = namesOn(host).filter((name) => !fixture.mayStay.has(name));
        look.none(left, 'what the unplug left behind');
        look.none(await bench.marked(), 'what still carries the VIF’s mark after the unplug');
        look.equal(host.snapshot().vfs, functions, 'the virtual functions after the unplug');
        look.equal(await bench.vendorState(), vendor, 'what the unplug left at the vendor’s side');
        const undone = (await bench.wanting()).filter(isVendors);
        look.equal(undone, own, 'the custom steps, and those of its own kinds, that a plug would do again');
        const [count, state] = [host.writes.length, await bench.state()];
        await driver.unplug(request);
        look.none(writesSince(host, count), 'what the second unplug wrote');
        look.equal(await bench.state(), state, 'the host and the vendor’s side after the second unplug');
      },
    },
    {
      subject,
      promise: 'plug-again',
      says: 'can be plugged again after an unplug',
      async run(look) {
        const bench = await fixture.startPlugged();
        const { driver } = bench;
        const plugged = await bench.vendorState();
        await driver.unplug(request);
        await driver.plug(request);
        look.none((await driver.check(request)).differences, 'what check finds');
        look.equal(await bench.vendorState(), plugged, 'the vendor’s side');
      },
    },
    {
      subject,
      promise: 'unplug-unplugged',
      says: 'can be unplugged without ever having been plugged',
      async run(look) {
        const bench = await fixture.start();
        const before = await bench.state();
        await bench.driver.unplug(request);
        look.none(writesSince(bench.host, 0), 'what the unplug wrote');
        look.equal(await bench.state(), before, 'the host and the vendor’s side');
      },
    },
    {
      subject,
      promise: 'another-process',
      says: 'is known to another process, which can check, plug and unplug it',
      async run(look) {
        const bench = await fixture.start();
        const vendor = await bench.vendorState();
        await bench.driver.plug(request);
        const [plugged, count] = [await bench.state(), bench.host.writes.length];
        const other = bench.anotherDriver();
        look.none((await other.check(request)).differences, 'what its check finds');
        await other.plug(request);
        look.none(writesSince(bench.host, count), 'what its plug wrote');
        look.equal(await bench.state(), plugged, 'the host and the vendor’s side after its plug');
        await bench.anotherDriver().unplug(request);
        const left = namesOn(bench.host).filter((name) => !fixture.mayStay.has(name));
        look.none(left, 'what its unplug left behind');
        look.equal(await bench.vendorState(), vendor, 'what its unplug left at the vendor’s side');
      },
    },
    {
      subject,
      promise: 'closes',
      says: 'can be closed after use',
      async run(look) {
        const bench = await fixture.startPlugged();
        await bench.driver.unplug(request);
        bench.failures.length = 0;
        await bench.driver.close();
        look.none(bench.failures, 'what could not be disposed of');
      },
    },
  ];
}
