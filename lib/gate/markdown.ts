import type { GateResult } from '../model/gate.ts';
import { details, escapeMarkdown, table } from '../report/markdown.ts';
import { VERDICT_WORDS } from '../report/words.ts';
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
import { DECISION_WORDS } from './words.ts';

/** A comment on a pull request is no place for thousands of calls; `gate.json` has them. */
const DROPPED_SHOWN = 10;

/** The gate's result as Markdown for a pull request: the decision and what decided first, everything else behind it. */
export function gateMarkdown(result: GateResult): string {
  const { traffic, comparison, failovers, warnings } = result;
  const dropped = traffic ? droppedTable(traffic, DROPPED_SHOWN) : undefined;
  const parts = [
    headline(result),
    decidedBy(result),
    warnings.map((warning) => `> ⚠️ ${escapeMarkdown(warning)}`).join('\n>\n'),
    section('Waivers', tableOf(waiversTable(result))),
    section('Promises', [escapeMarkdown(promisesWords(result)), tableOf(promisesTable(result))].join('\n\n')),
    dropped && traffic
      ? section(`Lost calls: ${shownOf(dropped.rows.length, traffic.dropped.length)}`, tableOf(dropped))
      : '',
    comparison ? section('Latency and errors', tableOf(metricsTable(comparison))) : '',
    comparison ? details('How it was compared', comparisonNotes(comparison).map(bullet).join('\n')) : '',
    details('Failover', failovers.map(({ verdict, words }) => bullet(`${verdict}: ${words}`)).join('\n')),
    details('Over time', tableOf(baselinesTable(result))),
    details('Versions', tableOf(versionsTable(result))),
    reproduce(result),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function headline({ decision, exitCode, from, to, environment }: GateResult): string {
  const { verdict, meaning } = DECISION_WORDS[decision];
  const sides = `${escapeMarkdown(from.label)} → ${escapeMarkdown(to.label)}`;
  return `## ${VERDICT_WORDS[verdict].mark} ${decision}: ${sides}\n\n**${meaning}** on \`${environment}\` (exit code ${exitCode}).`;
}

function decidedBy({ decidedBy, alsoDecided }: GateResult): string {
  const facts = decidedBy.map(({ words }, index) => `${index + 1}. ${escapeMarkdown(words)}`);
  const more = alsoDecided === 0 ? [] : [`\n…and ${alsoDecided} more.`];
  return ['### What decided\n', ...facts, ...more].join('\n');
}

function reproduce({ run, reproduce: { command, seed } }: GateResult): string {
  return `### How to reproduce\n\nRun \`${run}\` again with the same rounds in the same order (seed ${seed}):\n\n\`\`\`sh\n${command}\n\`\`\``;
}

function section(title: string, content: string): string {
  return content === '' ? '' : `### ${title}\n\n${content}`;
}

function tableOf({ head, rows }: Table): string {
  return table(head, rows);
}

function bullet(text: string): string {
  return `- ${escapeMarkdown(text)}`;
}

function shownOf(shown: number, all: number): string {
  return shown < all ? `the first ${shown} of ${all}` : String(all);
}
