import { expect, test } from '@playwright/test';
import { VERDICTS } from '../../model/verdict.ts';
import { sampleTimeline } from './sample-data.ts';
import { timelineSvg } from './timeline.ts';

/** Left edge and width of the tint of the fault. */
function bandsOf(svg: string): { x: number; width: number }[] {
  const paths = svg.matchAll(
    /<path d="M([\d.-]+) [\d.]+l([\d.]+) 0[^"]*" fill="#d55e00" fill-opacity="0\.12"/g,
  );
  return [...paths].map(([, x, width]) => ({ x: Number(x), width: Number(width) }));
}

/** Where the plot lies: the one number that the tests share with the drawing. */
const PLOT = { left: 76, width: 760 };
const pixel = (t: number, [from, to]: [number, number]) =>
  PLOT.left + ((t - from) / (to - from)) * PLOT.width;

test('the fault is shaded from its begin to its end', () => {
  const range: [number, number] = [-10, 40];
  const [band] = bandsOf(timelineSvg(sampleTimeline()));
  expect(band?.x).toBeCloseTo(pixel(0, range), 0);
  expect((band?.x ?? 0) + (band?.width ?? 0)).toBeCloseTo(pixel(20, range), 0);
});

test('every marker is named with its time, and has its line', () => {
  const data = sampleTimeline();
  const svg = timelineSvg(data);
  for (const { label } of data.markers) expect(svg).toContain(`>${label} `);
  expect(svg).toContain('>first success elsewhere 0.84 s<');
  expect(svg).toContain('>failback 27.9 s<');
  expect(svg.match(/stroke-dasharray="3,3"/g)).toHaveLength(data.markers.length);
});

test('says the service, the verdict, the outcomes and who answered', () => {
  for (const verdict of VERDICTS) {
    const svg = timelineSvg(sampleTimeline({ verdict }));
    expect(svg).toContain(`<title>payments: node kill in east: ${verdict}</title>`);
    expect(svg).toContain(`>${verdict.toUpperCase().replace('-', ' ')}<`);
  }
  const svg = timelineSvg(sampleTimeline());
  for (const words of ['ok: 4\u2009893', 'deadline: 86', 'connect-timeout: 21', 'p99', 'east: ', 'west: ']) {
    expect(svg).toContain(words);
  }
});

test('what no place answers has no panel of places, and its axis below the others', () => {
  const without = (answeredBy: Record<string, number>) =>
    timelineSvg(sampleTimeline({ bins: sampleTimeline().bins.map((bin) => ({ ...bin, answeredBy })) }));
  const height = (svg: string) => Number(/height="(\d+)"/.exec(svg)?.[1]);
  for (const svg of [without({}), without({ unknown: 50 })]) {
    expect(svg).not.toContain('% of ok calls answered by');
    expect(svg).toContain('>30<');
    expect(height(svg)).toBeLessThan(height(timelineSvg(sampleTimeline())));
  }
});

test('brings a background of its own, for light and dark pages', () => {
  expect(timelineSvg(sampleTimeline())).toContain('fill="#ffffff"');
});

const odd: Record<string, Parameters<typeof sampleTimeline>[0]> = {
  'no calls at all': { bins: [], bands: [], markers: [] },
  'a total outage': {
    bins: sampleTimeline().bins.map((bin) => ({
      ...bin,
      ok: 0,
      p50Ms: null,
      p99Ms: null,
      answeredBy: {},
      errors: { reset: 50 },
    })),
  },
  'one bin': { bins: sampleTimeline().bins.slice(0, 1) },
  'a fault of no length': { bands: [{ label: 'fault', from: 5, to: 5 }] },
  'a marker outside of the measured time': { markers: [{ label: 'failback', at: 99 }] },
  'latencies of zero': { bins: sampleTimeline().bins.map((bin) => ({ ...bin, p50Ms: 0, p99Ms: 0 })) },
};
for (const [name, changes] of Object.entries(odd)) {
  test(`${name} is drawn without a number that is none`, () => {
    const svg = timelineSvg(sampleTimeline(changes));
    expect(svg).toMatch(/^<svg role="img"[\s\S]*<\/svg>$/);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
}

test('text from the mesh cannot break the picture', () => {
  const svg = timelineSvg(
    sampleTimeline({ title: '<a> & "b"', subtitle: '<c>', markers: [{ label: '</svg>', at: 1 }] }),
  );
  expect(svg).toContain('<title>&lt;a&gt; &amp; &quot;b&quot;: passed</title>');
  expect(svg.match(/<\/svg>/g)).toHaveLength(1);
  expect(svg).not.toMatch(/<[ac]>/);
});
