import { hostname } from 'node:os';
import type { CheckResult, ConfigResult, PlanResult, Settled } from '@vifkit/engine';
import { pictureOf, type VifPlumbing } from '../pictures/picture.js';
import { plumbingOf } from '../plumbing/graph.js';
import type { Driver, Environment } from '../settings/environment.js';
import { meansPlugged, type Settings } from '../settings/settings.js';
import { errorLine } from '../terminal/errors.js';
import { writeWhole } from '../terminal/output.js';
import { existenceIn, nounOf } from '../terminal/steps.js';
import { requestsToAnswer } from './plugged-requests.js';
import { unsoundLegs } from './results.js';
import { macOf } from './show.js';
import { withDriver } from './with-driver.js';

/**
 * Draws VIFs, or everything that is plugged and its surroundings, as one picture. The exit status is 1 if a VIF cannot
 * be drawn.
 */
export async function drawPicture(
  settings: Settings,
  environment: Environment,
  files: readonly string[],
): Promise<number> {
  const work = async (driver: Driver, signal: AbortSignal) => {
    const { timeout, output } = settings;
    const isHost = meansPlugged(settings, environment, files);
    const { requests, errors } = await requestsToAnswer(driver, files, settings, environment, signal);
    const options = { signal, timeout };
    const [plans, devices, checks, plugged] = await Promise.all([
      driver.planAll(requests, options),
      driver.configAll(requests, options),
      driver.checkAll(requests, options),
      isHost ? driver.list(options) : undefined,
    ]);
    const failed = [...errors];
    const plumbings = requests.flatMap((request, i): VifPlumbing[] => {
      const results = { plan: plans[i], device: devices[i], check: checks[i] };
      const error = Object.values(results).find((each) => each && 'error' in each);
      if (error && 'error' in error) failed.push(error);
      return plumbingFor(request, results);
    });
    for (const { id, error } of failed) environment.stderr.write(errorLine(id, error));
    const title = isHost ? `VIFs of ${hostname()}` : `${plumbings.length} VIFs`;
    const picture = pictureOf(title, plumbings, plugged?.surroundings);
    await writeWhole(environment.stdout, output, await (await rendererFor(settings.format))(picture));
    return failed.length > 0 ? 1 : 0;
  };
  return withDriver(settings, environment, work, { guests: true });
}

/** Loads only the requested renderer: the graph layout library takes a while to load. */
async function rendererFor(format: Settings['format']) {
  if (format === 'html') return (await import('../pictures/html.js')).html;
  if (format === 'svg') return (await import('../pictures/svg.js')).svg;
  const { dot, mermaid } = await import('../pictures/text-pictures.js');
  return format === 'dot' ? dot : mermaid;
}

interface Results {
  readonly plan: Settled<PlanResult> | undefined;
  readonly device: Settled<ConfigResult> | undefined;
  readonly check: Settled<CheckResult> | undefined;
}

function plumbingFor(request: object, { plan, device, check }: Results): VifPlumbing[] {
  if (!plan || !device || !check || 'error' in plan || 'error' in device || 'error' in check) return [];
  const { vifId, plugin } = plan.value;
  const { differences, connection } = check.value;
  const mac = macOf(request);
  const legs = connection?.legs ?? [];
  const instance: unknown = Reflect.get(request, 'instance');
  const uuid = typeof instance === 'object' && instance !== null ? Reflect.get(instance, 'uuid') : undefined;
  const unsound = unsoundLegs(connection, differences);
  const broken = unsound.filter(({ state }) => state === 'broken');
  const waiting = unsound.filter(({ state }) => state === 'waiting');
  const differs = differences.map(
    ({ kind, name, differences: each }) =>
      `${nounOf(kind)} ${name} ${existenceIn(each)?.expected === true ? 'is missing' : 'differs'}`,
  );
  const vif = {
    id: vifId,
    type: plugin,
    state: differs.length > 0 || broken.length > 0 ? 'broken' : waiting.length > 0 ? 'waiting' : 'sound',
    why: [...differs, ...[...broken, ...waiting].map(({ name, why = '' }) => `${name}: ${why}`)],
    ...(typeof uuid === 'string' && { instance: uuid }),
    ...(mac !== undefined && { mac }),
  } as const;
  return [{ vif, plumbing: plumbingOf(plan.value.steps, device.value.device, mac), legs }];
}
