// Libvirt XML: by the command for many requests at once, and in process against a plain template string.
import 'reflect-metadata';
import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { runToEnd } from '../process.js';
import { peakMemory, vifArgv } from '../programs/argv.js';
import { makeNovaRequest } from '../vifs.js';

export async function measureConfig({ rounds, configs, log }, measurements) {
  const requests = Array.from({ length: configs }, makeNovaRequest);
  const input = requests.map((request) => `${JSON.stringify(request)}\n`);
  const note = (subject, what, unit, value) =>
    measurements.add(subject, { config: what, requests: configs }, unit, value);
  const driver = createVifDriver({
    host: openHost(),
    guests: new LibvirtGuestConfigurator(),
    plugins: await builtInPlugins(),
  });
  expectSame((await throughDriver(driver, requests.slice(0, 1)))[0], fromTemplate(requests[0]));
  for (let round = 0; round < rounds; round++) {
    log(`libvirt XML, round ${round + 1} of ${rounds}`);
    const one = await runToEnd(vifArgv('config'), { input: input[0] });
    const all = await runToEnd(vifArgv('config'), { input: input.join('') });
    expectLines(all.stdout, configs);
    const seconds = (all.milliseconds - one.milliseconds) / 1000;
    note('vif', 'by the command, after start-up', 'a second', (configs - 1) / seconds);

    const [node, ...args] = vifArgv('config');
    const { extra } = await runToEnd([node, '--import', peakMemory, ...args], { input: input.join('') });
    note('vif', 'peak memory of the command', 'MB', (Number(extra) * 1024) / 1e6);

    note('vifkit', 'in process', 'a second', await rate(configs, () => throughDriver(driver, requests)));
    const template = () => requests.map(fromTemplate);
    note('template string', 'in process', 'a second', await rate(configs, template));
  }
  await driver.close();
}

async function rate(count, make) {
  const start = performance.now();
  await make();
  return count / ((performance.now() - start) / 1000);
}

async function throughDriver(driver, requests) {
  const results = await driver.configAll(requests, { timeout: 300_000 });
  return results.map(({ value, error }) => {
    if (error) throw error;
    return value.device.toXml();
  });
}

/** Nothing is checked, escaped or chosen: it only shows what putting text together takes. */
function fromTemplate({ vif: { id, address } }) {
  return `<interface type="bridge">
  <mac address="${address}"/>
  <model type="virtio"/>
  <source bridge="${`qbr${id}`.slice(0, 14)}"/>
  <target dev="${`tap${id}`.slice(0, 14)}"/>
</interface>
`;
}

function expectLines(stdout, count) {
  const lines = stdout.trim().split('\n');
  const whole = lines.length === count && lines.every((line) => JSON.parse(line).xml);
  if (!whole) throw new Error(`${lines.length} of ${count} requests were answered with XML`);
}

function expectSame(made, template) {
  if (made !== template)
    throw new Error(`The template is out of date. It makes\n${template}and not\n${made}`);
}
