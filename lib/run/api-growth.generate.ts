import { argv, stdout } from 'node:process';
import { type Growth, growthTable } from '../analysis/api-growth.ts';
import { readRunCalls } from '../report/api-calls.ts';
import { MeshproofError } from '../support/errors.ts';

/**
 * `npm run api-growth -- A/api-calls.jsonl B/api-calls.jsonl`: how requests to API servers grew from a run with fewer
 * clusters to one with more, by kind and by test: n in `calls ~ clusters^n`. 1 is a share for each cluster, 2.7 (from 2 to
 * 3 clusters) a request for each directed link.
 */
const [, , fewer, more] = argv;
if (fewer === undefined || more === undefined)
  throw new Error('usage: npm run api-growth -- A/api-calls.jsonl B/api-calls.jsonl');
const [small, large] = [readRunCalls(fewer), readRunCalls(more)];
if (small.clusters === 0 || small.clusters >= large.clusters) {
  throw new MeshproofError(
    'usage',
    `${fewer} has requests to ${small.clusters} clusters and ${more} to ${large.clusters}: it takes more in the second`,
  );
}
const { total, kinds, tests, leftOut } = growthTable(small, large);
const line = ({ exponent, small: before, large: now, name }: Growth, indent = '') =>
  `${exponent.toFixed(2).padStart(8)} ${String(before).padStart(7)} ${String(now).padStart(7)}  ${indent}${name}\n`;
stdout.write(`exponent ${`${small.clusters} cl.`.padStart(7)} ${`${large.clusters} cl.`.padStart(7)}\n`);
stdout.write(line(total));
for (const kind of kinds) stdout.write(line(kind, '  '));
for (const test of tests) {
  stdout.write(line(test));
  for (const kind of test.kinds) stdout.write(line(kind, '  '));
}
if (leftOut.length > 0) stdout.write(`in one of the runs only: ${leftOut.join('; ')}\n`);
