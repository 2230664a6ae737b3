/** One answer, by where it was asked and who gave it. */
export interface AnswerSeen {
  node: string;
  /** The resolver, in words. */
  server: string;
  /** Over UDP or TCP. */
  protocol: string;
  /** How the answer differs from what it must be; undefined when it is right. */
  problem: string | undefined;
}

/**
 * Where wrong answers come from, in words; empty when all are right. What holds for every node or every protocol is not
 * named: the finding is as narrow as the answers allow, and says whether one resolver, one node or one path is to blame.
 */
export function whereAnswersDiffer(seen: readonly AnswerSeen[]): string[] {
  const wrong = seen.filter(({ problem }) => problem !== undefined);
  if (wrong.length === 0) return [];
  const named = (['server', 'node', 'protocol'] as const).flatMap((key) => {
    const guilty = [...new Set(wrong.map((answer) => answer[key]))];
    const all = new Set(seen.map((answer) => answer[key]));
    return guilty.length < all.size ? [`${KEYS[key]} ${guilty.sort().join(' and ')}`] : [];
  });
  const where = named.length === 0 ? 'on every node, from every resolver' : `only ${named.join(', ')}`;
  const kinds = counted(wrong.map(({ problem }) => problem ?? ''));
  return [`${where}: ${wrong.length} of ${seen.length} answers are wrong`, ...kinds];
}

const KEYS = { server: 'from', node: 'on', protocol: 'over' } as const;

/** Each text once, most frequent first, with how often it came; at most five. */
function counted(texts: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  return sorted.slice(0, 5).map(([text, count]) => `${count} × ${text}`);
}
