import { asVifError, VifError } from '@vifkit/core';
import { isUuid } from '@vifkit/core/internal';
import { parseRequest } from '@vifkit/core/nova';
import {
  type Attached,
  type DomainCallOptions,
  type DomainRequest,
  DomainVifs,
  Virsh,
  vifIdOf,
  writeRequests,
} from '@vifkit/libvirt/domain';
import type { Driver, Environment } from '../settings/environment.js';
import type { Settings } from '../settings/settings.js';
import { errorJson, errorLine } from '../terminal/errors.js';
import { openLogger } from '../terminal/log.js';
import { styleFor } from '../terminal/output.js';
import { abortOnSignals } from '../terminal/signals.js';
import { printable, tree } from '../terminal/text.js';
import { instanceOfPlugged, timeoutOf } from './request-commands.js';
import { readAll } from './with-driver.js';

/** Plugs the VIFs of requests and attaches their cards to a domain, one after the other. */
export function attach(
  settings: Settings,
  environment: Environment,
  [domain = '', file = '-']: readonly string[],
): Promise<number> {
  const { wait } = settings;
  return forRequests(settings, environment, file, (vifs, request, options) =>
    vifs.attach(domain, request, { ...options, ...(wait !== undefined && { wait }) }),
  );
}

/** Detaches the cards of requests, or of one VIF given by its id, from a domain, and unplugs the VIFs. */
export function detach(
  settings: Settings,
  environment: Environment,
  [domain = '', what = '-']: readonly string[],
): Promise<number> {
  if (isUuid(what) && settings.instance !== undefined) throw instanceOfPlugged();
  if (!isUuid(what)) {
    return forRequests(settings, environment, what, (vifs, request, options) =>
      vifs.detach(domain, request, options),
    );
  }
  return withVifs(settings, environment, async (vifs, options) => [
    await outcomeOf(what, () => vifs.detach(domain, what, options)),
  ]);
}

/**
 * Replaces the requests of a domain's metadata.
 * @throws VifError INVALID_REQUEST for one that the hook would refuse, when the domain starts; LIBVIRT_FAILED
 */
export async function metadata(
  settings: Settings,
  environment: Environment,
  [domain = '', file = '-']: readonly string[],
): Promise<number> {
  const interruption = abortOnSignals(environment.signals, settings.timeout);
  try {
    const { signal } = interruption;
    const { requests, errors } = await readRequests(file, settings, environment, signal);
    if (errors[0]) throw errors[0];
    if (settings.plugin?.length) await environment.plugins(settings); // they bring classes of objects
    requireValid(requests);
    const virsh = new Virsh(await environment.openCommands(), settings.connect);
    const configurations = await virsh.configurationsOf(domain, signal);
    await writeRequests(virsh, domain, requests, configurations, signal);
    const written = { domain, requests: requests.length };
    environment.stdout.write(
      settings.format === 'json'
        ? `${JSON.stringify(written)}\n`
        : `✓ ${printable(domain)} has ${requests.length} ${requests.length === 1 ? 'request' : 'requests'}\n`,
    );
    return 0;
  } finally {
    interruption.stop();
  }
}

function requireValid(requests: readonly DomainRequest[]): void {
  const known = new Set<string>();
  for (const request of requests) {
    const { vif } = parseRequest(request);
    const id = vifIdOf(request) ?? vif.id;
    if (known.has(id))
      throw new VifError('INVALID_REQUEST', `VIF ${id} has more than one request; keep only one of them`);
    known.add(id);
  }
}

type Outcome = { readonly value: Attached } | { readonly id: string | null; readonly error: VifError };

async function forRequests(
  settings: Settings,
  environment: Environment,
  file: string,
  work: (vifs: DomainVifs, request: DomainRequest, options: DomainCallOptions) => Promise<Attached>,
): Promise<number> {
  return withVifs(settings, environment, async (vifs, options) => {
    const { requests, errors } = await readRequests(file, settings, environment, options.signal);
    // Nothing is done unless all of the file is requests.
    if (errors.length > 0) return errors.map((error) => ({ id: null, error }));
    const outcomes: Outcome[] = [];
    for (const request of requests) {
      const id = typeof request.id === 'string' ? request.id : null;
      outcomes.push(await outcomeOf(id, () => work(vifs, request, options)));
    }
    return outcomes;
  });
}

async function withVifs(
  settings: Settings,
  environment: Environment,
  work: (vifs: DomainVifs, options: DomainCallOptions) => Promise<readonly Outcome[]>,
): Promise<number> {
  const { connect, undoTimeout } = settings;
  const { env, stderr } = environment;
  const timeout = timeoutOf(settings);
  const interruption = abortOnSignals(environment.signals, timeout);
  let driver: Driver | undefined;
  try {
    const logger = await openLogger(settings, stderr, env);
    driver = await environment.openDriver({ ...settings, guests: true, logger, env });
    const virsh = new Virsh(await environment.openCommands(), connect);
    const options = { signal: interruption.signal, timeout, undoTimeout };
    const outcomes = await work(new DomainVifs(virsh, driver), options);
    for (const outcome of outcomes) print(outcome, settings, environment);
    return outcomes.some((outcome) => 'error' in outcome) ? 1 : 0;
  } finally {
    interruption.stop();
    await driver?.close();
  }
}

async function outcomeOf(id: string | null, work: () => Promise<Attached>): Promise<Outcome> {
  try {
    return { value: await work() };
  } catch (error) {
    const failure = asVifError(error, 'LIBVIRT_FAILED', 'The domain could not be changed');
    return { id: id ?? failure.vifId ?? null, error: failure };
  }
}

function print(outcome: Outcome, { format }: Settings, { stdout, stderr }: Environment): void {
  if (format === 'json') {
    const line =
      'error' in outcome
        ? { id: outcome.id, error: errorJson(outcome.error) }
        : { id: outcome.value.vifId, ...outcome.value };
    stdout.write(`${JSON.stringify(line)}\n`);
  } else if ('error' in outcome) stderr.write(errorLine(outcome.id, outcome.error));
  else {
    const { vifId, domain, configurations, changes } = outcome.value;
    const where = { live: 'the running guest', config: 'its next starts' };
    const lines = [
      `${printable(domain)}: ${configurations.map((each) => where[each]).join(' and ') || 'has no such card'}`,
      `${changes.length} changes on the host`,
    ];
    stdout.write(
      tree(
        styleFor(stdout)('bold', vifId),
        lines.map((line) => ({ line })),
      ),
    );
  }
}

/**
 * The requests of a file, and an error for each item that is not a request.
 * @throws InputError for a file that cannot be read
 */
async function readRequests(
  file: string,
  settings: Settings,
  environment: Environment,
  signal: AbortSignal,
): Promise<{ readonly requests: readonly DomainRequest[]; readonly errors: readonly VifError[] }> {
  const inputs = await readAll([file], settings, environment, signal);
  return {
    requests: inputs.flatMap((input) =>
      'request' in input ? [Object.fromEntries(Object.entries(input.request))] : [],
    ),
    errors: inputs.flatMap((input) => ('error' in input ? [input.error] : [])),
  };
}
