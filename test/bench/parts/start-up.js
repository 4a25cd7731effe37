// What a single command takes from its start to its end, and the same plug by os-vif in a process of its own.
import { Ground } from '../ground.js';
import { runToEnd } from '../process.js';
import { osVif, python, vifArgv } from '../programs/argv.js';
import { instance, makeNovaRequest, makeTapRequest, makeVifs } from '../vifs.js';

const repeats = 3;

export async function measureStartUp({ rounds, log }, measurements) {
  const vifkit = await Ground.open('vif');
  try {
    const peer = await Ground.open('os-vif');
    try {
      for (let round = 0; round < rounds; round++) {
        log(`start to end, round ${round + 1} of ${rounds}`);
        for (let i = 0; i < repeats; i++) await measureOnce(vifkit, peer, measurements);
      }
    } finally {
      await peer.close();
    }
  } finally {
    await vifkit.close();
  }
}

async function measureOnce(vifkit, peer, measurements) {
  const note = (subject, what, { milliseconds }) =>
    measurements.add(subject, { startToEnd: what }, 'ms', milliseconds);
  const plug = (request) => vifkit.run(vifArgv('plug', '--ovsdb', vifkit.endpoint), JSON.stringify(request));

  note('node', 'an empty program', await runToEnd([process.execPath, '--eval', '0']));
  note('python', 'an empty program', await runToEnd([python, '-c', '0']));
  note('vif', 'plugins', await runToEnd(vifArgv('plugins')));
  note('vif', 'config of one VIF', await runToEnd(vifArgv('config'), JSON.stringify(makeNovaRequest())));

  // os-vif 3.0.0 makes no tap: what it has that is nearest to it is a bridge, which is one link as well.
  note('vif', 'plug of one tap', await plug(makeTapRequest()));
  for (const kind of ['linux-bridge', 'direct', 'hybrid']) {
    const [vif] = makeVifs(kind, 1);
    note('vif', `plug of one VIF: ${kind}`, await plug({ vif, instance }));
    const request = JSON.stringify({ operation: 'plug', vifs: [vif] });
    const run = await peer.run([python, osVif, peer.endpoint], request);
    const { error } = JSON.parse(run.stdout.trim().split('\n').at(-1));
    if (error) throw new Error(`os-vif cannot plug: ${error}`);
    note('os-vif', `plug of one VIF: ${kind}`, run);
  }
  await vifkit.clean();
  await peer.clean();
}
