import { InvalidArgumentError, Option } from 'commander';

/** The options of every subcommand. The last three can be set in the environment, too. */
export function commonOptions(): Option[] {
  return [
    new Option('--format <format>', 'what to print').choices(['json', 'text']).default('text'),
    new Option('--ovsdb <endpoint>', 'where the OVSDB server listens')
      .env('VIF_OVSDB')
      .default('unix:/var/run/openvswitch/db.sock'),
    new Option('--sysfs-root <dir>', 'where sysfs is mounted').env('VIF_SYSFS_ROOT').default('/sys'),
    new Option('--root-helper <command>', 'put in front of what needs root, as in "sudo -n"')
      .env('VIF_ROOT_HELPER')
      .argParser(words)
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
