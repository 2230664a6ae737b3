import { join } from 'node:path';
import type { RunCalls } from '../analysis/api-growth.ts';
import { ANOTHER_CLUSTER, type ApiCallCounts, totalOf } from '../model/api-calls.ts';
import { readLines } from '../support/json-lines.ts';

/** What one process of a run asked of API servers. */
export interface ApiCallEntry {
  /** `suites`, or `run` for what comes before and after them. */
  process: string;
  /** The test that asked; left out for what a process asked outside of tests. */
  test?: string;
  counts: ApiCallCounts;
}

/** The file in a run's folder to which each of its processes adds what it counted. */
export function apiCallsFile(output: string): string {
  return join(output, 'api-calls.jsonl');
}

/** Requests of the processes of a run that have ended, by process and cluster; undefined when none counted. */
export function sumApiCalls(output: string): Record<string, Record<string, number>> | undefined {
  const entries = readLines<ApiCallEntry>(apiCallsFile(output));
  if (entries.length === 0) return undefined;
  const sum: Record<string, Record<string, number>> = {};
  for (const { process, counts } of entries) {
    const own = (sum[process] ??= {});
    for (const cluster of Object.keys(counts)) own[cluster] = (own[cluster] ?? 0) + totalOf(counts, cluster);
  }
  return sum;
}

/** The requests of a whole run by test and kind, over all clusters together. */
export function readRunCalls(file: string): RunCalls {
  const clusters = new Set<string>();
  const tests: RunCalls['tests'] = {};
  for (const { process, test = `${process}, outside of tests`, counts } of readLines<ApiCallEntry>(file)) {
    const own = (tests[test] ??= {});
    for (const [cluster, kinds] of Object.entries(counts)) {
      if (cluster !== ANOTHER_CLUSTER) clusters.add(cluster);
      for (const [kind, calls] of Object.entries(kinds)) own[kind] = (own[kind] ?? 0) + calls;
    }
  }
  return { clusters: clusters.size, tests };
}
