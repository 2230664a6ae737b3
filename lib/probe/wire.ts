import type { Observation, Place } from '../model/observation.ts';

/** Ports of an agent. The control port is bound to the pod's loopback only: a port-forward reaches it, a mesh can't. */
export const AGENT_PORTS = { http: 8080, tcp: 9090, control: 15999 } as const;

/** Limits that an agent enforces when it takes a plan; past them it refuses instead of dropping results later. */
export const AGENT_LIMITS = {
  /** DESIGN.md §4: 500 calls a second for a pod. */
  ratePerSecond: 500,
  /** Observations kept for all plans together: about 300 bytes each, so 60 MB at most. */
  observations: 200_000,
  /** Observations in one answer of the control API. */
  page: 5_000,
} as const;

/** What an echo says about itself and about the request that it saw. */
export interface Echo {
  place: Place;
  /** Request headers as the server saw them, names in lower case; absent for TCP. */
  headers?: Record<string, string>;
  /** The line that was sent; TCP only. */
  line?: string;
}

/** Answer of `GET /plans/:id?from=SEQ`: the observations from SEQ up to the first call that has not ended. */
export interface PlanPage {
  observations: Observation[];
  /** Sequence number to ask for next. */
  next: number;
  /** True when every planned call has ended; `next` tells whether all of them are in this answer. */
  complete: boolean;
  count: number;
}

/** Answer of `GET /info`. */
export interface AgentInfo {
  place: Place;
  /** Changes whenever the agent starts: results of an earlier one are gone. */
  instance: string;
  node: string;
  plans: string[];
  ports: { http: number; tcp: number; control: number };
}
