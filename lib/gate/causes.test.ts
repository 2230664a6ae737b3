import { expect, test } from '@playwright/test';
import type { PodEvent, PodWait, SaidLine } from '../model/upgrade-record.ts';
import { attributor, type LostCall } from './causes.ts';
import { samplePodEvent } from './sample.ts';

const T0 = Date.parse('2026-03-10T12:00:00Z');
const clusters = [
  { name: 'east', podCidr: '10.10.0.0/16', nodes: [node('172.18.0.4')] },
  { name: 'west', podCidr: '10.20.0.0/16', nodes: [node('172.18.0.7')] },
];
function node(address: string) {
  return { name: 'n', container: 'n', role: 'worker' as const, zone: 'z', address };
}

const lost = (changes: Partial<LostCall> = {}): LostCall => ({
  sentAt: T0,
  endedAt: T0 + 10,
  outcome: 'http-5xx',
  detail: 'HTTP 503',
  caller: { cluster: 'west', pod: 'cart-1' },
  service: 'ledger',
  port: 8080,
  ...changes,
});
const line = (changes: Partial<SaidLine> = {}): SaidLine => ({
  startedAt: T0 + 1,
  endedAt: T0 + 9,
  side: 'client',
  requestId: 'r1',
  service: 'ledger.shop.svc.cluster.local',
  port: 8080,
  upstream: '10.10.1.5:8080',
  code: 'UC',
  words: 'the connection ended before an answer',
  kind: 'connection',
  cluster: 'west',
  pod: 'cart-1',
  ...changes,
});
const event = (atMs: number, what: PodEvent['what'], changes: Partial<PodEvent> = {}): PodEvent =>
  samplePodEvent(T0 + atMs, what, changes);
const ofGateway = { pod: 'gateway-1', app: 'eastwest', role: 'gateway', address: '10.10.1.9' } as const;
/** Another pod of the service, so that it has one all the while. */
const other = event(-60_000, 'ready', { pod: 'ledger-0', address: '10.10.1.4' });
const why = (call: LostCall, lines: SaidLine[], events: PodEvent[], waits: PodWait[] = []) => {
  const { by, words } = attributor({ record: { lines, events, waits, unread: [] }, clusters, slackMs: 20 })(
    call,
  );
  return `${by}: ${words}`;
};

test('what the machine did is told first, whatever else happened', () => {
  expect(why(lost({ heldUp: true }), [line()], [event(-300, 'ending')])).toBe('machine: HTTP 503');
  expect(why(lost({ agentFault: true }), [], [])).toMatch(/^machine: /);
});

test('a caller of ours that was ending lost the call itself, and not when it was told later', () => {
  const caller = { pod: 'cart-1', cluster: 'west', app: 'cart', address: '10.20.0.2' };
  expect(why(lost(), [], [event(-200, 'ending', caller)])).toBe(
    'harness: HTTP 503: our own caller cart-1 in west was told to end 0.2 s before',
  );
  expect(why(lost(), [], [event(200, 'ending', caller)])).toMatch(/^unknown: /);
});

test('a pod that ended without draining is the cause while our own server still ran', () => {
  expect(why(lost(), [line()], [other, event(-290, 'ending'), event(-100, 'unlisted')])).toBe(
    "mesh: the connection ended before an answer (UC) at ledger-1, 10.10.1.5:8080: ledger-1 in east was told to end 0.3 s before, and taken off the service's addresses 0.1 s before: the proxies did not let it drain, for our own server still ran",
  );
  expect(why(lost(), [line()], []), 'nothing ended').toBe(
    'unknown: the connection ended before an answer (UC) at 10.10.1.5:8080; nothing on its way was ending'.replace(
      ' at 10.10',
      " at east's gateway, 10.10",
    ),
  );
  expect(why(lost(), [line()], [event(40, 'ending')]), 'it ended later').toMatch(/^unknown: /);
  expect(why(lost(), [line()], [event(-60_000, 'ending'), event(-40_000, 'gone')]), 'long ago').toMatch(
    /^unknown: /,
  );
  expect(why(lost(), [line({ upstream: '10.10.1.6:8080' })], [event(-290, 'ending', { app: 'x' })])).toMatch(
    /^unknown: /,
  );
});

