import { expect, test } from '@playwright/test';
import type { AccessCell } from '../../model/access.ts';
import { segmentationSvg } from './segmentation.ts';

const cell = (request: string, observed: AccessCell['observed']): AccessCell => ({
  caller: 'cart@east',
  cluster: 'west',
  request,
  expected: 'denied',
  observed,
});

test('the picture names callers, requests and what differs', () => {
  const cells = [cell('GET /a', ['denied']), cell('GET /b', ['allowed'])];
  const svg = segmentationSvg({ title: 'Who reaches what', subtitle: 'two', verdict: 'failed', cells });
  for (const words of ['cart@east', 'to west', 'GET /a', 'GET /b', 'FAILED', 'allowed, and must not be'])
    expect(svg).toContain(words);
  expect(svg).not.toContain('no evidence');
});

test('a picture of nothing is still a picture', () => {
  expect(segmentationSvg({ title: 't', subtitle: '', verdict: 'inconclusive', cells: [] })).toContain(
    '</svg>',
  );
});
