import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { html } from '../../src/pictures/html.js';
import { idOf, someHost } from './some-host.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'page-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What a script in the page prints, with the picture's page in a browser. */
async function inBrowser(page: string, script: string): Promise<string> {
  const file = join(folder, 'page.html');
  const print = `<script>(async () => { ${script} })().then((result) => {
    const out = document.createElement('output'); out.id = 'result-of-test'; out.textContent = btoa(encodeURIComponent(result));
    document.documentElement.append(out); });</script>`;
  await writeFile(
    file,
    page.replace('</html>', () => `${print}</html>`),
  );
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${folder}/browser`];
  const { stdout } = await execa('chromium', [
    ...flags,
    '--virtual-time-budget=20000',
    '--dump-dom',
    `file://${file}`,
  ]);
  const [, result = ''] = /id="result-of-test">([^<]*)</.exec(stdout) ?? [];
  return decodeURIComponent(Buffer.from(result, 'base64').toString());
}

describe('the page of a host with 50 VIFs, one of them broken, in a browser', () => {
  it('is accessible, as far as axe can tell', async () => {
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const result = await inBrowser(
      html(someHost(50, 7)),
      `${axe.replaceAll('</script', '<\\/script')};
      const { violations, passes } = await axe.run();
      return JSON.stringify({ violations: violations.map(({ id, nodes }) => id + ' ' + nodes[0].html), passes: passes.length });`,
    );
    expect(JSON.parse(result)).toEqual({ violations: [], passes: expect.any(Number) });
    expect(JSON.parse(result).passes).toBeGreaterThan(10);
  });

  it('finds what is searched for: by an id, by the name of a link, by a state', async () => {
    const result = await inBrowser(
      html(someHost(50, 7)),
      `const found = {};
      const input = document.querySelector('#search');
      for (const word of ['${idOf(9)}', 'qvo00000003', 'broken', 'nowhere', '']) {
        input.value = word;
        input.dispatchEvent(new Event('input'));
        const rows = [...document.querySelectorAll('tbody tr')].filter((row) => !row.hidden);
        found[word] = rows.length === 1 ? rows[0].dataset.vif : rows.length;
      }
      found.count = document.querySelector('#count').textContent;
      return JSON.stringify(found);`,
    );
    expect(JSON.parse(result)).toEqual({
      [idOf(9)]: idOf(9),
      qvo00000003: idOf(3),
      broken: idOf(7),
      nowhere: 0,
      '': 50,
      count: '50 of 50 VIFs',
    });
  });

  it('lists what is broken first', async () => {
    const result = await inBrowser(
      html(someHost(50, 7)),
      `return [...document.querySelectorAll('tbody tr')].map((row) => row.dataset.vif).slice(0, 3).join();`,
    );
    expect(result).toBe([idOf(7), idOf(1), idOf(2)].join());
  });

  it('shows what is found in the picture, and dims all else, lines too', async () => {
    const result = await inBrowser(
      html(someHost(200, 90)),
      `const input = document.querySelector('#search');
      const shown = {};
      for (const word of ['qbr00000003', 'broken', 'qbr00000198']) {
        input.value = word;
        input.dispatchEvent(new Event('input'));
        const bright = [...document.querySelectorAll('[data-vifs]:not(.other)')];
        const own = bright.filter((each) => each.matches('.node') && !each.dataset.vifs.includes(' ') && each.dataset.vifs);
        const region = document.querySelector('#picture').getBoundingClientRect();
        const seen = own.map((each) => each.getBoundingClientRect());
        shown[word] = {
          boxes: own.length,
          lines: bright.filter((each) => each.matches('path') && each.dataset.vifs).length,
          isInView: seen.every(({ top, bottom }) => top >= region.top && bottom <= region.bottom),
        };
      }
      return JSON.stringify(shown);`,
    );
    const one = { boxes: 4, lines: 4, isInView: true };
    expect(JSON.parse(result)).toEqual({ qbr00000003: one, broken: one, qbr00000198: one });
  });

  it('draws what is broken in red', async () => {
    const result = await inBrowser(
      html(someHost(50, 7)),
      `return [...document.querySelectorAll('.node.broken rect')].map((each) => getComputedStyle(each).stroke).join();`,
    );
    expect(result).toBe('rgb(179, 21, 12)');
  });
});
