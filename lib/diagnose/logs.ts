import type { DiagnosisQuestion } from '../model/diagnosis.ts';
import { errorMessage } from '../support/errors.ts';
import { secondsSince } from '../support/kube.ts';
import type { Bench } from './bench.ts';
import { podNameOf } from './collect.ts';

const TAIL_LINES = 120;
/** Lines that say that something is wrong; anything else of a control plane is the noise of its day. */
const TELLING =
  /\b(warn|error|err|fatal|panic|critical|fail|failed|denied|reject|NACK|ACK ERROR|timeout|refused|expired)\b/i;

interface Source {
  file: string;
  cluster: string;
  namespace: string;
  pod: string;
  container?: string;
  only?: RegExp;
}

/** Ends of the logs of control planes, caller's and server's proxy since the question's time. */
export async function collectLogs(
  bench: Bench,
  question: DiagnosisQuestion,
): Promise<Record<string, string>> {
  const sources = (
    await Promise.all(bench.lab.clusters.map(({ name }) => sourcesIn(bench, name, question)))
  ).flat();
  const files = await Promise.all(
    sources.map(async (source) => [source.file, await tail(bench, source, question.since)] as const),
  );
  return Object.fromEntries(files.filter(([, text]) => text.trim() !== ''));
}

async function sourcesIn(bench: Bench, cluster: string, { from, to }: DiagnosisQuestion): Promise<Source[]> {
  const kube = bench.kube(cluster);
  const { namespace } = bench.driver;
  const pods = await kube.core.listNamespacedPod({ namespace }).catch(() => ({ items: [] }));
  const sources: Source[] = pods.items.map(({ metadata }) => ({
    file: `${cluster}-${metadata?.name}.log`,
    cluster,
    namespace,
    pod: metadata?.name ?? '',
    only: TELLING,
  }));
  const ends = [
    ...(from && from.cluster === cluster ? [{ namespace: from.namespace, workload: from.workload }] : []),
    ...(to && (to.cluster ?? cluster) === cluster ? [{ namespace: to.namespace, workload: to.service }] : []),
  ];
  for (const end of ends) {
    const pod = await podNameOf(kube, end).catch(() => undefined);
    if (pod === undefined) continue;
    const proxy = bench.driver.inspection?.proxyContainer;
    for (const container of [...(proxy === undefined ? [] : [proxy]), 'agent']) {
      sources.push({
        file: `${cluster}-${pod}-${container}.log`,
        cluster,
        namespace: end.namespace,
        pod,
        container,
      });
    }
  }
  return sources;
}

async function tail(bench: Bench, source: Source, since: number | undefined): Promise<string> {
  const { cluster, namespace, pod, container, only } = source;
  const sinceSeconds = since === undefined ? 600 : secondsSince(since);
  try {
    const text = await bench.kube(cluster).core.readNamespacedPodLog({
      namespace,
      name: pod,
      ...(container === undefined ? {} : { container }),
      sinceSeconds,
      tailLines: only === undefined ? TAIL_LINES : TAIL_LINES * 10,
    });
    const lines = (text ?? '').split('\n');
    return (only === undefined ? lines : lines.filter((line) => only.test(line)))
      .slice(-TAIL_LINES)
      .join('\n');
  } catch (error) {
    return errorMessage(error).includes('not found') ? '' : `no log: ${errorMessage(error).slice(0, 200)}`;
  }
}
