import { setTimeout as pause } from 'node:timers/promises';
import { requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rounds } from '../thorough.js';
import { hybridPorts } from './hybrid-ports.js';
import { random } from './random.js';
import { Site } from './site.js';
import type { VifEnd } from './vif-process.js';

requireOwnNetwork();

const KILLS = rounds(80, 200);
const SITES = 2;
/** Kills before the host is put in order again. */
const IN_A_ROW = 8;

const ports = hybridPorts(20);
type Operation = 'plug' | 'unplug';

const totals = { kills: 0, early: 0, left: [] as string[] };

/** Kills calls on a host of its own, one after the other, at random moments of their work. */
class Killer {
  readonly #random: () => number;
  /** Milliseconds that a call takes at most, as far as is known: other work of the machine makes it take longer. */
  readonly #longest: Record<Operation, number> = { plug: 0, unplug: 0 };
  #next: Operation = 'plug';

  constructor(
    readonly site: Site,
    seed: number,
  ) {
    this.#random = random(seed);
  }

  async measure(): Promise<void> {
    for (const operation of ['plug', 'unplug'] as const) {
      const { milliseconds } = await timed(this.site.run(operation, ports));
      this.#longest[operation] = milliseconds;
    }
  }

  /** Now a plug, now an unplug, each upon what is left of the other. */
  async killOne(): Promise<void> {
    const operation = this.#next;
    this.#next = operation === 'plug' ? 'unplug' : 'plug';
    const { child, ended } = this.site.start(operation, ports);
    const ending = timed(ended);
    await pause(this.#random() * this.#longest[operation]);
    child.kill('SIGKILL');
    const { value, milliseconds } = await ending;
    const { exitCode, stdout, stderr } = value;
    if (exitCode === null) {
      totals.kills++;
      this.#longest[operation] *= 1.05;
    } else {
      totals.early++; // it was done, and must have gone well
      this.#longest[operation] = milliseconds;
    }
    expect(exitCode ?? 0, stdout + stderr).toBe(0);
  }

  /** Whichever call comes next carries on. */
  async putInOrder(round: number): Promise<void> {
    if (round % 3 !== 2) {
      expectAllWell(await this.site.run('plug', ports));
      const check = await this.site.run('check', ports);
      expectAllWell(check);
      expect(check.lines.flatMap(({ differences }) => differences)).toEqual([]);
    }
    if (round % 3 === 1) {
      await this.killOne();
      expectAllWell(await this.site.run('gc', [], '--keep-none'), 0);
    } else {
      expectAllWell(await this.site.run('unplug', ports));
    }
    totals.left.push(...(await this.site.leftOvers()));
  }
}

async function timed<T>(promise: Promise<T>): Promise<{ value: T; milliseconds: number }> {
  const start = performance.now();
  const value = await promise;
  return { value, milliseconds: performance.now() - start };
}

function expectAllWell({ exitCode, lines, stderr }: VifEnd, count = ports.length): void {
  const failed = lines.filter(({ error, differences = [] }) => error !== undefined || differences.length > 0);
  expect(failed.map((line) => JSON.stringify(line))).toEqual([]);
  expect(exitCode, stderr).toBe(0);
  expect(lines.length).toBeGreaterThanOrEqual(count);
}

describe(`${KILLS} calls for 20 hybrid ports, killed at random moments`, () => {
  const killers: Killer[] = [];

  beforeAll(async () => {
    for (let i = 0; i < SITES; i++) killers.push(new Killer(await Site.open(), i + 1));
    await Promise.all(killers.map((killer) => killer.measure()));
  });
  afterAll(async () => {
    for (const { site } of killers) await site.close();
    const { kills, early, left } = totals;
    process.stdout.write(`Kills: ${kills} (${early} too late), ${left.length} left-overs\n`);
  });

  it('leave what the next call completes, or removes', { timeout: 400_000 }, async () => {
    await Promise.all(
      killers.map(async (killer) => {
        for (let round = 0; totals.kills < KILLS; round++) {
          for (let i = 0; i < IN_A_ROW; i++) await killer.killOne();
          await killer.putInOrder(round);
        }
      }),
    );
    expect(totals.left).toEqual([]);
    expect(totals.kills).toBeGreaterThanOrEqual(KILLS);
  });
});
