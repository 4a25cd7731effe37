import { isVifError } from '@vifkit/core';
import { toPrimitive, VIFBase } from '@vifkit/core/os-vif';
import type { ChangeResult, Settled } from '@vifkit/engine';
import type { Case } from './case.js';
import type { ConformanceRequest } from './conformance-request.js';
import { type Fixture, namesOn, type PlainRequest } from './fixture.js';

const twinId = '7e57ab1e-0000-4000-8000-000000000002';
const twinAddress = 'fa:16:3e:7e:57:02';
/** The kernel's maximum length of a link name. */
const maxNameLength = 15;

/** VIFs do not interfere with each other, whatever their names. */
export async function sideBySide(fixture: Fixture, subject: string): Promise<Case[]> {
  const { request, given } = fixture;
  const twin = given.twin === undefined && (await takesHardware(fixture)) ? undefined : twinOf(given);
  const noTwin = 'no second VIF can have its hardware: give `twin` to test this';
  const stretched = stretch(given);
  return [
    {
      subject,
      promise: 'side-by-side',
      says: 'can be plugged beside another VIF of its kind, and unplugged without harming that VIF',
      inapplicable: twin ? undefined : noTwin,
      async run(look) {
        if (!twin) return;
        const other = await fixture.with(twin).startPlugged();
        const alone = { names: namesOn(other.host), vendor: await other.vendorState() };
        const bench = await fixture.start();
        const vendor = await bench.vendorState();
        const { host, driver } = bench;
        await driver.plug(request);
        await driver.plug(twin);
        look.none(
          (await driver.check(request)).differences,
          'what check finds of the first, once both are plugged',
        );
        look.none((await driver.check(twin)).differences, 'what check finds of the second');
        await driver.unplug(request);
        look.none(
          (await driver.check(twin)).differences,
          'what check finds of the second, without the first',
        );
        look.equal(await bench.vendorState(), alone.vendor, 'the vendor’s side, without the first');
        const extra = alone.names.filter((name) => !namesOn(host).includes(name));
        look.none(extra, 'what the unplug of the first took from the second');
        await driver.unplug(twin);
        look.none(
          namesOn(host).filter((name) => !fixture.mayStay.has(name)),
          'what both left behind',
        );
        look.equal(await bench.vendorState(), vendor, 'what both left at the vendor’s side');
      },
    },
    {
      subject,
      promise: 'at-once',
      says: 'can be plugged and unplugged at the same time as another VIF of its kind',
      inapplicable: twin ? undefined : noTwin,
      async run(look) {
        if (!twin) return;
        const sequence = await fixture.start();
        for (const each of [request, twin]) await sequence.driver.plug(each);
        const both = { names: namesOn(sequence.host).sort(), vendor: await sequence.vendorState() };
        const bench = await fixture.start();
        const { host, driver } = bench;
        const vendor = await bench.vendorState();
        look.none(failuresOf(await driver.plugAll([request, twin])), 'what fails of a plug of both');
        for (const each of [request, twin]) {
          look.none(
            (await driver.check(each)).differences,
            'what check finds, once both are plugged at once',
          );
        }
        look.equal(namesOn(host).sort(), both.names, 'what there is of both');
        look.equal(await bench.vendorState(), both.vendor, 'the vendor’s side, with both');
        look.none(failuresOf(await driver.unplugAll([request, twin])), 'what fails of an unplug of both');
        look.none(
          namesOn(host).filter((name) => !fixture.mayStay.has(name)),
          'what an unplug of both left behind',
        );
        look.equal(await bench.vendorState(), vendor, 'what it left at the vendor’s side');
      },
    },
    {
      subject,
      promise: 'long-names',
      says: `takes a VIF whose device has a name of ${maxNameLength} bytes, or says that it does not`,
      inapplicable: stretched ? undefined : 'its VIF names no device',
      async run(look) {
        const { driver } = await fixture.start();
        const code = await driver.plug(stretched).then(
          () => 'plugged',
          (error: unknown) => (isVifError(error) ? error.code : String(error)),
        );
        look.holds(
          !['INVALID_PLAN', 'PLUGIN_FAILED'].includes(code),
          `it is plugged or refused, and not ${code}`,
        );
      },
    },
  ];
}

function failuresOf(results: readonly Settled<ChangeResult>[]): string[] {
  return results.flatMap((each) => (each.ok ? [] : String(each.error)));
}

/** Whether the VIF uses a function of a card, which can only belong to one VIF. */
async function takesHardware(fixture: Fixture): Promise<boolean> {
  const bench = await fixture.start();
  await bench.driver.plan(fixture.request).catch(() => undefined); // another case reports why
  return bench.watch.last('plug').some(({ kind }) => kind === 'vf');
}

/** The request for another VIF: other ids, addresses and names, everything else the same. */
function twinOf({ twin, ...given }: ConformanceRequest): PlainRequest | undefined {
  if (typeof twin === 'object' && twin !== null) return requestOf({ ...given, ...twin });
  const vif = plainVif(given.vif);
  if (twin === false || !vif || /"(dev_address|pci_slot|pf_mac_address)":"/.test(JSON.stringify(given)))
    return undefined;
  const data = dataOf(vif);
  const { id, address } = data;
  if (typeof id !== 'string') return undefined;
  const pairs: readonly (readonly [unknown, string])[] = [
    [id, twinId],
    [id.slice(0, 11), twinId.slice(0, 11)],
    [address, twinAddress],
    [data.vif_name ?? data.devname, `tap${twinId.slice(0, 11)}`],
    [data.path, `${String(data.path)}-2`],
  ];
  let text = JSON.stringify({ ...given, vif });
  for (const [from, to] of pairs) {
    if (typeof from === 'string' && from !== '') text = text.replaceAll(from, to);
  }
  return requestOf(JSON.parse(text));
}

/** The request, with the longest name of its device that the kernel takes. */
function stretch(given: ConformanceRequest): PlainRequest | undefined {
  const vif = plainVif(given.vif);
  if (!vif) return undefined;
  const { vif_name, devname } = dataOf(vif);
  const name = vif_name ?? devname;
  if (typeof name !== 'string' || name.length < 3) return undefined;
  const text = JSON.stringify({ ...given, vif }).replaceAll(
    `"${name}"`,
    `"${name.padEnd(maxNameLength, 'x')}"`,
  );
  return requestOf(JSON.parse(text));
}

function requestOf({ leaves, twin, ...request }: ConformanceRequest): PlainRequest {
  const keys = ['id', 'vif', 'instance', 'flavor', 'image', 'host', 'firewall', 'routing'];
  const entries = Object.entries(request).filter(([key]) => keys.includes(key));
  return { vif: request.vif, instance: request.instance, ...Object.fromEntries(entries) };
}

type Json = Readonly<Record<string, unknown>>;

function plainVif(vif: unknown): Json | undefined {
  if (vif instanceof VIFBase) return { ...toPrimitive(vif) };
  return typeof vif === 'object' && vif !== null ? { ...vif } : undefined;
}

/** The fields: of an object on the wire they are one level down. */
function dataOf(vif: Json): Json {
  const data = vif['versioned_object.data'];
  return typeof data === 'object' && data !== null ? { ...data } : vif;
}