test('our own server that ended sooner than anybody could know is ours', () => {
  const events = [other, event(-400, 'ending'), event(-300, 'stopped', { container: 'agent' })];
  expect(why(lost(), [line()], events)).toMatch(
    /^harness: .*: our own server had ended 0.3 s before, sooner than its callers could know$/,
  );
  const late = [
    other,
    event(-5000, 'ending'),
    event(-4900, 'unlisted'),
    event(-300, 'stopped', { container: 'agent' }),
  ];
  expect(why(lost(), [line()], late), 'a proxy that was not told for seconds is the cause').toMatch(
    /^mesh: .*: the caller's proxy still sent to it$/,
  );
});

test('a gateway that ended takes the calls of its cluster with it, and of no other', () => {
  const through = line({ upstream: '172.18.0.4:15443' });
  expect(why(lost(), [through], [event(-700, 'ending', ofGateway)])).toBe(
    "mesh: the connection ended before an answer (UC) at east's gateway, 172.18.0.4:15443: gateway-1 in east was told to end 0.7 s before: the gateway ended before the call did",
  );
  expect(why(lost(), [through], [event(-700, 'ending', { ...ofGateway, cluster: 'west' })])).toMatch(
    /^unknown: /,
  );
});

test("an error that the server's proxy answered with is ours where our server was ending", () => {
  const client = line({ code: '', kind: 'passed-on', words: "the server's side answered 503" });
  const server = line({
    side: 'server',
    cluster: 'east',
    pod: 'ledger-1',
    words: 'the connection was not taken',
  });
  expect(why(lost(), [client, server], [event(-500, 'ending')])).toMatch(
    /^harness: .*its proxy could not reach our own server \(the connection was not taken\), since ledger-1/,
  );
  expect(why(lost(), [client, { ...server, requestId: 'r2' }], [other, event(-500, 'ending')])).toMatch(
    /^mesh: /,
  );
});

test('no endpoint is the mesh’s doing where a pod took calls, and ours where none did', () => {
  const none = line({ code: 'UH', kind: 'no-endpoint', upstream: '', words: 'the proxy knew no endpoint' });
  expect(why(lost(), [none], [event(-2300, 'ready')])).toBe(
    'mesh: the proxy knew no endpoint (UH), though ledger-1 in east had been ready for 2.3 s',
  );
  expect(why(lost(), [none], [event(-9000, 'ready'), event(-1200, 'ending')])).toBe(
    'harness: the proxy knew no endpoint (UH): no pod of our own ledger took calls (ledger-1 in east was told to end 1.2 s before)',
  );
  const next = (readyMs: number) => event(readyMs, 'ready', { pod: 'ledger-2', address: '10.10.1.6' });
  expect(why(lost(), [none], [event(-5000, 'ending'), next(-100)]), 'no proxy need know of it yet').toBe(
    'harness: the proxy knew no endpoint (UH): no pod of our own ledger took calls until less than 1.0 s before (ledger-1 in east was told to end 5.0 s before)',
  );
  expect(why(lost(), [none], [event(-5000, 'ending'), next(-1100)]), 'it ought to').toMatch(
    /^mesh: .*though ledger-2 in east had been ready for 1.1 s$/,
  );
  expect(why(lost(), [line()], [event(-5000, 'ending'), next(-100)])).toMatch(
    /^harness: the connection ended .*: no pod of our own ledger took calls until less than 1.0 s before/,
  );
  expect(why(lost(), [none], [])).toMatch(/^unknown: .*no pod of ledger was seen to end$/);
});

