/** First and last address of a range of IPv4 addresses, as numbers. */
export interface AddressRange {
  first: number;
  last: number;
}

/** An IPv4 range (CIDR notation, host bits ignored) or a single address; undefined for anything else. */
export function rangeOf(text: string): AddressRange | undefined {
  const [address = '', bits = '32'] = text.split('/');
  const octets = address.split('.').map(Number);
  if (octets.length !== 4 || octets.some((octet) => !(octet >= 0 && octet <= 255))) return undefined;
  const size = 2 ** (32 - Number(bits));
  const start = octets.reduce((number, octet) => number * 256 + octet, 0);
  const first = Math.floor(start / size) * size;
  return { first, last: first + size - 1 };
}

/** True when two ranges share an address. */
export function overlap(a: AddressRange, b: AddressRange): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** True when every address of the inner range is in the outer one. */
export function contains(outer: AddressRange, inner: AddressRange): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

/** Length of the prefix of a range in CIDR notation (`10.0.0.0/8`: 8); 32 for an address. */
export function prefixLength(cidr: string): number {
  return Number(cidr.split('/')[1] ?? 32);
}
