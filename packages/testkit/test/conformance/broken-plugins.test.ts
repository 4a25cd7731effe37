import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Runs the suite on plugins that are no good, and returns what it told of them. */
function runSuite(): Promise<Report> {
  const folder = join(import.meta.dirname, 'broken');
  const vitest = join(import.meta.dirname, '../../../../node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--config', join(folder, 'vitest.config.ts'), '--reporter=json'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: folder }, (_error, stdout, stderr) => {
      const start = stdout.indexOf('{');
      if (start < 0) reject(new Error(`vitest did not report: ${stdout}${stderr}`));
      else resolve(JSON.parse(stdout.slice(start)));
    });
  });
}

it('the suite finds what is wrong with plugins', { timeout: 60_000 }, async () => {
  const { testResults } = await runSuite();
  const failed = testResults
    .flatMap((file) => file.assertionResults)
    .filter(({ status }) => status === 'failed')
    .map(({ fullName }) => fullName.replace(' conformance', ''));
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
