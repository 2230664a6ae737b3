import type { CallPlan, CallTarget } from '../../model/call-plan.ts';
import { AGENT_LIMITS } from '../wire.ts';
import { parseServer } from './dns/resolv-conf.ts';
import { isFlag, isHost, isHttpUrl, isWhole, need } from './input.ts';
import { PlanRefused } from './refused.ts';
import { checkBytes, checkHttp, checkMessages, checkPause, checkTls } from './target-input.ts';

/** Longest deadline: a call must not outlive a fault's report. */
const DEADLINE_LIMIT_MS = 60_000;
const RECORD_TYPES = ['A', 'AAAA', 'CNAME', 'SRV', 'PTR'];

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
  need(isFlag(plan.scattered), 'scattered: true or false');
  checkTarget(plan.target);
  return plan as CallPlan;
}

function checkTarget(target: Partial<CallTarget> | undefined): void {
  need(typeof target === 'object' && target !== null, 'target is missing');
  const given = target as Record<string, unknown>;
  switch (target.protocol) {
    case 'http':
    case 'http2':
      return checkHttp(given);
    case 'websocket':
      need(isHttpUrl(given['url']), 'target.url: an http:// URL');
      return checkMessages(given);
    case 'grpc':
      checkEndpoint(given);
      return checkMessages(given);
    case 'tcp':
      checkEndpoint(given);
      checkBytes(given, 'bodyBytes');
      return checkPause(given, 'idleMs');
    case 'udp':
      checkEndpoint(given);
      need(isWhole(given['bodyBytes'], 1, 65_535), 'target.bodyBytes: 1 to 65535 of a datagram');
      return;
    case 'tcp-connect':
    case 'plaintext':
      return checkEndpoint(given);
    case 'tls':
      checkEndpoint(given);
      return checkTls(given);
    case 'dns-udp':
    case 'dns-tcp':
      need(isHost(given['name']), 'target.name: a name');
      need(RECORD_TYPES.includes(String(given['type'])), `target.type: ${RECORD_TYPES.join(', ')}`);
      need(isFlag(given['search']), 'target.search: true or false');
      if (given['server'] !== undefined) checkServer(given['server']);
      return;
    case undefined:
    default:
      throw new PlanRefused(400, `target.protocol is unknown: ${String(given['protocol'])}`);
  }
}

function checkEndpoint(given: Record<string, unknown>): void {
  need(isHost(given['host']), 'target.host: a name or an address');
  need(isWhole(given['port'], 1, 65_535), 'target.port: 1 to 65535');
}

function within(value: number | undefined, above: number, most: number): boolean {
  return typeof value === 'number' && value > above && value <= most;
}

function checkServer(server: unknown): void {
  try {
    parseServer(String(server));
  } catch (error) {
    throw new PlanRefused(400, `target.server: ${(error as Error).message}`);
  }
}
