import type { Options } from 'k6/options';

/** What lib/load/script-plan.ts puts beside the scripts, as `plan.json`. */
export interface ScriptPlan {
  arms: Arm[];
  scenarios: NonNullable<Options['scenarios']>;
  timeoutSeconds: number;
  connection: 'fresh' | 'pooled';
  /** Order statistics to ask k6 for; with as many as there are calls, each value comes back. */
  points: number;
}

export interface Arm {
  name: string;
  protocol: 'http' | 'http2' | 'grpc' | 'websocket';
  host: string;
  port: number;
  expectCluster?: string;
}

/** How one call went. */
export interface Outcome {
  /** Why it counts as failed; undefined when it was answered by whom it should be. */
  failure?: string;
  /** Milliseconds from sending to the whole answer; on a connection of its own, with what it took to set that up. */
  latencyMs: number;
  /** Until the connection could carry the call; left out where it was open already. */
  connectMs?: number;
  tlsMs?: number;
}
