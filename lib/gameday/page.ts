import { escapeXml } from '../report/junit.ts';
import { VERDICT_WORDS } from '../report/words.ts';
import { formatDuration } from '../model/duration.ts';
import { list, table } from './page-parts.ts';
import { predictionSection, timingSection } from './page-measures.ts';
import { probePicture } from './pictures.ts';
import type { GamedayResult } from './result.ts';

/** The evidence of a game day as one page that needs nothing else: readable in light and dark, and on paper. */
export function evidencePage(result: GamedayResult): string {
  const { scenario, verdict, reasons, promises, faults, events, findings, recordings, versions, moments } =
    result;
  const { meaning } = VERDICT_WORDS[verdict];
  const pictures = findings.flatMap((found) => {
    const recording = recordings.get(found.probe);
    return recording ? [`<figure>${probePicture(result, found, recording)}</figure>`] : [];
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeXml(scenario.title)}: ${verdict}</title><style>${STYLE}</style></head><body>
<header><p class="verdict ${verdict}">${result.rehearsed ? 'rehearsed' : verdict}</p>
<h1>${escapeXml(scenario.title)}</h1>
<p class="quiet">${escapeXml(scenario.name)} in ${escapeXml(result.environment)}, ${result.startedAt} to ${result.endedAt}, run ${escapeXml(result.run)}: ${meaning}</p>
${list(reasons)}${list(result.remarks.map((words) => `to look into: ${words}`))}</header>
<section><h2>The planes</h2>${table(
    ['plane', 'probe', 'since the first fault'],
    moments.faultsAt.length === 0
      ? []
      : result.planes.map(({ plane, probe, words }) => [plane, probe, words]),
  )}</section>
<section><h2>Hypothesis</h2><p>${escapeXml(scenario.hypothesis)}</p>${scenario.notes === undefined ? '' : `<p>${escapeXml(scenario.notes)}</p>`}
${
  promises.length === 0
    ? '<p>No fault was injected, so nothing was shown.</p>'
    : table(
        ['', 'probe', 'promise', 'target', 'measured'],
        promises.map(({ probe, promise, limit, measured, held }) => [
          held ? '✓' : '✗',
          probe,
          promise,
          limit,
          measured,
        ]),
      )
}</section>
<section><h2>What the probes saw</h2>${pictures.join('\n')}
${table(
  ['probe', 'calls', 'lost', 'how', 'longest gap', 'error-seconds', 'steady again while a fault held'],
  findings.map((one) => [
    one.probe,
    String(one.calls),
    String(one.failed),
    Object.entries(one.outcomes)
      .map(([outcome, count]) => `${count} × ${outcome}`)
      .join(', '),
    formatDuration(one.longestGapMs),
    one.errorSeconds.toFixed(2),
    one.recoveredUnderFault ? 'yes' : 'no',
  ]),
)}</section>
<section><h2>Faults</h2>${table(
    ['fault', 'what it did', 'seen to bite', 'proven to be gone', 'held'],
    faults.map(({ name, plan, effect, proof, injectedAt, revertedAt, stoppedBiting }) => [
      name,
      plan.blastRadius,
      [effect ?? 'not injected', stoppedBiting === undefined ? '' : `then: ${stoppedBiting}`]
        .filter(Boolean)
        .join('; '),
      proof ?? (injectedAt ? 'NOT PROVEN' : ''),
      injectedAt && revertedAt !== undefined ? formatDuration(revertedAt - injectedAt.to) : '',
    ]),
  )}</section>
${predictionSection(result)}
${timingSection(result)}
<section><h2>What happened, and what was decided</h2>${table(
    ['time (UTC)', '', 'what'],
    events.map(({ at, kind, text, fault }) => [
      new Date(at).toISOString().slice(11, 23),
      kind,
      fault === undefined ? text : `${fault}: ${text}`,
    ]),
  )}</section>
<section><h2>Who and what took part</h2>${table(
    ['role', ''],
    Object.entries(scenario.roles),
  )}${table(['version', ''], Object.entries(versions))}</section>
<footer class="quiet">The files beside this page are listed with their hashes in SHA256SUMS (sha256sum --check SHA256SUMS).</footer>
</body></html>
`;
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
