import { priceAssumptions } from '../analysis/path-price.ts';
import type { CostReport } from '../model/cost-report.ts';
import { callTimesSvg } from './charts/call-times.ts';
import { costTables } from './cost-tables.ts';
import { htmlList, htmlPage, htmlTable } from './html.ts';
import { escapeXml } from './junit.ts';

/** What a mesh costs, as one page that needs nothing else: readable in light and dark, and on paper. */
export function costPage(report: CostReport): string {
  const { environment, mesh, run, startedAt, load, prices, notes } = report;
  const sections = costTables(report).map(
    ({ title, head, rows, about }) =>
      `<section><h2>${escapeXml(title)}</h2><p class="quiet">${escapeXml(about)}</p>${htmlTable(head, rows)}${
        title === PICTURED ? `<figure>${costPicture(report)}</figure>` : ''
      }</section>`,
  );
  const assumed = prices
    ? `<section><h2>What the estimate takes for granted</h2>${htmlList(priceAssumptions(prices.table, prices.callsPerSecond))}</section>`
    : '';
  return htmlPage(
    `What the mesh costs: ${environment}`,
    `<header><h1>What the mesh costs</h1>
<p class="quiet">${escapeXml(`${environment}, ${mesh}, ${startedAt}, run ${run}; ${load.ratePerSecond} calls a second from ${load.from} for ${load.seconds} s`)}</p>
${htmlList(notes)}</header>
${sections.join('\n')}
${assumed}`,
  );
}

/** Title of the table that has a picture. */
const PICTURED = 'Where the time of a call goes';

/** Where the time goes, as a standalone SVG. */
export function costPicture({ times = [], load }: CostReport): string {
  return callTimesSvg({
    title: PICTURED,
    subtitle: `${load.ratePerSecond} calls a second from ${load.from}; by the durations that both proxies tell of each call`,
    paths: times,
  });
}
