// What the figures are measured against. A goal is reached if its figure is at most, or at least, its limit.

const hybrid = { kind: 'hybrid' };
const bulk = (ports, operation) => ({ ...hybrid, how: 'in bulk', ports, operation });
const startToEnd = (what) => ({ startToEnd: what });
const tapPlug = startToEnd('plug of one tap');

/**
 * Every goal whose figure the run has measured.
 * @param writes what was counted, a row for each operation of each subject
 */
export function judge(measurements, options, writes) {
  const { single, bulk: sizes, command, configs, inputs } = options;
  const of = (subject, measured) => measurements.median(subject, measured);
  const ratio = ([subject, measured], [other, otherMeasured]) =>
    divide(of(subject, measured), of(other, otherMeasured));
  const versus = (subject, other, measured) => ratio([subject, measured], [other, measured]);
  const one = (operation) => ({ ...hybrid, how: 'one at a time', ports: single, operation });
  const growth = (subject, operation) => {
    const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
    return ratio([subject, bulk(most, operation)], [subject, bulk(least, operation)]);
  };
  const osVifOneLink = ['os-vif', startToEnd('plug of one VIF: linux-bridge')];
  const config = (what) => of('vif', { config: what, requests: configs });
  const empty = { input: `${inputs} empty requests`, figure: 'processor time' };
  const many = (operation) => bulk(command, operation);
  const range = `${Math.min(...sizes)} to ${Math.max(...sizes)} ports`;
  const again = writes?.filter(({ subject, operation }) => subject === 'vif' && operation === 'again');

  const goals = [
    atLeast(8, `os-vif ÷ vif, plug of ${command} hybrid ports`, versus('os-vif', 'vif', many('plug'))),
    atLeast(3, `os-vif ÷ vif, unplug of ${command} hybrid ports`, versus('os-vif', 'vif', many('unplug'))),
    atMost(1.3, `vif ÷ floor, plug of ${command} hybrid ports`, versus('vif', 'floor', many('plug'))),
    atMost(1.3, `vif ÷ floor, unplug of ${command} hybrid ports`, versus('vif', 'floor', many('unplug'))),
    atMost(0.6, `vifkit ÷ os-vif, plug of ${single}, one at a time`, versus('vifkit', 'os-vif', one('plug'))),
    atMost(
      0.7,
      `vifkit ÷ os-vif, unplug of ${single}, one at a time`,
      versus('vifkit', 'os-vif', one('unplug')),
    ),
    atMost(1.3, `growth of vifkit's plug in bulk, ${range}`, growth('vifkit', 'plug')),
    atMost(1.3, `growth of vifkit's unplug in bulk, ${range}`, growth('vifkit', 'unplug')),
    atMost(1 / 3, 'vif ÷ os-vif, start to end, plug of one link', ratio(['vif', tapPlug], osVifOneLink)),
    ...['linux-bridge', 'direct', 'hybrid'].map((kind) => {
      const plug = startToEnd(`plug of one VIF: ${kind}`);
      return atMost(
        1 / 3,
        `vif ÷ os-vif, start to end, plug of one ${kind} VIF`,
        versus('vif', 'os-vif', plug),
      );
    }),
    atLeast(
      2000,
      `vif config of ${configs} requests, a second after start-up`,
      config('by the command, after start-up'),
    ),
    atMost(250, `vif config of ${configs} requests, peak memory in MB`, config('peak memory of the command')),
    atMost(1.5, `vif ÷ floor, processor time of ${inputs} empty requests`, versus('vif', 'floor', empty)),
    atMost(0, 'writes of a repeated vif plug', again && sumOfWrites(again)),
    ...transactionGoals(writes),
  ];
  const measured = [...goals, ...hostGoals(of, options)].filter(({ figure }) => figure !== undefined);
  return measured.map((goal) => ({ ...goal, reached: isReached(goal) }));
}

function hostGoals(of, { pictured, watched, minutes }) {
  const watch = (what) => of('vif', { watch: what, vifs: watched });
  const memory = (passed) => watch(`memory after ${passed} min`);
  const page = { picture: 'html', host: 'mixed', vifs: pictured, figure: 'start to end' };
  return [
    atMost(10_000, `ms for the page of ${pictured} VIFs`, of('vif', page)),
    atMost(
      1,
      `s of processor time of vif watch, ${minutes} idle min`,
      watch(`processor time of ${minutes} idle min`),
    ),
    atMost(1.1, `growth of memory of vif watch, 1 to ${minutes} min`, divide(memory(minutes), memory(1))),
    atMost(1000, 'ms from a change until vif watch has told it', watch('from a change until it is told')),
  ];
}

function transactionGoals(writes) {
  const plugs = writes?.filter(({ subject, operation }) => subject === 'vif' && operation === 'plug') ?? [];
  return plugs.map(({ ports, transactions }) =>
    atMost(3, `OVSDB transactions of a vif plug of ${ports}`, transactions),
  );
}

function sumOfWrites(rows) {
  return rows.reduce(
    (sum, { netlink, settings, transactions }) => sum + netlink + settings + transactions,
    0,
  );
}

const atMost = (limit, goal, figure) => ({ goal, limit, bound: 'at most', figure });
const atLeast = (limit, goal, figure) => ({ goal, limit, bound: 'at least', figure });

function isReached({ bound, limit, figure }) {
  return bound === 'at most' ? figure <= limit : figure >= limit;
}

function divide(a, b) {
  return a === undefined || b === undefined ? undefined : a / b;
}
