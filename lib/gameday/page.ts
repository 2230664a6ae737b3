import { escapeXml } from '../report/junit.ts';
import { htmlList, htmlPage, htmlTable } from '../report/html.ts';
import { VERDICT_WORDS } from '../report/words.ts';
import { formatDuration } from '../model/duration.ts';
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
  return htmlPage(
    `${scenario.title}: ${verdict}`,
    `<header><p class="verdict ${verdict}">${result.rehearsed ? 'rehearsed' : verdict}</p>
<h1>${escapeXml(scenario.title)}</h1>
<p class="quiet">${escapeXml(scenario.name)} in ${escapeXml(result.environment)}, ${result.startedAt} to ${result.endedAt}, run ${escapeXml(result.run)}: ${meaning}</p>
${htmlList(reasons)}${htmlList(result.remarks.map((words) => `to look into: ${words}`))}</header>
<section><h2>The planes</h2>${htmlTable(
      ['plane', 'probe', 'since the first fault'],
      moments.faultsAt.length === 0
        ? []
        : result.planes.map(({ plane, probe, words }) => [plane, probe, words]),
    )}</section>
<section><h2>Hypothesis</h2><p>${escapeXml(scenario.hypothesis)}</p>${scenario.notes === undefined ? '' : `<p>${escapeXml(scenario.notes)}</p>`}
${
  promises.length === 0
    ? '<p>No fault was injected, so nothing was shown.</p>'
    : htmlTable(
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
${htmlTable(
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
<section><h2>Faults</h2>${htmlTable(
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
<section><h2>What happened, and what was decided</h2>${htmlTable(
      ['time (UTC)', '', 'what'],
      events.map(({ at, kind, text, fault }) => [
        new Date(at).toISOString().slice(11, 23),
        kind,
        fault === undefined ? text : `${fault}: ${text}`,
      ]),
    )}</section>
<section><h2>Who and what took part</h2>${htmlTable(
      ['role', ''],
      Object.entries(scenario.roles),
    )}${htmlTable(['version', ''], Object.entries(versions))}</section>
<footer class="quiet">The files beside this page are listed with their hashes in SHA256SUMS (sha256sum --check SHA256SUMS).</footer>`,
  );
}
