import { escapeXml } from './junit.ts';

/** A page that needs nothing else: readable in light and dark, and on paper. `body` is markup, `title` is text. */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeXml(title)}</title><style>${STYLE}</style></head><body>
${body}
</body></html>
`;
}

/** A table of texts; empty without rows. */
export function htmlTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const row = (cells: readonly string[], tag: 'th' | 'td') =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeXml(unbroken(cell))}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${row(head, 'th')}</thead><tbody>${rows.map((cells) => row(cells, 'td')).join('\n')}</tbody></table>`;
}

/** A list of texts; empty without any. */
export function htmlList(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `<ul>${lines.map((line) => `<li>${escapeXml(line)}</li>`).join('')}</ul>`;
}

/** A figure and its unit stay on one line. */
function unbroken(text: string): string {
  return text
    .replaceAll(/(\d) (ms|s|min|%)(?= |$|[,;)])/g, '$1\u00a0$2')
    .replaceAll('± ', '±\u00a0')
    .replaceAll(' ±', '\u00a0±');
}

const STYLE = `
:root { color-scheme: light dark; --text: #1c2733; --quiet: #5b6b7b; --line: #d7dee6; --ground: #fff; }
@media (prefers-color-scheme: dark) { :root { --text: #e8edf2; --quiet: #9fb0c0; --line: #33414f; --ground: #12181f; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--ground); max-width: 1100px; margin: 2rem auto; padding: 0 1rem; }
h1 { margin: .2rem 0; } h2 { margin-top: 2.2rem; } .quiet { color: var(--quiet); }
.verdict { display: inline-block; margin: 0; padding: .15rem .8rem; border-radius: 1rem; color: #fff; font-weight: 600; background: #5b6b7b; }
.passed { background: #1a7f37; } .failed { background: #c0392b; } .broken { background: #7d3c98; }
table { border-collapse: collapse; width: 100%; margin: .8rem 0; } th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); overflow-wrap: break-word; } td:first-child { white-space: nowrap; font-weight: 600; }
figure { margin: 1rem 0; overflow-x: auto; } figure svg { max-width: 100%; height: auto; background: #fff; border-radius: 8px; }
`;
