import { asVifError, isVifError, type PluginPackage, PluginRegistry } from '@vifkit/core';
import { isPlainObject } from '@vifkit/core/internal';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { InputError } from '../requests/request.js';
import { readSetting } from '../settings/apply-config.js';
import { type ConfigFile, readConfigText, requireOwn } from '../settings/config-file.js';
import type { Environment } from '../settings/environment.js';
import { commonOptions, configFiles } from '../settings/options.js';
import type { Settings } from '../settings/settings.js';
import { styleFor } from '../terminal/output.js';
import { printable } from '../terminal/text.js';

/** A mistake in a file, and its line. */
interface Problem {
  readonly line: number;
  readonly message: string;
}

/**
 * Checks configuration files: the named ones, or those that `vif` reads. The exit status is 1 if something is wrong.
 * @throws InputError if there is none
 */
export async function configFile(
  settings: Settings,
  environment: Environment,
  given: readonly string[],
): Promise<number> {
  const { stdout, configFolder } = environment;
  const paths = given.length > 0 ? given : configFiles(settings.config, configFolder);
  if (paths.length === 0) {
    throw new InputError('There is no configuration file; name one, or write /etc/vifkit/config.json');
  }
  const isUnnamed = given.length === 0 && settings.config === undefined;
  const plugins = await environment.plugins(settings);
  const style = styleFor(stdout);
  let status = 0;
  for (const path of paths) {
    const problems = await problemsOf(path, settings, plugins, isUnnamed);
    if (problems.length > 0) status = 1;
    if (settings.format === 'json') {
      stdout.write(`${JSON.stringify({ file: path, problems })}\n`);
      continue;
    }
    const lines = problems.map(
      ({ line, message }) => `${style('red', '✗')} ${path}:${line}: ${printable(message)}\n`,
    );
    stdout.write(lines.join('') || `${style('green', '✓')} ${path}\n`);
  }
  return status;
}

async function problemsOf(
  path: string,
  { timeout, config: loaded }: Settings,
  plugins: readonly PluginPackage[],
  isUnnamed: boolean,
): Promise<Problem[]> {
  let places = placesIn('');
  let repeated: readonly Problem[] = [];
  let config: ConfigFile;
  try {
    if (isUnnamed) await requireOwn(path);
    const [text, read] = await readConfigText(path, timeout);
    places = placesIn(text);
    repeated = repeatedKeysIn(text);
    config = read();
  } catch (error) {
    return [unreadable(error, places)];
  }
  const problems: Problem[] = [...repeated];
  const isLoaded = isUnnamed || path === loaded || !('plugin' in config.settings);
  const hint = isLoaded ? '' : `. To load the packages that it names: vif config-file --config ${path}`;
  const report = (keys: readonly string[], check: () => unknown, more = '') => {
    try {
      check();
    } catch (error) {
      if (!isVifError(error)) throw error;
      problems.push({ line: places(keys), message: error.message.replaceAll(` (from ${path})`, '') + more });
    }
  };
  for (const [name, value] of Object.entries(config.settings)) {
    report([name], () => readSetting(commonOptions(), name, value, path));
  }
  for (const [plugin, values] of Object.entries(config.plugins.options)) {
    const check = (own: object) => new PluginRegistry(plugins, [{ name: path, options: { [plugin]: own } }]);
    const before = problems.length;
    // Without options, it is about the plugin alone.
    report(['plugins', plugin], () => check(isPlainObject(values) ? {} : values), hint);
    if (problems.length > before) continue;
    for (const [name, value] of Object.entries(values)) {
      report(['plugins', plugin, name], () => check({ [name]: value }));
    }
  }
  return problems;
}

/**
 * What is wrong with the file as a whole: JSON mistakes have a line, and a setting that is not text has its own line.
 */
function unreadable(error: unknown, places: (keys: readonly string[]) => number): Problem {
  const { message } = asVifError(error, 'INVALID_OPTIONS', 'It cannot be read');
  const [, line] = /: line (\d+): /.exec(message) ?? [];
  const [, name = ''] = /: '([^']*)' must be/.exec(message) ?? [];
  return { line: line === undefined ? places([name]) : Number(line), message };
}

/** Finds the line of a key: JSON is also YAML, whose parser keeps positions. */
function placesIn(text: string): (keys: readonly string[]) => number {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  return (keys) => {
    let node: unknown = document.contents;
    let offset = 0;
    for (const key of keys) {
      if (!isMap(node)) break;
      const pair = node.items.find((each) => isScalar(each.key) && each.key.value === key);
      if (!isScalar(pair?.key)) break;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    }
    return lines.linePos(offset).line;
  };
}

/** JSON.parse takes the last of several keys of one name, and says nothing of the others. */
function repeatedKeysIn(text: string): Problem[] {
  const lines = new LineCounter();
  const { errors } = parseDocument(text, { lineCounter: lines });
  const repeated = errors.filter(({ code }) => code === 'DUPLICATE_KEY');
  const found = repeated.map(({ pos: [start] }) => lines.linePos(start).line).sort((a, b) => a - b);
  return found.map((line) => ({
    line,
    message: 'This key is there more than once, and only the last has an effect: keep one',
  }));
}
