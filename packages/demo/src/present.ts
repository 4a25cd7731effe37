import { drawPlumbing, renderChanges, renderPlan, type Style } from '@vifkit/cli';
import { isVifError } from '@vifkit/core';
import { NetworkVif, parseRequest } from '@vifkit/core/nova';
import { classNameOf } from '@vifkit/core/os-vif';
import type { VifDriver } from '@vifkit/engine';
import type { Stage } from './stage.js';

/** A request, and where it is shown. */
export interface Scene {
  readonly request: object;
  readonly driver: VifDriver;
  readonly stage: Stage;
  /** Why it is shown there: the end of a sentence. */
  readonly reason: string | undefined;
  readonly style: Style;
}

function say(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** Plugs and unplugs one VIF, and prints what happens. Returns whether everything was as it should be. */
export async function present({ request, driver, stage, reason = '', style }: Scene): Promise<boolean> {
  const title = (text: string) => say(`\n${style('bold', text)}`);
  const before = await stage.inventory();
  let written = true;
  try {
    const { vif } = parseRequest(request);
    const kind = vif instanceof NetworkVif ? `of type '${vif.type}'` : `of class ${classNameOf(vif)}`;
    say(style('bold', `\n━━━ VIF ${vif.id} ${kind} ━━━`));
    say(`On ${stage.title}${reason}`);
    const [plan, config] = [await driver.plan(request), await driver.config(request)];
    title('The path');
    say(`${plan.path}: ${plan.reason}`);
    title('The plan');
    say(renderPlan(plan, style));
    title('What was written');
    say(renderChanges(await driver.plug(request), style));
    title('The plumbing');
    const mac = vif.address ?? undefined;
    const { connection } = await driver.check(request);
    say(drawPlumbing(await driver.plan(request), config.device, { mac, connection, style }));
    title("libvirt's XML");
    say(config.device.toXml());
    title('Plugged once more');
    const again = await driver.plug(request);
    written = again.changes.length > 0;
    say(renderChanges(again, style));
    title('Unplugged');
    say(renderChanges(await driver.unplug(request), style));
  } catch (error) {
    if (!isVifError(error)) throw error;
    say(style('red', `${error.code}: ${error.message}`));
  }
  return (await isRestored(stage, before)) && !written;
}

async function isRestored(stage: Stage, before: readonly string[]): Promise<boolean> {
  const shared = (await stage.removeShared()).join(', ');
  if (shared) say(`(${shared} stayed for other VIFs of its network; the demo has removed it)`);
  const after = await stage.inventory();
  const same = JSON.stringify(after) === JSON.stringify(before);
  say(same ? `As before: ${before.join(', ')}` : `NOT as before, but: ${after.join(', ')}`);
  return same;
}
