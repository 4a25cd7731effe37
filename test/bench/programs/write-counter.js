// Counts what is written: programs started, netlink requests, settings in /proc/sys, transactions of OVSDB. These are
// no times, and the same in every run.
import {
  netlinkWrites,
  requireOwnNetwork,
  startOpenVSwitch,
  startOvsdbCounter,
  traceProgram,
} from '@vifkit/testkit/bed';
import { instance, integrationBridge, makeVifs } from '../vifs.js';
import { osVif, python, subjects, vifArgv } from './argv.js';

const subject = {
  /** The command of vifkit, with the requests on standard input. */
  vif: (operation, vifs, ovsdb) => ({
    argv: vifArgv(operation, '--ovsdb', ovsdb),
    input: vifs.map((vif) => `${JSON.stringify({ vif, instance })}\n`).join(''),
  }),
  'os-vif': (operation, vifs, ovsdb) => ({
    argv: [python, osVif, ovsdb],
    input: JSON.stringify({ operation, each: true, vifs }),
  }),
  floor: (operation, vifs, ovsdb) => ({
    argv: [...subjects.floor, ovsdb],
    input: JSON.stringify({ operation, each: false, vifs }),
  }),
};

async function countWrites(counts) {
  const ovs = await startOpenVSwitch();
  const setting = ['--', 'set', 'Bridge', integrationBridge, 'datapath_type=netdev'];
  await ovs.vsctl('add-br', integrationBridge, ...setting);
  const counter = await startOvsdbCounter(ovs.endpoint);
  const rows = [];
  try {
    for (const name of Object.keys(subject)) {
      for (const ports of counts) {
        const vifs = makeVifs('hybrid', ports);
        const operations = name === 'floor' ? ['plug', 'unplug'] : ['plug', 'again', 'unplug'];
        for (const operation of operations) {
          const command = operation === 'again' ? 'plug' : operation;
          counter.reset();
          const { argv, input } = subject[name](command, vifs, counter.endpoint);
          rows.push({
            subject: name,
            ports,
            operation,
            ...(await trace(argv, input)),
            ...transactions(counter),
          });
        }
      }
    }
  } finally {
    await counter.stop();
    await ovs.stop();
  }
  return rows;
}

async function trace(argv, input) {
  const { exitCode, stdout, stderr, started, netlink, settings } = await traceProgram(argv, input);
  if (exitCode !== 0 || stdout.includes('"error"')) throw new Error(`${argv.join(' ')}: ${stdout} ${stderr}`);
  return { processes: started.length, netlink: netlinkWrites(netlink), settings: settings.length };
}

const transactions = ({ writes, reads }) => ({ transactions: writes, 'reading transactions': reads });

requireOwnNetwork();
console.log(JSON.stringify(await countWrites(process.argv.slice(2).map(Number))));
