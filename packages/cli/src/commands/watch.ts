import type { HostChange } from '@vifkit/engine';
import type { CommandEnvironment } from '../settings/command-environment.js';
import { givenTimeout } from '../settings/options.js';
import type { Settings } from '../settings/settings.js';
import { type Style, styleFor, writeOut } from '../terminal/output.js';
import { printable, showValue } from '../terminal/text.js';
import { withDriver } from './with-driver.js';

/**
 * Prints a line for each change that concerns a plugged VIF, until the command is interrupted or the time that it was
 * given is over: then the status is 0.
 */
export async function watch(settings: Settings, environment: CommandEnvironment): Promise<number> {
  const { stdout, program } = environment;
  const style = styleFor(stdout);
  return withDriver(
    settings,
    environment,
    async (driver, signal) => {
      for await (const change of driver.watch({ signal })) {
        const line =
          settings.format === 'json' ? JSON.stringify(changeJson(change)) : changeLine(change, style);
        await writeOut(stdout, `${line}\n`);
        if (stdout.destroyed || stdout.errored) return 0; // the reader went away
      }
      return 0;
    },
    { timeout: givenTimeout(program) },
  );
}

function changeJson({ at, kind, name, vifIds, changes }: HostChange): object {
  const attributes = changes.map(({ attribute, before = null, after = null }) => ({
    attribute,
    before,
    after,
  }));
  return { at: at.toISOString(), kind, name, vifs: vifIds, changes: attributes };
}

const maxIds = 3;

export function changeLine({ at, kind, name, vifIds, changes }: HostChange, style: Style): string {
  const ids = vifIds.slice(0, maxIds).map(printable).join(', ');
  const whose = vifIds.length > maxIds ? `${ids} and ${vifIds.length - maxIds} more` : ids;
  const existence = changes.find(({ attribute }) => attribute === 'exists');
  const what = existence
    ? style(existence.after ? 'green' : 'red', existence.after ? 'came' : 'is gone')
    : changes
        .map(
          ({ attribute, before, after }) =>
            `${printable(attribute)} ${showValue(before)} → ${showValue(after)}`,
        )
        .join(', ');
  return `${at.toISOString()}  ${kind} ${style('bold', printable(name))}  ${what}  ${style('dim', `VIF ${whose}`)}`;
}