test('no configuration and a certificate that was turned away are the mesh’s, with its control plane', () => {
  const route = line({ code: 'NR', kind: 'no-configuration', upstream: '', words: 'the proxy had no route' });
  const istiod = { pod: 'istiod-1', cluster: 'west', app: 'istiod', role: 'control-plane' } as const;
  const events = [event(-9000, 'ready', istiod), event(-100, 'unready', istiod)];
  expect(why(lost(), [route], events)).toBe(
    'mesh: the proxy had no route (NR), while no control plane of west was ready',
  );
  expect(why(lost(), [route], events.slice(0, 1))).toBe('mesh: the proxy had no route (NR)');
  const certificate = line({
    code: 'UF',
    kind: 'certificate',
    words: 'a certificate was turned away: expired',
  });
  expect(why(lost(), [certificate], [])).toMatch(/^mesh: a certificate was turned away: expired \(UF\) at/);
});

test('a line of another pod, service or moment is no line of this call', () => {
  const events = [event(-290, 'ending')];
  for (const other of [
    line({ pod: 'cart-2' }),
    line({ cluster: 'east' }),
    line({ service: 'payments.shop.svc.cluster.local' }),
    line({ startedAt: T0 + 31, endedAt: T0 + 40 }),
    line({ side: 'server' }),
  ])
    expect(why(lost(), [other], events)).toBe(
      'unknown: HTTP 503; no proxy logged it; ledger-1 in east was told to end 0.3 s before',
    );
});

test('of two lines that fit, the nearest is taken', () => {
  const near = line({ code: 'NR', kind: 'no-configuration', words: 'no route' });
  const far = line({ startedAt: T0 - 15, endedAt: T0 - 10 });
  expect(why(lost(), [far, near], [])).toMatch(/^mesh: no route/);
});

test('a call whose programs waited for a processor most of the time is the machine’s, and no other', () => {
  const slow = lost({ endedAt: T0 + 1000 });
  const timedOut = line({ endedAt: T0 + 1000, kind: 'time', words: 'no answer in time', code: 'UT' });
  const server = { cluster: 'east', pod: 'ledger-1' };
  const ready = event(-60_000, 'ready');
  const wait = (fromMs: number, toMs: number, ms: number, of = server): PodWait => ({
    ...of,
    from: T0 + fromMs,
    to: T0 + toMs,
    waits: { envoy: ms },
  });
  const cause = (...waits: PodWait[]) => why(slow, [timedOut], [ready], waits);
  expect(cause(wait(0, 500, 300), wait(500, 1000, 300))).toBe(
    'machine: no answer in time (UT) at ledger-1, 10.10.1.5:8080; nothing on its way was ending; of 1.0 s its programs waited 0.6 s for a processor (ledger-1 0.6 s)',
  );
  expect(
    cause(wait(0, 500, 300), wait(200, 700, 300, { cluster: 'west', pod: 'cart-1' })),
    'on both sides',
  ).toMatch(/^machine: .*\(cart-1 0.3 s, ledger-1 0.3 s\)$/);
  expect(cause(wait(0, 500, 300)), 'too little').toMatch(/^unknown: /);
  expect(cause(wait(2000, 2500, 500)), 'later').toMatch(/^unknown: /);
  expect(cause(wait(1900, 2400, 2300)), 'began before its reading').toMatch(/^machine: /);
  expect(cause(wait(0, 1000, 900, { cluster: 'east', pod: 'other-1' })), 'elsewhere').toMatch(/^unknown: /);
  const atOnce = lost({ endedAt: T0 + 100 });
  expect(why(atOnce, [line()], [ready], [wait(0, 100, 100)]), 'lost at once').toMatch(/^unknown: /);
});

test('what a proxy logged of another port is no word about a call', () => {
  const other = line({
    port: 9090,
    words: 'the caller went away before an answer',
    code: 'DC',
    kind: 'caller',
  });
  expect(why(lost(), [other], [])).toBe('unknown: HTTP 503; no proxy logged it');
});
