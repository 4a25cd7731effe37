import type { Picture, PicturedVif } from './picture.js';
import { escaped, svg } from './svg.js';

const style = `
  :root { color-scheme: light; }
  body { margin: 1.5rem; font: 15px/1.5 system-ui, sans-serif; color: #1b1b1b; background: #fff; }
  h1 { font-size: 1.4rem; }
  table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }
  th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #ddd; vertical-align: top; }
  td { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 13px; }
  tr.broken td.state { color: #b3150c; font-weight: 700; }
  tr.waiting td.state { color: #7a5b00; }
  input { font: inherit; padding: .3rem .5rem; width: min(30rem, 100%); border: 1px solid #666; border-radius: 4px; }
  .scroll { overflow: auto; border: 1px solid #ccc; border-radius: 6px; }
  .scroll:focus-visible, input:focus-visible { outline: 3px solid #1f4e8c; outline-offset: 1px; }
  [hidden] { display: none; }
  svg .node.other, svg path.other { opacity: .15; }
`;

/** In the page. What is searched for is text anywhere in a row: an id, a MAC address, an instance, a state. */
const script = `
  const input = document.querySelector('#search');
  const told = document.querySelector('#told');
  const rows = [...document.querySelectorAll('tbody tr')];
  const nodes = [...document.querySelectorAll('.node')];
  const search = () => {
    const words = input.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const found = new Set();
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      const named = nodes.filter((node) => node.dataset.vifs.split(' ').includes(row.dataset.vif));
      const around = named.map((node) => node.textContent.toLowerCase()).join(' ');
      const isFound = words.every((word) => text.includes(word) || around.includes(word));
      row.hidden = !isFound;
      if (isFound) found.add(row.dataset.vif);
    }
    for (const node of nodes) {
      const own = node.dataset.vifs.split(' ').filter(Boolean);
      node.classList.toggle('other', words.length > 0 && own.length > 0 && !own.some((id) => found.has(id)));
    }
    told.textContent = found.size + ' of ' + rows.length + ' VIFs';
  };
  input.addEventListener('input', search);
  search();
`;

/** A page that stands alone: it asks no server for anything. Without a script it shows everything. */
export function html(picture: Picture): string {
  const { title, vifs } = picture;
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
<input id="search" type="search" autocomplete="off"> <span id="told" role="status"></span></p>
<table>
<caption hidden>VIFs</caption>
<thead><tr><th scope="col">VIF</th><th scope="col">State</th><th scope="col">Type</th><th scope="col">Instance</th><th scope="col">MAC address</th><th scope="col">Why</th></tr></thead>
<tbody>
${vifs.map(row).join('\n')}
</tbody>
</table>
<div class="scroll" tabindex="0" role="region" aria-label="Picture">
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
