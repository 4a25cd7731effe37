import { errorCodes } from '@vifkit/core';

/** How a run of the command ended. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What Node.js or V8 says, where one of ours should have; or where it was thrown. */
const raw =
  /Cannot read prop|Cannot destructure|is not (a function|iterable|a constructor)|ERR_(INVALID|OUT_OF|MISSING)|TypeError|RangeError|^\s+at |node:internal|UnhandledPromise|NOT CODED/m;

/** Of a message for people: a code, usage, or input that cannot be read. */
const known =
  /^(vif: (([A-Z][A-Z_]+): .*|Cannot read .*|The list of VIFs to keep .*|Specify which VIFs .*|There (is|are) no .*|[a-z]+: \d+ .* in [\d.]+ s)|error: .*|\(Did you mean .*|Usage: vif .*)$/;

/** What is wrong with how a run ended; nothing, if all is well. */
export function faultsOf({ status, stdout, stderr }: Outcome, isJson: boolean): string[] {
  const faults: string[] = [];
  if (status === null || status > 3) faults.push(`status ${status}`);
  if (raw.test(stderr)) faults.push(`raw: ${stderr.slice(0, 500)}`);
  const [first = ''] = stderr.split('\n');
  const isLog = first.startsWith('{"level":');
  if (status !== 0 && first !== '' && !isLog && !known.test(first))
    faults.push(`unknown: ${first.slice(0, 300)}`);
  if (status === 2 && stderr === '') faults.push('a refusal without a word');
  for (const [, told, logged] of stderr.matchAll(/^vif: ([A-Z][A-Z_]+): |^\{"level":.*"code":"([^"]*)"/gm)) {
    const code = told ?? logged ?? '';
    if (!(code in errorCodes)) faults.push(`code ${code}`);
  }
  if (isJson) faults.push(...stdout.split('\n').filter(Boolean).flatMap(faultsOfLine));
  return faults;
}

function faultsOfLine(line: string): string[] {
  try {
    const { error } = JSON.parse(line) as { error?: { code: string; message: string } };
    if (error === undefined) return [];
    if (!(error.code in errorCodes)) return [`code ${error.code}`];
    return raw.test(error.message) ? [`raw: ${error.message}`] : [];
  } catch {
    return [`no JSON: ${line.slice(0, 100)}`];
  }
}
