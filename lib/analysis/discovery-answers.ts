import type { Observation } from '../model/observation.ts';

/** Who may answer a service, and who must. */
export interface ExpectedAnswers {
  /** Clusters that must answer, each of them; no other may. */
  clusters: readonly string[];
  /** Only pods of this workload answer. */
  app: string;
  /** Only this pod does. */
  pod?: string;
}

/** How the answers differ from what is expected, in words; empty when they don't. */
export function answersWrong(observations: readonly Observation[], expected: ExpectedAnswers): string[] {
  const calls = observations.filter(({ agentFault }) => !agentFault);
  const ok = calls.flatMap(({ outcome, answeredBy }) => (outcome === 'ok' && answeredBy ? [answeredBy] : []));
  const answered = new Set(ok.map(({ cluster }) => cluster));
  const strangers = new Set(
    ok.filter(({ pod }) => !isTheirs(pod, expected)).map(({ pod, cluster }) => `${pod} in ${cluster}`),
  );
  const failed: Record<string, number> = {};
  for (const { outcome } of calls) if (outcome !== 'ok') failed[outcome] = (failed[outcome] ?? 0) + 1;
  return [
    ...expected.clusters
      .filter((name) => !answered.has(name))
      .map((name) => `${name} answered none of ${calls.length} calls`),
    ...[...answered]
      .filter((name) => !expected.clusters.includes(name))
      .map((name) => `${name} answered and should not`),
    ...[...strangers].map((pod) => `${pod} answered, which is no pod of ${expected.pod ?? expected.app}`),
    ...Object.entries(failed).map(
      ([outcome, count]) => `${count} of ${calls.length} calls ended as ${outcome}`,
    ),
  ];
}

/** Pods carry the name of their workload in front. */
function isTheirs(pod: string, { app, pod: only }: ExpectedAnswers): boolean {
  return only === undefined ? pod.startsWith(`${app}-`) : pod === only;
}
