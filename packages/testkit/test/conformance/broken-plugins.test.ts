import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Runs the suite on plugins that are to fail, and returns what it reported of them, and what it printed. */
async function runSuite(directory: string): Promise<{ report: Report; printed: string }> {
  const folder = join(import.meta.dirname, 'broken');
  const vitest = join(import.meta.dirname, '../../../../node_modules/vitest/vitest.mjs');
  const file = join(directory, 'report.json');
  const config = ['--config', join(folder, 'vitest.config.ts')];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const { stdout } = await execa(process.execPath, [vitest, 'run', ...config, ...reporters], {
    cwd: folder,
    reject: false,
  });
  return { report: JSON.parse(await readFile(file, 'utf8')), printed: stripVTControlCharacters(stdout) };
}

let directory: string;
let suite: Awaited<ReturnType<typeof runSuite>>;
const namesOf = (status: string) =>
  suite.report.testResults
    .flatMap((file) => file.assertionResults)
    .filter((each) => each.status === status)
    .map(({ fullName }) => fullName.replace(' conformance', ''));

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vifkit-suite-'));
  suite = await runSuite(directory);
}, 60_000);
afterAll(() => rm(directory, { recursive: true }));

it('registers no test that a plugin has no case for, and says so', () => {
  const own = namesOf('passed').filter((name) => name.startsWith('Idle '));
  expect(own).toContain('Idle tap plugs, and a second plug has nothing to write');
  expect(own.filter((name) => /undoes|does the rest|survive JSON/.test(name))).toEqual([]);
  const unplug =
    "not applicable to 'tap' (its unplug writes nothing): does the rest of an unplug when a part of it fails, and that part the next time";
  expect(suite.printed.split('\n').filter((line) => line.includes("'tap' (its "))).toEqual([
    "not applicable to 'tap' (its plug writes nothing): undoes a plug that fails, wherever it fails; undoes a plug that is aborted, wherever it is; undoes a plug that hangs until its deadline, wherever it hangs",
    unplug,
    unplug, // LeavesTap's
  ]);
  expect(['skipped', 'pending', 'todo'].flatMap(namesOf)).toEqual([]);
});

it('finds what is wrong with plugins', () => {
  const failed = namesOf('failed');
  expect(failed).toEqual(
    expect.arrayContaining([
      "GoesByAnotherName describes the plugin 'broken' by its name",
      'AnnouncesLess announces the VIF classes of all requests',
      'LeavesTap tap leaves nothing behind when it is unplugged, and a second unplug has nothing to write',
      'Restless tap plugs, and a second plug has nothing to write',
      'NeedsPlug tap can be unplugged without ever having been plugged',
      'Irreversible tap undoes a plug that fails, wherever it fails',
    ]),
  );
  // What is announced, and not so. Each of these has but the one thing wrong.
  expect(failed.filter((name) => /^(Tap|Announces|NeedsNewFields|TakesAnything)/.test(name))).toEqual([
    'AnnouncesLess announces the VIF classes of all requests',
    "AnnouncesLess plugs what 'broken' announces, in every version",
    "AnnouncesLess refuses for 'broken' VIF classes that it does not announce",
    "AnnouncesOld announces of 'broken' the versions that there are",
    "AnnouncesNew plugs what 'broken' announces, in every version",
    "AnnouncesMore plugs what 'broken' announces, in every version",
    "AnnouncesMoreProfiles plugs what 'broken' announces, in every version",
    "NeedsNewFields plugs what 'broken' announces, in every version",
    "TakesAnything refuses for 'broken' VIF classes that it does not announce",
  ]);
});
