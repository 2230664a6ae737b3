import { expect, test } from '@playwright/test';
import type { CallPart, PathTimes } from '../../model/call-time.ts';
import { callTimesSvg } from './call-times.ts';

function parts(proxy: number): Record<CallPart, number> {
  return { caller: 0.5, 'client proxy': 0.75, network: 1.5, 'server proxy': proxy, application: 1 };
}

function path(name: string, proxy: number): PathTimes {
  const group = (slower: number) => ({
    calls: 100,
    totalMs: 3.75 + proxy + slower,
    parts: parts(proxy + slower),
  });
  return {
    path: name,
    class: 'cross-region',
    calls: 200,
    answered: 200,
    groups: [
      { group: 'typical', ...group(0) },
      { group: 'slow', ...group(20) },
    ],
    bytesSent: 300,
    bytesReceived: 700,
  };
}

const draw = (...paths: PathTimes[]) => callTimesSvg({ title: 'Where the time goes', subtitle: '', paths });

test('a bar for the typical and one for the slow calls of each path, with the times of its parts', () => {
  const svg = draw(path('west to east', 0.5), path('west to west', 0.25));
  expect(svg).toContain('west to east (cross region), 200 calls');
  expect(svg.match(/slowest twentieth/g)).toHaveLength(2);
  // The slow part is the longest piece by far.
  expect(svg).toContain('20.5');
  expect(svg).toContain('24.3 ms');
});

test('screen readers are told what it shows; a path without times is left out', () => {
  const svg = draw(path('west to east', 0.5), { ...path('west to west', 1), calls: 0, groups: [] });
  expect(svg).toContain('west to east: caller 0.50 ms, client proxy 0.75 ms, network 1.50 ms');
  expect(svg).not.toContain('west to west');
});

test('a part that comes out below zero makes no bar that goes back', () => {
  const odd = path('west to east', -0.2);
  expect(draw(odd)).not.toMatch(/width="-|NaN/);
});
