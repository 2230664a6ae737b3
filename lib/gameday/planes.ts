import { formatDuration } from '../model/duration.ts';
import type { ProbeFindings } from './judge.ts';
import type { ProbePlane, Scenario, ScenarioProbe } from './schema.ts';

/** One plane, in the words of who has to tell others what happened. */
export interface PlaneWords {
  plane: string;
  probe: string;
  words: string;
}

const NAMES: Record<ProbePlane, string> = {
  data: 'data plane',
  dns: 'name resolution',
  api: 'API server',
  control: 'control plane',
  certificates: 'certificates',
};

/** What became of each plane since the first fault, in the order of the probes. Pure. */
export function planesOf(
  { probes }: Pick<Scenario, 'probes'>,
  findings: readonly ProbeFindings[],
): PlaneWords[] {
  return probes.flatMap(({ name, plane }) => {
    const found = findings.find(({ probe }) => probe === name);
    return found ? [{ plane: NAMES[plane], probe: name, words: wordsOf(plane, found) }] : [];
  });
}

function wordsOf(plane: ProbePlane, found: ProbeFindings): string {
  const { failed, longestGapMs, stoppedMs = 0, outcomes } = found;
  const gap = `none answered for up to ${formatDuration(longestGapMs)}`;
  switch (plane) {
    case 'data':
      return failed === 0 ? 'no call lost' : `${failed} calls lost, ${gap}`;
    case 'dns':
      return failed === 0 ? 'every name was resolved' : `${failed} lookups failed, ${gap}`;
    case 'api':
      return failed === 0 ? 'took every connection' : `${failed} connections failed, ${gap}`;
    case 'control':
      return failed === 0
        ? `pushes went on, the slowest change was seen after ${formatDuration(stoppedMs)}`
        : `pushes stopped for ${formatDuration(stoppedMs)}`;
    case 'certificates': {
      const wrong = outcomes.identity ?? 0;
      if (wrong > 0) return `${wrong} handshakes showed a wrong identity`;
      return failed === 0
        ? `valid, and renewed every ${formatDuration(stoppedMs)} at the longest`
        : `no new certificate for ${formatDuration(stoppedMs)}`;
    }
  }
}

/** What a probe does, for who reads a plan; `nameOf` says what a cluster is called. */
export function probeWords(
  { plane, rate, service, from, changesIn = from }: ScenarioProbe,
  nameOf: (cluster: string) => string,
): string {
  const where = `from ${nameOf(from)}`;
  switch (plane) {
    case 'data':
      return `${rate} calls/s to ${service} ${where}`;
    case 'dns':
      return `${rate} lookups/s of ${service} ${where}`;
    case 'api':
      return `${rate} handshakes/s with the API server of ${nameOf(from)}`;
    case 'control':
      return `${rate} changes/s in ${nameOf(changesIn)}, until a proxy in ${nameOf(from)} has them`;
    case 'certificates':
      return `${rate} handshakes/s with a workload of ${nameOf(from)} whose certificate is renewed every few seconds`;
  }
}
