import { expect, test } from '@playwright/test';
import { difference, judgeCounts, judgeServed, judgeTrace, tallyBy } from './telemetry.ts';

const answered = new Map([
  ['east', 20],
  ['west', 10],
]);

test('counts that fit are fine, with the retries that were counted apart', () => {
  expect(judgeCounts({ answered, counted: new Map(answered), retries: 0 })).toEqual([]);
  expect(
    judgeCounts({
      answered,
      counted: new Map([
        ['east', 20],
        ['west', 11],
      ]),
      retries: 1,
    }),
  ).toEqual([]);
});

test('calls that were not counted, or counted twice, are found', () => {
  expect(judgeCounts({ answered, counted: new Map([['east', 20]]), retries: 0 })).toEqual([
    '20 calls were counted, and 30 were sent',
    '0 were counted for west, which answered 10',
  ]);
  expect(
    judgeCounts({
      answered,
      counted: new Map([
        ['east', 40],
        ['west', 20],
      ]),
      retries: 0,
    })[0],
  ).toBe('60 calls were counted, and 30 were sent');
});

test('calls that are counted for another cluster are found, and retries do not hide it', () => {
  const counted = new Map([
    ['east', 30],
    ['west', 2],
  ]);
  expect(judgeCounts({ answered, counted, retries: 2 })).toEqual([
    '30 were counted for east, which answered 20',
    '2 were counted for west, which answered 10',
  ]);
});

test('an endpoint of no cluster is found', () => {
  const counted = new Map<string | undefined, number>([
    ['east', 20],
    [undefined, 10],
  ]);
  expect(judgeCounts({ answered, counted, retries: 0 }).join()).toContain(
    '10 were counted for an endpoint of no cluster',
  );
});

test('servers that count what they answered are fine, with a try more for each retry', () => {
  expect(judgeServed({ answered, counted: new Map(answered), retries: 0 })).toEqual([]);
  const one = new Map([
    ['east', 20],
    ['west', 11],
  ]);
  expect(judgeServed({ answered, counted: one, retries: 1 })).toEqual([]);
});

for (const [counted, words] of [
  [{ east: 20 }, 'west answered 10 calls and its proxy counted 0'],
  [{ east: 20, west: 20 }, 'west answered 10 calls and its proxy counted 20'],
  [{ east: 21, west: 11 }, 'west answered 10 calls and its proxy counted 11'],
  [{ east: 20, west: 10, north: 2 }, 'north answered 0 calls and its proxy counted 2'],
] as const) {
  test(`is found beside one retry: ${words}`, () => {
    expect(judgeServed({ answered, counted: new Map(Object.entries(counted)), retries: 1 })).toEqual([words]);
  });
}

test('sums and differences', () => {
  const rows = [
    { k: 'a', n: 1 },
    { k: 'a', n: 2 },
    { k: 'b', n: 3 },
  ];
  const sums = tallyBy(
    rows,
    ({ k }) => k,
    ({ n }) => n,
  );
  expect([...sums]).toEqual([
    ['a', 3],
    ['b', 3],
  ]);
  expect([
    ...difference(
      new Map([
        ['a', 1],
        ['b', 3],
      ]),
      sums,
    ),
  ]).toEqual([['a', 2]]);
});

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const sent = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01`, 'x-request-id': 'r1' };

test('the same trace with another parent is the same trace', () => {
  expect(judgeTrace(sent, sent)).toEqual([]);
  expect(judgeTrace(sent, { ...sent, traceparent: `00-${TRACE}-ffffffffffffffff-01` })).toEqual([]);
});

for (const [seen, words] of [
  [{ 'x-request-id': 'r1' }, 'traceparent did not arrive'],
  [{ ...sent, traceparent: 'junk' }, 'traceparent arrived malformed (junk)'],
  [
    { ...sent, traceparent: `00-${'1'.repeat(32)}-00f067aa0ba902b7-01` },
    `trace ${TRACE} arrived as ${'1'.repeat(32)}`,
  ],
  [
    { ...sent, traceparent: `00-${TRACE}-00f067aa0ba902b7-00` },
    'the trace was sampled and arrived as not sampled',
  ],
  [{ traceparent: sent.traceparent }, 'x-request-id did not arrive'],
  [{ ...sent, 'x-request-id': 'r2' }, 'request r1 arrived as r2'],
] as const) {
  test(`is found: ${words}`, () => {
    expect(judgeTrace(sent, seen)).toEqual([words]);
  });
}
