import { timeline } from '../analysis/timeline.ts';
import type { Recording } from '../model/call-plan.ts';
import { formatDuration } from '../model/duration.ts';
import type { TimelineBin, TimelineData } from '../model/timeline.ts';
import { timelineSvg } from '../report/charts/timeline.ts';
import type { ProbeFindings } from './judge.ts';
import type { GamedayResult } from './result.ts';

/** Pictures of a long game day have no more slices than this. */
const MOST_BINS = 240;

/** The timeline of one probe: calls, latency, who answered; all faults as bands; what happened as lines. */
export function probePicture(result: GamedayResult, found: ProbeFindings, recording: Recording): string {
  const t0 = result.moments.faultsAt[0] ?? recording.observations[0]?.intendedAt ?? 0;
  const seconds = (at: number) => (at - t0) / 1000;
  const spanMs =
    (recording.observations.at(-1)?.intendedAt ?? t0) - (recording.observations[0]?.intendedAt ?? t0);
  // A slice holds a call at least, or every picture of a slow probe would be full of holes.
  const callMs = 1000 / recording.plan.ratePerSecond;
  const binMs = Math.max(500, Math.ceil(Math.max(spanMs / MOST_BINS, callMs) / 500) * 500);
  const data: TimelineData = {
    title: `${found.probe}: ${result.scenario.title}`,
    subtitle: `${recording.plan.ratePerSecond} calls/s from ${recording.caller.cluster}; ${found.failed} lost, longest gap ${formatDuration(found.longestGapMs)}, recovery ${found.recoveryMs === undefined ? 'never' : formatDuration(found.recoveryMs)}`,
    verdict: result.verdict,
    binSeconds: binMs / 1000,
    bins: timeline([recording], { binMs }).map((bin): TimelineBin => {
      const { ok: _, ...errors } = bin.failed;
      return {
        t: seconds(bin.at),
        ok: bin.ok,
        errors,
        p50Ms: bin.p50Ms ?? null,
        p99Ms: bin.p99Ms ?? null,
        answeredBy: bin.answeredBy,
      };
    }),
    bands: result.faults.flatMap(({ name, injectedAt, revertedAt }) =>
      injectedAt
        ? [{ label: name, from: seconds(injectedAt.from), to: seconds(revertedAt ?? injectedAt.to) }]
        : [],
    ),
    markers: [
      ...(found.settledAt === undefined || found.recoveryMs === 0
        ? []
        : [{ label: 'steady', at: seconds(found.settledAt) }]),
      ...result.events
        .filter(({ kind }) => kind === 'abort' || kind === 'observation')
        .map(({ at, text }) => ({ label: text.slice(0, 40), at: seconds(at) })),
    ],
  };
  return timelineSvg(data);
}
