import type { Picture, PicturedVif, PictureState } from './picture.js';
import { escaped, svg } from './svg.js';

const style = `
  :root { color-scheme: light; }
  body { margin: 1.5rem; font: 15px/1.5 system-ui, sans-serif; color: #1b1b1b; background: #fff; }
  h1 { font-size: 1.4rem; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #ddd; vertical-align: top; }
  th { position: sticky; top: 0; background: #fff; }
  td { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 13px; }
  tr.broken td.state { color: #b3150c; font-weight: 700; }
  tr.waiting td.state { color: #7a5b00; }
  input { font: inherit; padding: .3rem .5rem; width: min(30rem, 100%); border: 1px solid #666; border-radius: 4px; }
  .scroll { overflow: auto; max-height: 85vh; margin: 1rem 0; border: 1px solid #ccc; border-radius: 6px; }
  .scroll.table { max-height: 45vh; padding: 0 .75rem; }
  @media print { .scroll, .scroll.table { max-height: none; } }
  .scroll:focus-visible, input:focus-visible { outline: 3px solid #1f4e8c; outline-offset: 1px; }
  [hidden] { display: none; }
  svg .node.other, svg path.other { opacity: .15; }
`;

/**
 * The script in the page. It searches for text anywhere in a row, or in the parts of the picture that belong to its
 * VIF: an id, a MAC address, an instance, a link, a state. The picture of a host with many VIFs is long, so it is
 * scrolled to the first result.
 */
const script = `
  const input = document.querySelector('#search');
  const count = document.querySelector('#count');
  const region = document.querySelector('#picture');
  const rows = [...document.querySelectorAll('tbody tr')];
  const parts = [...document.querySelectorAll('[data-vifs]')].map((part) => {
    return { part, vifs: part.dataset.vifs.split(' ').filter(Boolean) };
  });
  const boxes = parts.filter(({ part }) => part.matches('.node')); // lines reach far
  const texts = new Map(rows.map((row) => [row.dataset.vif, row.textContent.toLowerCase()]));
  for (const { part, vifs } of parts) {
    for (const id of vifs) texts.set(id, texts.get(id) + ' ' + part.textContent.toLowerCase());
  }
  const search = () => {
    const words = input.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const found = new Set();
    for (const row of rows) {
      row.hidden = !words.every((word) => texts.get(row.dataset.vif).includes(word));
      if (!row.hidden) found.add(row.dataset.vif);
    }
    for (const { part, vifs } of parts) {
      const isOther = words.length > 0 && vifs.length > 0 && !vifs.some((id) => found.has(id));
      part.classList.toggle('other', isOther);
    }
    const own = boxes.filter(({ vifs }) => vifs.length > 0 && vifs.every((id) => found.has(id)));
    const tops = own.map(({ part }) => part.getBoundingClientRect().top);
    if (tops.length > 0) region.scrollTop += Math.min(...tops) - region.getBoundingClientRect().top - 16;
    count.textContent = found.size + ' of ' + rows.length + ' VIFs';
  };
  input.addEventListener('input', search);
  search();
`;

const order: readonly PictureState[] = ['broken', 'waiting', 'sound'];

/** A self-contained page, which needs no server. Without scripts it shows everything. */
export function html(picture: Picture): string {
  const { title } = picture;
  const vifs = [...picture.vifs].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  const broken = vifs.filter(({ state }) => state === 'broken').length;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p>${vifs.length} VIFs, ${broken} broken.</p>
<p><label for="search">Search for a VIF, an instance, a MAC address, a link or a state</label><br>
<input id="search" type="search" autocomplete="off"> <span id="count" role="status"></span></p>
<div class="scroll table" tabindex="0" role="region" aria-label="Table">
<table>
<caption hidden>VIFs</caption>
<thead><tr><th scope="col">VIF</th><th scope="col">State</th><th scope="col">Type</th><th scope="col">Instance</th><th scope="col">MAC address</th><th scope="col">Why</th></tr></thead>
<tbody>
${vifs.map(row).join('\n')}
</tbody>
</table>
</div>
<div class="scroll" id="picture" tabindex="0" role="region" aria-label="Picture">
${svg(picture)}</div>
</main>
<script>${script}</script>
</body>
</html>
`;
}

function row({ id, state, type = '', instance = '', mac = '', why }: PicturedVif): string {
  const cells = [type, instance, mac, why.join('; ')].map((text) => `<td>${escaped(text)}</td>`).join('');
  return `<tr class="${state}" data-vif="${escaped(id)}"><td>${escaped(id)}</td><td class="state">${state}</td>${cells}</tr>`;
}
