import { type NameFailover, recordAnswered, type Turns } from '../../analysis/aws/dns-failover.ts';
import { timeline } from '../../analysis/timeline.ts';
import type { FailoverName } from '../../model/aws-dns.ts';
import type { Recording } from '../../model/call-plan.ts';
import { formatDuration } from '../../model/duration.ts';
import type { Observation } from '../../model/observation.ts';
import type { TimelineData, TimelineMarker } from '../../model/timeline.ts';
import type { Verdict } from '../../model/verdict.ts';

const BIN_MS = 2000;

/** What the picture of one cluster's lookups shows. */
export interface NamePicture {
  recording: Recording;
  heard: NameFailover;
  name: FailoverName;
  turns: Turns;
  verdict: Verdict;
}

/** The timeline of a failover of a name, as one cluster heard it: lookups by the cluster that they led to. Pure. */
export function nameTimeline({ recording, heard, name, turns, verdict }: NamePicture): TimelineData {
  const { failAt, revertedAt } = turns;
  const revert = (revertedAt - failAt) / 1000;
  const { toSecondaryMs, lastPrimaryMs, toPrimaryMs, lastSecondaryMs, resolutionMs } = heard;
  const led = {
    ...recording,
    observations: recording.observations.map((one) => ledTo(one, name, recording)),
  };
  const at = (label: string, ms: number | undefined, from = 0): TimelineMarker[] =>
    ms === undefined ? [] : [{ label, at: from + ms / 1000 }];
  const words = (ms: number | undefined) => (ms === undefined ? 'never' : formatDuration(ms));
  return {
    title: `${name.name}, asked in ${heard.cluster}: health check of ${name.primary.cluster} inverted`,
    subtitle: `${recording.plan.ratePerSecond} lookups/s; failover ${words(toSecondaryMs)}, failback ${words(toPrimaryMs)}, TTL ${formatDuration(name.ttlMs)}, resolution ${formatDuration(Math.round(resolutionMs))}`,
    verdict,
    binSeconds: BIN_MS / 1000,
    bins: timeline([led], { binMs: BIN_MS }).map(({ at: start, ok, failed, p50Ms, p99Ms, answeredBy }) => {
      const { ok: _, ...errors } = failed;
      return {
        t: (start - failAt) / 1000,
        ok,
        errors,
        p50Ms: p50Ms ?? null,
        p99Ms: p99Ms ?? null,
        answeredBy,
      };
    }),
    bands: [{ label: `health check of ${name.primary.cluster} inverted`, from: 0, to: revert }],
    markers: [
      ...at(`first ${name.secondary.cluster}`, toSecondaryMs),
      ...at(`last ${name.primary.cluster}`, lastPrimaryMs),
      { label: 'reverted', at: revert },
      ...at(`first ${name.primary.cluster}`, toPrimaryMs, revert),
      ...at(`last ${name.secondary.cluster}`, lastSecondaryMs, revert),
    ],
  };
}

/** A lookup as if the cluster that it led to had answered it. */
function ledTo(observation: Observation, name: FailoverName, { caller }: Recording): Observation {
  const role = recordAnswered(name, observation);
  return role === undefined
    ? observation
    : { ...observation, answeredBy: { ...caller, cluster: name[role].cluster } };
}
