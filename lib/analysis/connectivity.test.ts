import { expect, test } from '@playwright/test';
import { WIRE_PROTOCOLS } from '../model/connectivity.ts';
import type { Observation, OutcomeClass } from '../model/observation.ts';
import { bodyFindings, size } from './connectivity-bodies.ts';
import { lastingFindings } from './connectivity-lasting.ts';
import { judgeCell, matrixFindings } from './connectivity.ts';
import { failuresAllowed } from './sample-size.ts';

const ok = (cluster = 'west'): Partial<Observation> => ({ outcome: 'ok', answeredBy: placeIn(cluster) });
const failed = (outcome: OutcomeClass, detail?: string): Partial<Observation> => ({
  outcome,
  ...(detail === undefined ? {} : { detail }),
});

test.describe('the matrix', () => {
  const limits = { errorRatio: 0.001, cells: 30 };
  const path = { from: 'east', to: 'west', protocol: 'grpc' } as const;

  test('a cell works when no more calls fail than the budget lets', () => {
    expect(failuresAllowed({ calls: 20, ratio: 0.001, falseAlarm: 0.001 / 30 })).toBe(2);
    expect(judgeCell(path, calls(20, ok()), limits)).toMatchObject({ state: 'works', calls: 20, ok: 20 });
    expect(judgeCell(path, [...calls(18, ok()), ...calls(2, failed('reset'))], limits).state).toBe('works');
    const partly = judgeCell(path, [...calls(17, ok()), ...calls(3, failed('reset', 'RST'))], limits);
    expect(partly).toMatchObject({ state: 'fails', reason: '3 × reset (RST)' });
  });

  test('answers from another cluster do not count, and no call at all is no pass', () => {
    const astray = judgeCell(path, [...calls(19, ok()), ...calls(1, ok('east'))], limits);
    expect(astray).toMatchObject({ state: 'fails', reason: '1 of 20 calls were answered by east' });
    expect(judgeCell(path, [], limits).state).toBe('fails');
  });

  test('names a protocol that is broken beside others, and a path that is dead', () => {
    const matrix = (fails: (from: string, to: string, protocol: string) => boolean) =>
      ['east', 'west'].flatMap((from) =>
        ['east', 'west'].flatMap((to) =>
          WIRE_PROTOCOLS.map((protocol) => {
            const seen = fails(from, to, protocol) ? failed('http-5xx', 'grpc-status 14') : ok(to);
            return judgeCell({ from, to, protocol }, calls(20, seen), limits);
          }),
        ),
      );
    expect(matrixFindings(matrix(() => false))).toEqual([]);
    expect(matrixFindings(matrix((from, to, protocol) => from !== to && protocol === 'grpc'))).toEqual([
      'grpc fails east → west, west → east, where http, http2, grpc-stream, websocket, tcp, tls, udp work; 20 × http-5xx (grpc-status 14)',
    ]);
    expect(matrixFindings(matrix((_from, _to, protocol) => protocol === 'websocket'))[0]).toMatch(
      /^websocket fails everywhere: within east, east → west/,
    );
    expect(matrixFindings(matrix((from, to) => from === 'east' && to === 'west'))).toEqual([
      'east → west: no protocol gets through; 20 × http-5xx (grpc-status 14)',
    ]);
  });
});

test.describe('bodies', () => {
  const path = { from: 'east', to: 'west', protocol: 'http' };
  const row = (bytes: number, ...seen: Partial<Observation>[]) => ({
    ...path,
    bytes,
    observations: seen.map((one, sequence) => observation(sequence, one)),
  });

  test('names the limit when sizes above one do not pass', () => {
    const rows = [1, 64_000, 1_000_000].map((bytes) => row(bytes, ok(), ok()));
    expect(bodyFindings(rows)).toEqual([]);
    const tooLarge = failed('http-4xx', 'HTTP 413');
    expect(bodyFindings([...rows, row(10_000_000, tooLarge, tooLarge)])).toEqual([
      'http east → west: bodies up to 1 MB pass, 10 MB and more do not: a size limit on the way; 2 × http-4xx (HTTP 413)',
    ]);
  });

  test('one failed call of two is an accident, a second one or one changed byte is not', () => {
    expect(bodyFindings([row(1, ok(), failed('reset'))])).toEqual([]);
    expect(bodyFindings([row(1, ok(), failed('corrupt', 'changed'))])).toEqual([
      'http east → west: 1 × corrupt (changed)',
    ]);
    expect(bodyFindings([row(1, failed('reset'), failed('reset'))])[0]).toMatch(/no body of any size/);
    const again = row(64_000, ok(), failed('reset'), ok(), ok(), failed('reset'));
    expect(bodyFindings([row(1, ok(), ok()), again])).toEqual([
      'http east → west: bodies are lost now and then, 2 of 5 of 64 kB; 2 × reset',
    ]);
    expect(size(64_000)).toBe('64 kB');
  });
});

test('connections that all end at one time have met a limit', () => {
  const row = (...lives: number[]) => ({
    from: 'east',
    to: 'west',
    kind: 'WebSocket',
    observations: lives.map((life, sequence) =>
      observation(sequence, { ...(life < 20 ? failed('reset') : ok()), endedAt: life * 1000 }),
    ),
  });
  expect(lastingFindings([row(20, 20, 3)])).toEqual([]);
  expect(lastingFindings([row(20, 20, 3, 20, 20, 4)])[0]).toMatch(/2 of 6 WebSockets were lost after/);
  expect(lastingFindings([row(5, 5.1, 4.9)])).toEqual([
    'east → west: 3 of 3 WebSockets were lost after 5.0 s each, as if by a time limit; 3 × reset',
  ]);
  expect(lastingFindings([row(1, 9, 20)])[0]).toContain('were lost after 1.0 s, 9.0 s;');
});

function calls(count: number, seen: Partial<Observation>): Observation[] {
  return Array.from({ length: count }, (_, sequence) => observation(sequence, seen));
}

function observation(sequence: number, seen: Partial<Observation>): Observation {
  return { sequence, intendedAt: 0, sentAt: 0, endedAt: 5, outcome: 'ok', ...seen };
}

function placeIn(cluster: string) {
  return { cluster, region: 'r', zone: 'z', node: 'n', pod: 'p' };
}
