import packet from 'dns-packet';
import type { Lie } from '../../model/fault.ts';
import type { RelaySetup } from '../../model/fault-plan.ts';

/** What came back to a knock. */
export interface Answer {
  tookMs: number;
  /** What is wrong with it, where it is an answer of DNS. */
  lie?: Lie | 'no answer of DNS';
}

/** Reads what a knock prints: milliseconds, and behind them an answer of DNS in hexadecimal where there is one. */
export function answerIn(printed: string): Answer | undefined {
  const [ms = '', hex] = printed.trim().split(' ');
  const tookMs = Number(ms);
  if (ms === '' || !Number.isFinite(tookMs)) return undefined;
  if (hex === undefined) return { tookMs };
  const lie = lieIn(Buffer.from(hex, 'hex'));
  return { tookMs, ...(lie === undefined ? {} : { lie }) };
}

function lieIn(message: Buffer): Answer['lie'] {
  try {
    const { flags = 0, answers = [] } = packet.decode(message);
    const code = flags % 16;
    if (code === 3) return 'nxdomain';
    if (code !== 0) return 'servfail';
    const addresses = answers.flatMap((one) => (one.type === 'A' ? one.data : []));
    if (addresses.some((address) => address.startsWith('127.'))) return 'loopback';
    return addresses.length === 0 ? 'nxdomain' : undefined;
  } catch {
    return 'no answer of DNS';
  }
}

/** Whether an answer is what such a relay makes of it: late, or a lie. */
export function isAsTold(answer: Answer | undefined, setup: RelaySetup): boolean {
  if (!answer) return false;
  const lie = setup.program === 'dns' ? setup.lie : undefined;
  return answer.lie === lie && answer.tookMs >= setup.delayMs - setup.jitterMs;
}
