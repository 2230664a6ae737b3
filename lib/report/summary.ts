import { recordWords } from '../analysis/flakes.ts';
import { decides, quarantineNote } from '../analysis/quarantine.ts';
import type { RunManifest } from '../model/run.ts';
import type { RunVerdict, TestVerdict } from '../model/verdict.ts';
import { type Coverage, coverageWords } from './coverage.ts';
import { details, escapeMarkdown, table } from './markdown.ts';
import {
  durationText,
  figureWords,
  FLAKY_MARK,
  QUARANTINE_MARK,
  READING_ORDER,
  VERDICT_WORDS,
  verdictWords,
} from './words.ts';

/** What the summary tells of a run beside its verdict. */
interface How extends Pick<RunManifest, 'command' | 'seed'> {
  coverage: Coverage;
  /** True when ip-plan.md is beside it. */
  ipPlan: boolean;
}

/**
 * The run as Markdown for a pull request: the verdict in one line, then what is not a pass with its reason, the
 * measured figures, stage times, versions, and how to run it again.
 */
export function summaryMarkdown(run: RunVerdict, how: How): string {
  const parts = [
    headline(run),
    escapeMarkdown(coverageWords(how.coverage)),
    countsTable(run),
    quarantine(run),
    problems(run),
    flaky(run),
    figuresTable(run),
    how.ipPlan ? 'Address ranges of all clusters: [ip-plan.md](ip-plan.md)' : '',
    details('Stage times', table(['stage', 'time'], stageRows(run))),
    details('Requests to API servers', apiCallsTable(run)),
    details('Versions', table(['what', 'version'], Object.entries(run.versions))),
    reproduce(run, how),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function headline(run: RunVerdict): string {
  const { meaning } = VERDICT_WORDS[run.verdict];
  // A reader who sees the mark only must not take a run that leaves something out for one that is all green.
  const silent = run.quarantined?.length ?? 0;
  const mark = run.verdict === 'passed' && silent > 0 ? QUARANTINE_MARK : VERDICT_WORDS[run.verdict].mark;
  const took = durationText((Date.parse(run.endedAt) - Date.parse(run.startedAt)) / 1000);
  const kept =
    silent > 0
      ? 'every promise that is not in quarantine was kept'
      : 'every promise that was checked was kept';
  const shown = run.verdict === 'passed' ? kept : meaning;
  return `## ${mark} Meshproof: ${verdictWords(run)}\n\n**${shown}** on \`${run.environment}\`: ${run.counts.passed} of ${run.tests.length} tests passed in ${took} (exit code ${run.exitCode}).`;
}

function countsTable(run: RunVerdict): string {
  const seen = READING_ORDER.filter((verdict) => run.counts[verdict] > 0);
  return table(
    ['verdict', 'tests', 'meaning'],
    seen.map((verdict) => {
      const { mark, meaning } = VERDICT_WORDS[verdict];
      return [`${mark} ${verdict}`, String(run.counts[verdict]), meaning];
    }),
  );
}

/** What is in quarantine, whatever its verdict; first what has expired, because somebody promised to see to it by then. */
function quarantine(run: RunVerdict): string {
  const marked = run.tests.filter((test) => test.quarantine !== undefined);
  const expired = marked.filter((test) => !test.quarantine?.holds);
  const line = (test: TestVerdict) =>
    `- ${VERDICT_WORDS[test.verdict].mark} **${test.verdict}** ${escapeMarkdown(test.id)}  \n  ${escapeMarkdown(quarantineNote(test) ?? '')}`;
  const parts = [
    expired.length === 0
      ? ''
      : `### ⏰ Quarantine EXPIRED\n\nThese decide the verdict again: mend them, or take them out of the file.\n\n${expired.map(line).join('\n')}`,
    marked.length === expired.length
      ? ''
      : `### ${QUARANTINE_MARK} In quarantine\n\nThis run does not answer for these.\n\n${marked
          .filter((test) => !expired.includes(test))
          .map(line)
          .join('\n')}`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function flaky({ flaky = [] }: RunVerdict): string {
  if (flaky.length === 0) return '';
  const lines = flaky.map((flake) => `- ${escapeMarkdown(flake.id)}: ${escapeMarkdown(recordWords(flake))}`);
  return `### ${FLAKY_MARK} Flaky\n\nThe same inputs, differing verdicts:\n\n${lines.join('\n')}`;
}

function problems(run: RunVerdict): string {
  const rows = READING_ORDER.filter((verdict) => verdict !== 'passed').flatMap((verdict) =>
    run.tests.filter((test) => test.verdict === verdict).map(problem),
  );
  return rows.length === 0 ? '' : `### Not passed\n\n${rows.join('\n')}`;
}

function problem(test: TestVerdict): string {
  const note = quarantineNote(test);
  const reason = [...test.reason.split('\n'), ...(note === undefined ? [] : [note])].map(
    (line) => `  ${escapeMarkdown(line)}`,
  );
  const mark = decides(test) ? '' : `${QUARANTINE_MARK} `;
  return `- ${mark}${VERDICT_WORDS[test.verdict].mark} **${test.verdict}** ${escapeMarkdown(test.id)}  \n${reason.join('  \n')}`;
}

function figuresTable(run: RunVerdict): string {
  const rows = run.tests.flatMap((test) =>
    Object.entries(test.figures).map(([name, value], index) => {
      const { label, text } = figureWords(name, value);
      return [index === 0 ? test.id : '', label, text];
    }),
  );
  return rows.length === 0
    ? ''
    : `### Measured\n\n${table(['test', 'figure', 'value'], rows, ['', '', 'right'])}`;
}

function stageRows(run: RunVerdict): string[][] {
  return Object.entries(run.stages).map(([stage, seconds]) => [stage, durationText(seconds)]);
}

/** A row for each cluster, a column for what asked; `run` is everything before and after the suites. */
function apiCallsTable({ apiCalls = {} }: RunVerdict): string {
  const who = Object.keys(apiCalls).toSorted();
  const clusters = [...new Set(Object.values(apiCalls).flatMap((counts) => Object.keys(counts)))].toSorted();
  const rows = clusters.map((cluster) => [
    cluster,
    ...who.map((name) => String(apiCalls[name]?.[cluster] ?? 0)),
  ]);
  return table(['cluster', ...who], rows, ['', ...who.map(() => 'right')]);
}

function reproduce(run: RunVerdict, { command, seed }: How): string {
  const text = `Run \`${run.run}\` again in the same order (seed ${seed}):`;
  const seeded = command.includes('--seed') ? command : `${command} --seed ${seed}`;
  return `### How to reproduce\n\n${text}\n\n\`\`\`sh\n${seeded}\n\`\`\``;
}
