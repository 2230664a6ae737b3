/** A single text is cut to this many characters before anything else goes. */
const TEXT_LIMIT = 2000;

interface List {
  path: string;
  items: unknown[];
}

/**
 * A value as JSON of at most `limit` characters, which still parses: long texts are cut, then the longest innermost list
 * loses its first half, until all fits. `leftOut` says how many entries went, by list.
 */
export function fitJson(value: object, limit: number): string {
  const whole = JSON.stringify(value, null, 1);
  if (whole.length <= limit) return whole;
  const small = shortened(value) as object;
  const leftOut: Record<string, number> = {};
  for (;;) {
    const text = JSON.stringify({ ...small, leftOut }, null, 1);
    const longest = innermost(small, '').toSorted((a, b) => size(b) - size(a))[0];
    if (text.length <= limit || longest === undefined) return text;
    const { path, items } = longest;
    // What was seen last stands at the end.
    const gone = items.splice(0, Math.ceil(items.length / 2)).length;
    leftOut[path] = (leftOut[path] ?? 0) + gone;
  }
}

function size({ items }: List): number {
  return JSON.stringify(items).length;
}

/** A copy whose texts are short. */
function shortened(value: unknown): unknown {
  if (typeof value === 'string')
    return value.length <= TEXT_LIMIT
      ? value
      : `${value.slice(0, TEXT_LIMIT)} … (${value.length - TEXT_LIMIT} characters left out)`;
  if (Array.isArray(value)) return value.map(shortened);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shortened(one)]));
}

/** Lists with entries that hold no such list themselves. */
function innermost(value: unknown, path: string): List[] {
  if (value === null || typeof value !== 'object') return [];
  const within = Object.entries(value).flatMap(([key, one]) =>
    innermost(one, path === '' ? key : `${path}.${key}`),
  );
  if (within.length > 0) return within;
  return Array.isArray(value) && value.length > 0 ? [{ path, items: value }] : [];
}
