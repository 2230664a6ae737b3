import * as hdr from 'hdr-histogram-js';

/** Latencies as HdrHistogram's compressed V2 format in base64 (microseconds): what its own tools read and merge, too. */
export type EncodedHistogram = string;

/** Microseconds to an hour; three significant digits: a quantile is known to 0.1 %. */
const SHAPE = {
  bitBucketSize: 64,
  lowestDiscernibleValue: 1,
  highestTrackableValue: 3_600_000_000,
  numberOfSignificantValueDigits: 3,
} as const;

/** Makes a histogram of values in microseconds with how often each came. */
export function encodeHistogram(
  buckets: readonly (readonly [us: number, count: number])[],
): EncodedHistogram {
  const histogram = hdr.build(SHAPE);
  for (const [us, count] of buckets) histogram.recordValueWithCount(Math.max(1, Math.round(us)), count);
  return hdr.encodeIntoCompressedBase64(histogram);
}

/** All values of several histograms, as if one had counted them. */
export function mergeHistograms(parts: readonly EncodedHistogram[]): EncodedHistogram {
  const all = hdr.build(SHAPE);
  for (const part of parts) all.add(hdr.decodeFromCompressedBase64(part));
  return hdr.encodeIntoCompressedBase64(all);
}

/** Quantiles (0..1) of a histogram, milliseconds, in the order asked; infinite without values. */
export function quantilesOf(histogram: EncodedHistogram, qs: readonly number[]): number[] {
  const all = hdr.decodeFromCompressedBase64(histogram);
  if (all.totalCount === 0) return qs.map(() => Number.POSITIVE_INFINITY);
  return qs.map((q) => all.getValueAtPercentile(q * 100) / 1000);
}
