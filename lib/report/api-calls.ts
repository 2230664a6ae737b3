import { join } from 'node:path';
import { type ApiCallCounts, totalOf } from '../model/api-calls.ts';
import { readLines } from '../support/json-lines.ts';

/** What one process of a run asked of API servers. */
export interface ApiCallEntry {
  /** `suites`, or `run` for what comes before and after them. */
  process: string;
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
