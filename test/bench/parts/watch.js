// A watch of a host on which nothing happens: what it takes by itself, and how soon it tells of the change that comes at last.
import { setTimeout as pause } from 'node:timers/promises';
import { Ground } from '../ground.js';
import { usedByTree } from '../process-tree.js';
import { makeHost } from '../vifs.js';

const minute = 60_000;

export async function measureWatch({ minutes, watched, log }, measurements) {
  const note = (what, unit, value) => measurements.add('vif', { watch: what, vifs: watched }, unit, value);
  const ground = await Ground.open('vif');
  try {
    const vifs = makeHost(watched);
    await ground.ask('plug', vifs, false);
    const watch = ground.start(ground.vif('watch'));
    try {
      const link = vifs[0]['versioned_object.data'].bridge_name;
      await untilItListens(link, watch, ground);
      const began = usedByTree(watch.pid);
      note('processor time until it listens', 's', began.processor);
      for (let passed = 1; passed <= minutes; passed++) {
        await pause(minute);
        const { processor, memory } = usedByTree(watch.pid);
        const spent = processor - began.processor;
        log(`watch, minute ${passed} of ${minutes}: ${spent.toFixed(2)} s, ${memory.toFixed(1)} MB`);
        if (passed === 1 || passed === minutes) note(`memory after ${passed} min`, 'MB', memory);
        if (passed === minutes) note(`processor time of ${minutes} idle min`, 's', spent);
      }
      note('from a change until it is told', 'ms', await told(link, watch, ground));
    } finally {
      await watch.stop();
    }
    await ground.ask('unplug', vifs, false);
  } finally {
    await ground.close();
  }
}

let mtu = 1300;

async function untilItListens(link, watch, ground) {
  let isTold = false;
  const first = watch.line().then(() => {
    isTold = true;
  });
  while (!isTold) {
    await change(link, ground, ++mtu);
    await Promise.race([first, pause(200)]);
  }
}

const change = (link, ground, to) => ground.run(['ip', 'link', 'set', 'dev', link, 'mtu', String(to)]);

/** Changes a link, and answers with the milliseconds until the watch has told so. */
async function told(link, watch, ground) {
  const wanted = ++mtu;
  const start = performance.now();
  await change(link, ground, wanted);
  for (;;) {
    const { name, changes } = JSON.parse(await watch.line());
    if (name === link && changes.some(({ after }) => after === wanted)) return performance.now() - start;
  }
}
