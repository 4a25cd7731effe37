// The pictures of a whole host, of each format: how long they take, and how large they are.
import { Ground } from '../ground.js';
import { usedResources } from '../programs/argv.js';
import { makeHost, makeVifs } from '../vifs.js';

const formats = ['text', 'dot', 'mermaid', 'svg', 'html'];

export async function measurePictures({ rounds, pictured, log }, measurements) {
  const hosts = { hybrid: makeVifs('hybrid', pictured), mixed: makeHost(pictured) };
  for (const [host, vifs] of Object.entries(hosts)) {
    const ground = await Ground.open('vif');
    try {
      await ground.ask('plug', vifs, false);
      for (let round = 0; round < rounds; round++) {
        log(`pictures of ${pictured} VIFs, ${host}, round ${round + 1} of ${rounds}`);
        for (const format of formats) {
          const note = (figure, unit, value) =>
            measurements.add('vif', { picture: format, host, vifs: pictured, figure }, unit, value);
          const [node, ...args] = ground.vif('show', '--all', '--format', format);
          const drawn = await ground.run([node, '--import', usedResources, ...args]);
          note('start to end', 'ms', drawn.milliseconds);
          note('processor time', 'ms', JSON.parse(drawn.extra).milliseconds);
          note('size', 'kB', Buffer.byteLength(drawn.stdout) / 1000);
        }
      }
      await ground.ask('unplug', vifs, false);
    } finally {
      await ground.close();
    }
  }
}
