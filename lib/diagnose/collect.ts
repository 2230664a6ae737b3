import type { DiagnosisQuestion, Facts, ProxyEndpoint } from '../model/diagnosis.ts';
import { type Kube, ignoreMissing } from '../support/kube.ts';
import { type Bench, inTime } from './bench.ts';
import { clusterFacts } from './cluster-facts.ts';

/** Looks at everything once, all parts at the same time; what cannot be read is left out or named. Changes nothing. */
export async function collectFacts(bench: Bench, question: DiagnosisQuestion): Promise<Facts> {
  const { lab } = bench;
  const [clusters, proxy, dns] = await Promise.all([
    Promise.all(lab.clusters.map((cluster) => clusterFacts(bench, cluster, question))),
    inTime(callerProxy(bench, question)).catch(() => undefined),
    inTime(callerDns(bench, question)).catch(() => undefined),
  ]);
  return { question, at: Date.now(), clusters, ...(proxy ? { proxy } : {}), ...(dns ? { dns } : {}) };
}

async function callerProxy(bench: Bench, question: DiagnosisQuestion): Promise<Facts['proxy']> {
  const { from } = question;
  const cluster = bench.lab.clusters.find(({ name }) => name === from?.cluster);
  if (!from || !cluster || !bench.driver.inspection) return undefined;
  const name = from.pod ?? (await podNameOf(bench.kube(cluster.name), from));
  const { clusters } = bench.lab;
  const where = { namespace: from.namespace, name };
  const proxy = await bench.driver.inspection.proxy(cluster, where, { clusters, question });
  return proxy && { ...proxy, endpoints: proxy.endpoints.map((one) => since(one, question.before)) };
}

/** Counters from where they stood before; a proxy that was started anew counts from zero. */
function since(now: ProxyEndpoint, before: readonly ProxyEndpoint[] | undefined): ProxyEndpoint {
  const was = before?.find(({ address }) => address === now.address);
  if (!was || was.requests > now.requests) return now;
  return {
    ...now,
    requests: now.requests - was.requests,
    failures: Math.max(0, now.failures - was.failures),
  };
}

/** Name of the first running pod with the workload's `app` label. */
export async function podNameOf(
  { core }: Kube,
  { namespace, workload }: { namespace: string; workload: string },
): Promise<string> {
  const { items } = await core.listNamespacedPod({ namespace, labelSelector: `app=${workload}` });
  const running = items.find(
    ({ status, metadata }) => status?.phase === 'Running' && !metadata?.deletionTimestamp,
  );
  if (running?.metadata?.name === undefined) throw new Error(`no running pod of ${namespace}/${workload}`);
  return running.metadata.name;
}

async function callerDns(bench: Bench, { from, to }: DiagnosisQuestion): Promise<Facts['dns']> {
  if (!from || !to) return undefined;
  const name = `${to.service}.${to.namespace}.svc.cluster.local.`;
  const [service, { answers, outcome }] = await Promise.all([
    ignoreMissing(
      bench.kube(from.cluster).core.readNamespacedService({ namespace: to.namespace, name: to.service }),
    ),
    bench.resolve(from, name),
  ]);
  const expected = (service?.spec?.clusterIPs ?? []).filter(
    (address) => address !== 'None' && !address.includes(':'),
  );
  return { name, expected, answers, outcome };
}
