import type { PathClass } from './call-time.ts';

/** Something that is paid for bytes or by the hour. */
export interface Charge {
  /** For 10^9 bytes. */
  perGB: number;
  /** For each piece, whatever passes it. */
  perHour: number;
  pieces: number;
  /** Where the figures are from. */
  source: string;
}

/** What moving bytes costs, as a user's provider has it. */
export interface PriceTable {
  name: string;
  currency: string;
  /** Day on which the prices were looked up, `2026-11-22`. */
  checked: string;
  charges: Record<string, Charge>;
  /** Names of the charges that a byte meets on each kind of path. */
  paths: Record<PathClass, string[]>;
}

/** What one path would cost in a month. */
export interface PathPrice {
  path: string;
  class: PathClass;
  /** On the wire, both ways, for each call. */
  bytesPerCall: number;
  gigabytesPerMonth: number;
  /** By charge: for bytes, and by the hour. */
  charges: { name: string; forBytes: number; byHour: number }[];
  total: number;
}
