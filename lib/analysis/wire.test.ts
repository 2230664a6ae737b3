import { expect, test } from '@playwright/test';
import { type Capture, judgeWire, type MarkedCall, parseCapture } from './wire.ts';

const PRINTED = `READY 77
COUNT 120 0
FLOW 10.0.0.1 10.0.0.2 8080 4
FLOW 10.0.0.9 10.0.0.3 8080 2
HIT control 10.0.0.9 10.0.0.3 8080 2
END
`;
const CALLS: MarkedCall[] = [
  {
    mark: 'control',
    words: 'the control',
    must: 'be-seen',
    answered: true,
    crossings: [{ node: 'n1', between: [['10.0.0.9'], ['10.0.0.3']] }],
  },
  {
    mark: 'secret',
    words: 'cart to till',
    must: 'stay-hidden',
    answered: true,
    crossings: [{ node: 'n1', between: [['10.0.0.2'], ['10.0.0.1', '10.0.0.4']] }],
  },
];

function capture(change: Partial<Capture> = {}): Capture {
  const read = parseCapture(PRINTED, { cluster: 'east', node: 'n1' });
  if (!read) throw new Error('not read');
  return { ...read, ...change };
}

test('a call that is hidden while the control is readable is proven hidden', () => {
  expect(judgeWire([capture()], CALLS)).toEqual({ leaks: [], blind: [] });
});

test('a marker in clear is a leak, and says where', () => {
  const hit = { mark: 'secret', from: '10.0.0.1', to: '10.0.0.2', port: 8080, frames: 1 };
  const { leaks } = judgeWire([capture({ hits: [...capture().hits, hit] })], CALLS);
  expect(leaks).toEqual(['cart to till: readable on n1 in east, from 10.0.0.1 to 10.0.0.2 (port 8080)']);
});

test('without frames, with lost ones, without the control or an answer nothing is proven', () => {
  const blind = (captures: Capture[], calls = CALLS) => judgeWire(captures, calls).blind.join(' | ');
  expect(blind([])).toContain('nothing was captured on n1');
  expect(blind([capture({ flows: [] })])).toContain('cart to till: no frame of it was seen on n1');
  expect(blind([capture({ drops: 3 })])).toContain('lost 3 frames');
  expect(blind([capture({ hits: [] })])).toBe('the control: not read by the capture on n1');
  expect(
    blind(
      [capture()],
      CALLS.map((call) => ({ ...call, answered: false })),
    ),
  ).toContain('not answered');
});

test('a capture that did not come to its end is none', () => {
  expect(parseCapture('READY 5\nCOUNT 1 0\n', { cluster: 'east', node: 'n1' })).toBeUndefined();
});
