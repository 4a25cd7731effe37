import { describe, expect, it } from 'vitest';
import { OnDemand } from '../src/on-demand.js';
import { runStarved } from './starved.js';

describe('a part on demand', () => {
  it('that could not be made is made at the next call, and closes either way', async () => {
    let isBroken = true;
    const closed: string[] = [];
    const part = new OnDemand(
      async () => 'code',
      (code) => {
        if (isBroken) throw new Error('broken');
        return `made of ${code}`;
      },
    );
    await expect(part.get()).rejects.toThrow('broken');
    expect(part.isMade).toBe(false);
    isBroken = false;
    expect(await part.get()).toBe('made of code');
    await part.close(async (made) => closed.push(made));
    expect(closed).toEqual(['made of code']);
    await expect(part.get()).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('closes while it cannot be made', async () => {
    const part = new OnDemand<string>(() => Promise.reject(new Error('broken')), String);
    const getting = part.get();
    const closing = part.close(async () => {});
    await expect(getting).rejects.toThrow('broken');
    await expect(closing).resolves.toBeUndefined();
  });
});

describe('code of a process without descriptors', () => {
  const part = `
    const load = () => import(import.meta.resolve('../dist/open-switch.js'));
    const part = new host.OnDemand(load, ({ openSwitch }) => typeof openSwitch);`;

  it('is refused with a code, and loaded once there are some', async () => {
    const said = await runStarved(
      ['on-demand.js'],
      `${part}
      const feed = starve();
      const starved = await outcome(part.get());
      feed();
      console.log(starved);
      console.log(await part.get());`,
    );
    expect(said).toEqual(['DESCRIPTORS_EXHAUSTED', 'function']);
  });

  it('is there if it was loaded ahead', async () => {
    const said = await runStarved(
      ['on-demand.js'],
      `${part}
      await part.loadAhead();
      console.log(part.isMade);
      const feed = starve();
      const starved = await outcome(part.get());
      feed();
      console.log(starved);`,
    );
    expect(said).toEqual(['false', 'ok']);
  });

  it('is loaded one part after the other, for which there may be enough', async () => {
    const said = await runStarved(
      ['commands/descriptors.js'],
      `let [now, most] = [0, 0];
      const load = async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setImmediate(resolve));
        now -= 1;
      };
      await Promise.all(Array.from({ length: 5 }, () => host.loadCode(() => load())));
      console.log(most);`,
    );
    expect(said).toEqual(['1']);
  });
});
