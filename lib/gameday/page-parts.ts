import { escapeXml } from '../report/junit.ts';

/** A table of texts; nothing where it has no row. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const row = (cells: readonly string[], tag: 'th' | 'td') =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeXml(unbroken(cell))}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${row(head, 'th')}</thead><tbody>${rows.map((cells) => row(cells, 'td')).join('\n')}</tbody></table>`;
}

/** A list of texts; nothing where there is none. */
export function list(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `<ul>${lines.map((line) => `<li>${escapeXml(line)}</li>`).join('')}</ul>`;
}

/** A figure and its unit stay on one line. */
function unbroken(text: string): string {
  return text
    .replaceAll(/(\d) (ms|s|min|%)(?= |$|[,;)])/g, '$1\u00a0$2')
    .replaceAll('± ', '±\u00a0')
    .replaceAll(' ±', '\u00a0±');
}
