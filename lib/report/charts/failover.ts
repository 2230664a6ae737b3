import { type FailoverFindings } from '../../analysis/outage.ts';
import { timeline } from '../../analysis/timeline.ts';
import { formatDuration } from '../../model/duration.ts';
import type { Recording } from '../../model/call-plan.ts';
import type { FailoverSpec } from '../../model/fault.ts';
import type { TimelineBin, TimelineData, TimelineMarker } from '../../model/timeline.ts';
import type { Verdict } from '../../model/verdict.ts';

const BIN_MS = 500;

/** What the timeline picture of one failover shows; times become seconds from the fault. */
export function failoverTimeline(input: {
  recording: Recording;
  findings: FailoverFindings;
  revertedAt: number;
  spec: FailoverSpec;
  service: string;
  verdict: Verdict;
}): TimelineData {
  const { recording, findings, revertedAt, service, verdict } = input;
  const { t0 } = findings;
  const revert = (revertedAt - t0) / 1000;
  const rate = recording.plan.ratePerSecond;
  const figures = [
    `failover ${words(findings.failoverMs)}`,
    `steady ${words(findings.steadyMs)}`,
    `failback ${words(findings.failbackMs)}`,
    `${findings.failedCount} failed calls`,
    `resolution ${formatDuration(findings.resolutionMs)}`,
  ];
  return {
    title: `${service}: ${faultWords(input.spec)}`,
    subtitle: `${rate} calls/s from ${recording.caller.cluster}; ${figures.join(', ')}`,
    verdict,
    binSeconds: BIN_MS / 1000,
    bins: timeline([recording], { binMs: BIN_MS }).map((bin) => toPicture(bin, t0)),
    bands: [{ label: faultWords(input.spec), from: 0, to: revert }],
    markers: markers(findings, revert),
  };
}

/** A fault in words. */
function faultWords(spec: FailoverSpec): string {
  return spec.kind === 'node-kill'
    ? `node kill in ${spec.cluster}`
    : `link partition ${spec.from} → ${spec.to}`;
}

function markers(findings: FailoverFindings, revert: number): TimelineMarker[] {
  const { detectMs, failoverMs, steadyMs, failbackMs } = findings;
  const at = (label: string, ms: number | undefined, from = 0): TimelineMarker[] =>
    ms === undefined ? [] : [{ label, at: from + ms / 1000 }];
  return [
    { label: 'fault seen', at: 0 },
    ...at('first failed call', detectMs),
    ...at('first success elsewhere', failoverMs),
    ...at('steady', steadyMs),
    { label: 'reverted', at: revert },
    ...at('failback', failbackMs, revert),
  ];
}

function toPicture(bin: ReturnType<typeof timeline>[number], t0: number): TimelineBin {
  const { ok: _, ...errors } = bin.failed;
  return {
    t: (bin.at - t0) / 1000,
    ok: bin.ok,
    errors,
    p50Ms: bin.p50Ms ?? null,
    p99Ms: bin.p99Ms ?? null,
    answeredBy: bin.answeredBy,
  };
}

function words(ms: number | undefined): string {
  return ms === undefined ? 'never' : formatDuration(ms);
}
