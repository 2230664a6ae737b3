import type { GateResult } from '../model/gate.ts';
import { htmlList, htmlPage, htmlTable } from '../report/html.ts';
import { escapeXml } from '../report/junit.ts';
import { comparisonPicture } from './picture.ts';
import {
  baselinesTable,
  comparisonNotes,
  droppedTable,
  metricsTable,
  promisesTable,
  promisesWords,
  type Table,
  versionsTable,
  waiversTable,
} from './tables.ts';
import { countWords, DECISION_WORDS } from './words.ts';

/** More belong into `gate.json`, which has all. */
const DROPPED_SHOWN = 50;

/** The gate's result as one page that needs nothing else. */
export function gatePage(result: GateResult): string {
  const { decision, from, to, traffic, comparison, failovers, warnings } = result;
  const { verdict, meaning } = DECISION_WORDS[decision];
  const sides = `${from.label} → ${to.label}`;
  return htmlPage(
    `${decision}: ${sides}`,
    `<header><p class="verdict ${verdict}">${decision}</p>
<h1>${escapeXml(sides)}</h1>
<p class="quiet">in ${escapeXml(result.environment)}, ${result.startedAt} to ${result.endedAt}, run ${escapeXml(result.run)}: ${meaning} (exit code ${result.exitCode})</p></header>
${section('What decided', `<ol>${result.decidedBy.map(({ words }) => `<li>${escapeXml(words)}</li>`).join('')}</ol>${result.alsoDecided === 0 ? '' : `<p>…and ${result.alsoDecided} more.</p>`}`)}
${section('Warnings', htmlList(warnings))}
${section('Waivers', tableOf(waiversTable(result)))}
${section('Promises', `<p>${escapeXml(promisesWords(result))}</p>${tableOf(promisesTable(result))}`)}
${section('Calls during upgrade and rollback', traffic ? trafficPart(traffic) : '')}
${section('Latency and errors', comparison ? `<figure>${comparisonPicture(comparison)}</figure>${tableOf(metricsTable(comparison))}${htmlList(comparisonNotes(comparison))}` : '')}
${section('Failover', htmlList(failovers.map(({ verdict, words }) => `${verdict}: ${words}`)))}
${section('What runs now, over time', tableOf(baselinesTable(result)))}
${section('Versions that differ', tableOf(versionsTable(result)))}
${section('How to reproduce', `<pre>${escapeXml(result.reproduce.command)}</pre><p class="quiet">The same rounds in the same order have seed ${result.reproduce.seed}.</p>`)}`,
  );
}

function trafficPart(traffic: NonNullable<GateResult['traffic']>): string {
  const calls = traffic.phases.map(({ phase, calls }) => `${countWords(calls)} during the ${phase}`);
  const { length: lost } = traffic.dropped;
  const shown = lost > DROPPED_SHOWN ? `; the first ${DROPPED_SHOWN} are here, all are in gate.json` : '';
  return `<p>Calls: ${calls.join(', ') || 'none'}; ${countWords(lost)} lost${shown}.</p>${tableOf(droppedTable(traffic, DROPPED_SHOWN))}`;
}

function section(title: string, content: string): string {
  return content === '' ? '' : `<section><h2>${title}</h2>${content}</section>`;
}

function tableOf({ head, rows }: Table): string {
  return htmlTable(head, rows);
}
