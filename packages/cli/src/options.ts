import { InvalidArgumentError, Option } from 'commander';

/** The options of every subcommand. Those with a variable can be set in the environment, too, and in a configuration file. */
export function commonOptions(): Option[] {
  return [
    new Option('--format <format>', 'what to print').choices(['json', 'text']).default('text'),
    new Option('--config <file>', 'settings and options of plugins, as JSON').env('VIF_CONFIG'),
    new Option('--routing <rules>', "whose rules answer requests that do not say so: Nova 14's, or today's")
      .env('VIF_ROUTING')
      .choices(['newton', 'current'])
      .default('newton'),
    new Option('--ovsdb <endpoint>', 'where the OVSDB server listens')
      .env('VIF_OVSDB')
      .default('unix:/var/run/openvswitch/db.sock'),
    new Option('--sysfs-root <dir>', 'where sysfs is mounted').env('VIF_SYSFS_ROOT').default('/sys'),
    new Option('--state-dir <dir>', 'where records are kept of what virtual functions had')
      .env('VIF_STATE_DIR')
      .default('/run/vifkit'),
    new Option('--root-helper <command>', 'put in front of what needs root, as in "sudo -n"')
      .env('VIF_ROOT_HELPER')
      .argParser(words)
      .default([], 'none'),
    new Option('--tap-owner <user>', 'who may open the taps that plugs make, by name or id')
      .env('VIF_TAP_OWNER')
      .default('root'),
    new Option('--plugin <package>', 'a plugin package to load, by its name or path; may be repeated')
      .env('VIF_PLUGINS')
      .argParser((text: string, before: readonly string[]) => [...before, ...words(text)])
      .default([], 'none'),
    new Option('--timeout <seconds>', 'how long the whole command may take')
      .env('VIF_TIMEOUT')
      .argParser(milliseconds)
      .default(30_000, '30'),
    new Option('-v, --verbose', 'log to standard error; twice for more')
      .argParser((_: unknown, times: number) => times + 1)
      .default(0, 'no log'),
  ];
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

// Node.js takes a timer of more milliseconds than this for one of a single millisecond.
const longestTimer = 2 ** 31 - 1;

function milliseconds(seconds: string): number {
  const value = Math.ceil(Number(seconds) * 1000);
  if (!/^\d*\.?\d+$/.test(seconds) || value <= 0) {
    throw new InvalidArgumentError('It must be a positive number of seconds.');
  }
  if (value > longestTimer) throw new InvalidArgumentError('It must be less than 2147483 seconds.');
  return value;
}
