import { formatDuration } from '../model/duration.ts';
import { htmlTable } from '../report/html.ts';
import type { GamedayResult } from './result.ts';
import type { ClockTiming } from './timing.ts';

/** What live timers let expect of each fault, beside what it cost. */
export function predictionSection({ predictions }: GamedayResult): string {
  if (predictions.length === 0) return '';
  const rows = predictions.map((one) => [
    one.fault,
    one.probe,
    one.predicted,
    one.dominatedBy ?? '',
    one.measured,
    one.unexplained === undefined ? (one.expectedMs === undefined ? '' : 'explained') : 'NOT EXPLAINED',
  ]);
  return `<section><h2>Predicted and measured</h2><p>How long calls should take to get around a fault, from the timers that the
caller’s proxy had just before it, and how long they took while it held. What takes longer than the timers explain is something to look into, and no failure by itself.</p>
${htmlTable(['fault', 'probe', 'predicted', 'timer that decides', 'measured', ''], rows)}</section>`;
}

/** How exactly times are known: what each is made of, and the clocks behind it. */
export function timingSection({ timing }: GamedayResult): string {
  if (timing.probes.length === 0) return '';
  const probes = timing.probes.map((one) => [
    one.probe,
    `${one.cluster}: ${one.node}`,
    exactly(one.intervalMs),
    `${one.latenessP99Ms === undefined ? 'unknown' : exactly(one.latenessP99Ms)} (limit ${formatDuration(one.latenessLimitMs)})`,
    String(one.unsent),
    offsetWords(one),
    `± ${exactly(one.resolutionMs)}`,
    one.doubt === undefined ? '' : 'NO VERDICT',
  ]);
  const clocks = timing.clocks.map(({ cluster, node, before, after }) => [
    cluster,
    node,
    offsetWords(before),
    offsetWords(after),
  ]);
  return `<section><h2>How exactly times are known</h2><p>Interval of the probe, lateness of its caller and uncertainty of its clock, added. Callers that were too late make their recordings worthless, and say nothing of the mesh.</p>
${htmlTable(['probe', 'caller', 'interval', 'lateness p99', 'not made', 'clock offset', 'known to', ''], probes)}
${clocks.length === 0 ? '' : '<p>Clocks of the nodes that agents run on, against the clock of whoever ran this; other nodes date nothing that is shown here.</p>'}
${htmlTable(['cluster', 'node', 'at the beginning', 'at the end'], clocks)}</section>`;
}

function offsetWords(
  clock: ClockTiming['before'] | { clockOffsetMs: number; clockUncertaintyMs: number },
): string {
  if (!clock) return 'not read';
  const [offset, uncertainty] =
    'offsetMs' in clock
      ? [clock.offsetMs, clock.uncertaintyMs]
      : [clock.clockOffsetMs, clock.clockUncertaintyMs];
  const sign = offset < 0 ? '−' : '+';
  return `${sign}${exactly(Math.abs(offset))} ± ${Number.isFinite(uncertainty) ? exactly(uncertainty) : 'unknown'}`;
}

/** Small times with a digit behind the point. */
function exactly(ms: number): string {
  return ms < 100 ? `${Number(ms.toFixed(1))} ms` : formatDuration(ms);
}
