import { isIP } from 'node:net';
import type { CallPlan, CallTarget } from '../../model/call-plan.ts';
import { AGENT_LIMITS } from '../wire.ts';
import { parseServer } from './dns/resolv-conf.ts';
import { PlanRefused } from './plans.ts';

/** Longest deadline: a call must not outlive a fault's report. */
const DEADLINE_LIMIT_MS = 60_000;

/** Checks a plan that came over the control channel; throws {@link PlanRefused} with what is wrong. */
export function checkPlan(input: unknown): CallPlan {
  const plan = input as Partial<CallPlan> | null;
  need(typeof plan === 'object' && plan !== null, 'a plan is a JSON object');
  need(
    typeof plan.id === 'string' && /^[\w.-]{1,80}$/.test(plan.id),
    'id: 1 to 80 letters, digits, "_", ".", "-"',
  );
  const { ratePerSecond: rate, count, deadlineMs } = plan;
  need(
    within(rate, 0, AGENT_LIMITS.ratePerSecond),
    `ratePerSecond: above 0, at most ${AGENT_LIMITS.ratePerSecond}`,
  );
  need(
    Number.isInteger(count) && within(count, 0, AGENT_LIMITS.observations),
    'count: a whole number above 0',
  );
  need(within(deadlineMs, 0, DEADLINE_LIMIT_MS), `deadlineMs: above 0, at most ${DEADLINE_LIMIT_MS}`);
  checkTarget(plan.target);
  return plan as CallPlan;
}

function checkTarget(target: Partial<CallTarget> | undefined): void {
  need(typeof target === 'object' && target !== null, 'target is missing');
  const given = target as Record<string, unknown>;
  switch (target.protocol) {
    case 'http':
      need(isHttpUrl(given['url']), 'target.url: an http:// URL');
      need(
        given['connection'] === 'fresh' || given['connection'] === 'pooled',
        'target.connection: fresh or pooled',
      );
      return;
    case 'tcp':
    case 'tcp-connect':
    case 'tls':
    case 'plaintext':
      need(isHost(given['host']), 'target.host: a name or an address');
      need(
        Number.isInteger(given['port']) && within(given['port'] as number, 0, 65_535),
        'target.port: 1 to 65535',
      );
      return;
    case 'dns-udp':
    case 'dns-tcp':
      need(isHost(given['name']), 'target.name: a name');
      need(['A', 'AAAA', 'SRV', 'PTR'].includes(String(given['type'])), 'target.type: A, AAAA, SRV or PTR');
      if (given['server'] !== undefined) checkServer(given['server']);
      return;
    case undefined:
    default:
      throw new PlanRefused(400, `target.protocol is unknown: ${String(given['protocol'])}`);
  }
}

function need(holds: boolean, message: string): asserts holds {
  if (!holds) throw new PlanRefused(400, message);
}

function within(value: number | undefined, above: number, most: number): boolean {
  return typeof value === 'number' && value > above && value <= most;
}

function isHost(value: unknown): boolean {
  return typeof value === 'string' && (isIP(value) > 0 || /^[\w.-]{1,253}$/.test(value));
}

function isHttpUrl(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && new URL(value).protocol === 'http:';
}

function checkServer(server: unknown): void {
  try {
    parseServer(String(server));
  } catch (error) {
    throw new PlanRefused(400, `target.server: ${(error as Error).message}`);
  }
}
