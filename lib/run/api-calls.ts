import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { rmSync } from 'node:fs';
import type { ClientRequest } from 'node:http';
import { ANOTHER_CLUSTER, type ApiCallCounts, callsBetween, totalOf } from '../model/api-calls.ts';
import type { LabCluster } from '../model/lab.ts';
import { type ApiCallEntry, apiCallsFile } from '../report/api-calls.ts';
import { appendLine } from '../support/json-lines.ts';
import { openKube } from '../support/kube.ts';
import { describeRequest } from './api-request.ts';

/** Counts what this process asks of API servers, until disposed. */
export interface ApiCallCounter extends Disposable {
  counts(): ApiCallCounts;
}

/**
 * Counts every request that this process sends to an API server, by cluster and kind, whatever client sends it: client-node
 * speaks through undici, port-forwards are WebSockets over node's own HTTP, and both say so on their diagnostics
 * channels. An attempt counts, answered or not. An API server of no cluster known here counts as `another cluster`.
 * Requests of programs that we start (istioctl) are not seen.
 */
export function countApiCalls(clusters: readonly Pick<LabCluster, 'name' | 'kubeconfig'>[]): ApiCallCounter {
  const counts: ApiCallCounts = {};
  const names = new Map(clusters.map(({ name, kubeconfig }) => [hostOf(kubeconfig), name]));
  const count = (host: string, method: string, path: string) => {
    const request = describeRequest(method, path);
    if (!request) return;
    const own = (counts[names.get(host) ?? ANOTHER_CLUSTER] ??= {});
    const kind = `${request.verb} ${request.resource}`;
    own[kind] = (own[kind] ?? 0) + 1;
  };
  const onUndici = (message: unknown) => {
    const { request } = message as { request: { origin: string | URL; method: string; path: string } };
    count(new URL(request.origin).host, request.method, request.path);
  };
  const onHttp = (message: unknown) => {
    const { request } = message as { request: ClientRequest };
    count(String(request.getHeader('host')), request.method, request.path);
  };
  subscribe('undici:request:create', onUndici);
  subscribe('http.client.request.start', onHttp);
  return {
    counts: () => structuredClone(counts),
    [Symbol.dispose]: () => {
      unsubscribe('undici:request:create', onUndici);
      unsubscribe('http.client.request.start', onHttp);
    },
  };
}

/** Forgets what an earlier run into the same folder asked. */
export function forgetApiCalls(output: string): void {
  rmSync(apiCallsFile(output), { force: true });
}

/** Adds what is counted to a run's folder: what a test asked at its end, and the rest on dispose. */
export interface ApiCallRecord extends Disposable {
  /** All that was asked since the last entry is this test's. */
  endTest(test: string): void;
}

/** Records what a counter counts, in one process of several that make up a run. */
export function keepApiCalls(
  counter: ApiCallCounter,
  { output, process: who }: { output: string; process: string },
): ApiCallRecord {
  let before: ApiCallCounts = {};
  const write = (entry: Omit<ApiCallEntry, 'process'>) =>
    appendLine(apiCallsFile(output), { process: who, ...entry } satisfies ApiCallEntry);
  const sinceLast = () => {
    const now = counter.counts();
    const counts = callsBetween(before, now);
    before = now;
    return counts;
  };
  return {
    endTest(test) {
      const counts = sinceLast();
      if (totalOf(counts) > 0) write({ test, counts });
    },
    [Symbol.dispose]() {
      counter[Symbol.dispose]();
      write({ counts: sinceLast() });
    },
  };
}

/** As {@link countApiCalls}, and records it: see {@link keepApiCalls}. */
export function recordApiCalls(
  clusters: readonly Pick<LabCluster, 'name' | 'kubeconfig'>[],
  where: { output: string; process: string },
): ApiCallRecord {
  return keepApiCalls(countApiCalls(clusters), where);
}

/** Host and port of the API server, as requests name it. */
function hostOf(kubeconfig: string): string {
  return new URL(openKube(kubeconfig).config.getCurrentCluster()?.server ?? 'https://none.invalid').host;
}
