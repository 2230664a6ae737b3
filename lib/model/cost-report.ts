import type { PathTimes } from './call-time.ts';
import type { RoleGrowth, UsageSource } from './cost.ts';
import type { PathPrice, PriceTable } from './price.ts';
import type { Verdict } from './verdict.ts';

/** Parts of `meshproof cost`. */
export const COST_PARTS = ['proxies', 'times', 'xds'] as const;
export type CostPart = (typeof COST_PARTS)[number];

/** Times of some changes, milliseconds; null when one of them never came. */
export interface ConvergenceTimes {
  median: number | null;
  fastest: number | null;
  slowest: number | null;
}

/** How long changes took to reach all proxies of where they were made, of the other clusters, and of all. */
export interface Convergence {
  /** Services of configuration that were in the mesh, beside those of the run. */
  services: number;
  changes: number;
  proxies: number;
  own: ConvergenceTimes;
  remote: ConvergenceTimes;
  all: ConvergenceTimes;
  /** Changes that some proxy never had, in words. */
  missing: string[];
}

/** Whether changes came to all proxies within `budgets.propagation`, at every size that was measured. */
export interface ConvergenceJudgement {
  limitMs: number;
  verdict: Verdict;
  words: string;
}

/** What a mesh costs, as it was measured once. */
export interface CostReport {
  environment: string;
  mesh: string;
  run: string;
  startedAt: string;
  load: { from: string; service: string; ratePerSecond: number; seconds: number };
  /** Calls that the processors' and the memory's figures are from, and how many of them failed. */
  proxies?: {
    figures: Record<string, number | null>;
    growth: RoleGrowth[];
    calls: number;
    failed: number;
    source: UsageSource;
  };
  times?: PathTimes[];
  prices?: { table: PriceTable; callsPerSecond: number; paths: PathPrice[] };
  xds?: Convergence[];
  convergence?: ConvergenceJudgement;
  /** What is to be known before the figures are used. */
  notes: string[];
}
