import { drawPlumbing, renderChanges, renderPlan, type Style } from '@vifkit/cli';
import { isVifError, type VifDriver } from '@vifkit/core';
import type { DemoRequest } from './request.js';
import type { Stage } from './stage.js';

/** Plugs and unplugs one VIF on a stage, and tells what happens. Answers whether all was as it should be. */
export async function present(
  request: DemoRequest,
  driver: VifDriver,
  stage: Stage,
  say: (text: string) => void,
  style: Style,
): Promise<boolean> {
  const title = (text: string) => say(`\n${style('bold', text)}`);
  const before = await stage.inventory();
  try {
    const [plan, config] = [await driver.plan(request), await driver.config(request)];
    title('The path');
    say(`${plan.path}: ${plan.reason}`);
    title('The plan');
    say(renderPlan(plan, style));
    title('What was written');
    say(renderChanges(await driver.plug(request), style));
    title('The plumbing');
    say(drawPlumbing(await driver.plan(request), config.device, { mac: request.vif.address, style }));
    title("libvirt's XML");
    say(config.device.toXml());
    title('Plugged once more');
    const again = await driver.plug(request);
    say(renderChanges(again, style));
    title('Unplugged');
    say(renderChanges(await driver.unplug(request), style));
    return (await isRestored(stage, before, say)) && again.changes.length === 0;
  } catch (error) {
    if (!isVifError(error)) throw error;
    say(style('red', `${error.code}: ${error.message}`));
    await isRestored(stage, before, say);
    return false;
  }
}

async function isRestored(
  stage: Stage,
  before: readonly string[],
  say: (text: string) => void,
): Promise<boolean> {
  const shared = await stage.removeShared();
  if (shared.length > 0)
    say(`(${shared.join(', ')} stayed for other VIFs of its network, and was removed by the demo)`);
  const after = await stage.inventory();
  const same = JSON.stringify(after) === JSON.stringify(before);
  say(
    same
      ? `As before: ${before.join(', ') || 'no links'}`
      : `NOT as before: ${before.join(', ')} -> ${after.join(', ')}`,
  );
  return same;
}
