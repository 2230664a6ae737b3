import type { PathTimes } from '../model/call-time.ts';
import type { PathPrice, PriceTable } from '../model/price.ts';

/** 365.25 days over twelve. */
const HOURS_PER_MONTH = 730.5;
/** Payload of a TCP segment on a link of 1500 bytes, with time stamps (RFC 9293, RFC 7323). */
const SEGMENT = 1448;
/** IPv4 and TCP headers of it. */
const HEADERS = 52;
/** Most that one TLS record carries, and what TLS 1.3 adds to it: header, type and tag (RFC 8446 §5). */
const RECORD = { most: 16_384, adds: 22 };

/**
 * What a month of calls would cost on each path that was measured, if all of them went there: bytes per call as measured, framed
 * as TLS over TCP over IPv4, times the rate, times the charges that such a path meets. An estimate.
 */
export function pricePaths(
  paths: readonly PathTimes[],
  table: PriceTable,
  callsPerSecond: number,
): PathPrice[] {
  return paths
    .filter(({ calls }) => calls > 0)
    .map(({ path, class: kind, bytesSent, bytesReceived }) => {
      const bytesPerCall = framed(bytesSent) + framed(bytesReceived);
      const gigabytesPerMonth = (bytesPerCall * callsPerSecond * HOURS_PER_MONTH * 3600) / 1e9;
      const charges = table.paths[kind].flatMap((name) => {
        const charge = table.charges[name];
        if (!charge) return [];
        const byHour = charge.perHour * charge.pieces * HOURS_PER_MONTH;
        return [{ name, forBytes: charge.perGB * gigabytesPerMonth, byHour }];
      });
      const total = charges.reduce((sum, { forBytes, byHour }) => sum + forBytes + byHour, 0);
      return { path, class: kind, bytesPerCall, gigabytesPerMonth, charges, total };
    });
}

/** What {@link pricePaths} takes for granted, in words. */
export function priceAssumptions(table: PriceTable, callsPerSecond: number): string[] {
  return [
    `${callsPerSecond} calls a second, day and night, all on that path; a month of ${HOURS_PER_MONTH} hours`,
    'each call as large as those that were measured: scale the bytes to your own',
    `TLS 1.3 over TCP over IPv4 with packets of 1500 bytes, one acknowledgement each way; connections that stay open, nothing sent twice`,
    `${table.name}, looked up on ${table.checked}: list prices, without tiers, discounts and taxes`,
    'the control plane, health checks, logs and metrics are not in it',
  ];
}

/** Bytes on the wire of a message one way, with its acknowledgement. */
function framed(bytes: number): number {
  const sealed = bytes + RECORD.adds * Math.ceil(bytes / RECORD.most);
  return sealed + HEADERS * (Math.ceil(sealed / SEGMENT) + 1);
}
