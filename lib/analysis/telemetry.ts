/** What one caller sent, and what its proxy counted for it. */
export interface CountedCalls {
  /** Calls by the cluster whose echo answered them. */
  answered: ReadonlyMap<string, number>;
  /** Tries by the cluster that the endpoint belongs to; `undefined` for an endpoint of no cluster. */
  counted: ReadonlyMap<string | undefined, number>;
  retries: number;
}

/**
 * How the counters differ from the calls that were sent, in words. Without retries each cluster's share must be exact;
 * each retry is a try more, at an endpoint that nobody knows.
 */
export function judgeCounts({ answered, counted, retries }: CountedCalls): string[] {
  const sent = sum(answered.values());
  const total = sum(counted.values());
  const found: string[] = [];
  if (total !== sent + retries) {
    const beside = retries > 0 ? ` and ${retries} retries` : '';
    found.push(`${total} calls were counted, and ${sent}${beside} were sent`);
  }
  for (const name of new Set([...answered.keys(), ...counted.keys()])) {
    const [seen, wanted] = [counted.get(name) ?? 0, answered.get(name ?? '') ?? 0];
    if (seen < wanted || seen > wanted + retries) {
      found.push(`${seen} were counted for ${name ?? 'an endpoint of no cluster'}, which answered ${wanted}`);
    }
  }
  return found;
}

/**
 * How the counters of the servers differ from the calls that each answered, in words. A retry is one try more at one server,
 * or at none that counts; nothing else excuses a call that is counted twice.
 */
export function judgeServed({ answered, counted, retries }: CountedCalls): string[] {
  let spare = retries;
  const found: string[] = [];
  for (const name of new Set([...answered.keys(), ...counted.keys()])) {
    const [seen, wanted] = [counted.get(name) ?? 0, answered.get(name ?? '') ?? 0];
    if (seen >= wanted && seen <= wanted + spare) spare -= seen - wanted;
    else found.push(`${name} answered ${wanted} calls and its proxy counted ${seen}`);
  }
  return found;
}

/** Counters of now less those of before, by key; keys whose count did not change are left out. */
export function difference<K>(before: ReadonlyMap<K, number>, now: ReadonlyMap<K, number>): Map<K, number> {
  const keys = [...new Set([...before.keys(), ...now.keys()])];
  return new Map(
    keys
      .map((key) => [key, (now.get(key) ?? 0) - (before.get(key) ?? 0)] as const)
      .filter(([, count]) => count !== 0),
  );
}

/** Sums by key. */
export function tallyBy<T, K>(
  things: readonly T[],
  key: (thing: T) => K,
  value: (thing: T) => number,
): Map<K, number> {
  const sums = new Map<K, number>();
  for (const thing of things) sums.set(key(thing), (sums.get(key(thing)) ?? 0) + value(thing));
  return sums;
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, one) => total + one, 0);
}

/** A `traceparent` of W3C Trace Context (version 00); undefined when it is malformed. */
export function parseTraceparent(
  text: string | undefined,
): { trace: string; parent: string; sampled: boolean } | undefined {
  const [, trace, parent, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(text ?? '') ?? [];
  if (trace === undefined || parent === undefined || flags === undefined || /^0+$/.test(trace))
    return undefined;
  return { trace, parent, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** Headers that tie the calls of one trace together. */
export interface TraceHeaders {
  traceparent?: string;
  'x-request-id'?: string;
}

/**
 * How the trace context that arrived differs from the one that was sent, in words. A proxy on the way may be a parent
 * of its own; trace, sampling and request must stay.
 */
export function judgeTrace(sent: TraceHeaders, seen: TraceHeaders): string[] {
  const found: string[] = [];
  const [wanted, got] = [parseTraceparent(sent.traceparent), parseTraceparent(seen.traceparent)];
  if (seen.traceparent === undefined) found.push('traceparent did not arrive');
  else if (!got) found.push(`traceparent arrived malformed (${seen.traceparent.slice(0, 80)})`);
  else if (got.trace !== wanted?.trace) found.push(`trace ${wanted?.trace} arrived as ${got.trace}`);
  else if (got.sampled !== wanted.sampled) {
    found.push(
      `the trace was ${wanted.sampled ? '' : 'not '}sampled and arrived as ${got.sampled ? '' : 'not '}sampled`,
    );
  }
  if (seen['x-request-id'] === undefined) found.push('x-request-id did not arrive');
  else if (seen['x-request-id'] !== sent['x-request-id']) {
    found.push(`request ${sent['x-request-id']} arrived as ${seen['x-request-id']}`);
  }
  return found;
}
