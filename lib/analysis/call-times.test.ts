import { expect, test } from '@playwright/test';
import { analyseCallTimes, CALL_ID } from './call-times.ts';
import { syntheticRecording } from './synthetic.ts';

/** Every call takes 5 ms, one in twenty 25 ms; of both the proxies tell. */
function sample({
  slowPart = 'server',
  told = () => true,
}: {
  slowPart?: string;
  told?: (n: number) => boolean;
} = {}) {
  const isSlow = (sequence: number) => sequence % 20 === 0;
  const recording = syntheticRecording({
    seconds: 4,
    treat: (_, sequence) => ({
      latencyMs: isSlow(sequence) ? 25 : 5,
      cluster: sequence % 2 ? 'east' : 'west',
    }),
  });
  for (const one of recording.observations) one.headersSeen = { [CALL_ID]: `id-${one.sequence}` };
  const times = recording.observations.flatMap(({ sequence }) => {
    const more = (part: string) => (isSlow(sequence) && slowPart === part ? 20 : 0);
    const call = `id-${sequence}`;
    const bytes = { bytesSent: 300, bytesReceived: 700 };
    const app = 1;
    const server = app + 0.5 + more('server');
    const upstream = server + 1.5 + more('network');
    const client = upstream + 0.75 + more('client');
    return [
      { side: 'client' as const, call, totalMs: client, upstreamMs: upstream, ...bytes },
      ...(told(sequence)
        ? [{ side: 'server' as const, call, totalMs: server, upstreamMs: app, ...bytes }]
        : []),
    ];
  });
  return { recording, times };
}

test('the parts of a call add up to it, by path', () => {
  const { recording, times } = sample();
  const found = analyseCallTimes(recording, times);
  expect(found.map(({ path, class: kind }) => `${path} ${kind}`)).toEqual([
    'west to east cross-region',
    'west to west same-node',
  ]);
  const typical = found[0]?.groups.find(({ group }) => group === 'typical');
  const { parts, totalMs = 0 } = typical ?? {};
  expect(parts?.caller).toBeCloseTo(1.25);
  expect(parts?.['client proxy']).toBeCloseTo(0.75);
  expect(parts?.network).toBeCloseTo(1.5);
  expect(parts?.['server proxy']).toBeCloseTo(0.5);
  expect(parts?.application).toBeCloseTo(1);
  expect(Object.values(parts ?? {}).reduce((sum, part) => sum + part, 0)).toBeCloseTo(totalMs);
  expect(found[0]?.bytesReceived).toBe(700);
});

test('slow calls show the part that is slow', () => {
  for (const [slowPart, name] of [
    ['server', 'server proxy'],
    ['network', 'network'],
    ['client', 'client proxy'],
  ] as const) {
    const { recording, times } = sample({ slowPart });
    const west = analyseCallTimes(recording, times).find(({ path }) => path === 'west to west');
    const slow = west?.groups.find(({ group }) => group === 'slow');
    const [worst] = Object.entries(slow?.parts ?? {}).toSorted(([, a], [, b]) => b - a);
    expect(worst?.[0]).toBe(name);
  }
});

test('calls that a proxy does not tell of are counted, and guessed by nobody', () => {
  const { recording, times } = sample({ told: (sequence) => sequence % 4 === 1 });
  const [east, west] = analyseCallTimes(recording, times);
  expect([east?.calls, east?.answered]).toEqual([100, 200]);
  expect([west?.calls, west?.groups]).toEqual([0, []]);
});
