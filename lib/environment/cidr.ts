/** First and last address of an IPv4 range such as `10.10.0.0/16`, as numbers; undefined when it is none. */
export function parseCidr(text: string): { first: number; last: number } | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
  if ([a, b, c, d].some((octet) => octet > 255) || bits > 32) return undefined;
  const size = 2 ** (32 - bits);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  return address % size === 0 ? { first: address, last: address + size - 1 } : undefined;
}

/** True when two ranges share an address. Ranges that cannot be parsed share none. */
export function cidrsOverlap(left: string, right: string): boolean {
  const a = parseCidr(left);
  const b = parseCidr(right);
  return a !== undefined && b !== undefined && a.first <= b.last && b.first <= a.last;
}

/** True when every address of the inner range is in the outer one. Ranges that cannot be parsed hold nothing. */
export function cidrContains(outer: string, inner: string): boolean {
  const [a, b] = [parseCidr(outer), parseCidr(inner)];
  return a !== undefined && b !== undefined && a.first <= b.first && b.last <= a.last;
}

/** The IPv4 address that a number stands for. */
export function dotted(address: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join('.');
}
