import { expect, test } from '@playwright/test';
import {
  judgeRenewal,
  judgeTakeover,
  type LeafSeen,
  renewalIsDecided,
  takeoverIsDecided,
} from './rotation.ts';

const SECOND = 1000;
const identity = 'spiffe://mesh/ns/a/sa/rotor';
const terms = {
  identity,
  times: 2,
  lifetimeMs: 90 * SECOND,
  renewedAfterMs: 9 * SECOND,
  graceMs: 20 * SECOND,
};

/** A look every second; the certificate changes every `everySeconds`. */
function looks(
  count: number,
  everySeconds: number,
  change: (look: LeafSeen) => Partial<LeafSeen> = () => ({}),
): LeafSeen[] {
  return Array.from({ length: count }, (_, second) => {
    const issued = Math.floor(second / everySeconds) * everySeconds;
    const look = {
      at: second * SECOND,
      serial: `serial-${issued}`,
      identity,
      expiresAt: (issued + 90) * SECOND,
      signer: 'old',
    };
    return { ...look, ...change(look) };
  });
}

test('a certificate that is renewed in time with the same identity keeps the promise', () => {
  const findings = judgeRenewal(looks(25, 9), terms);
  expect(findings).toEqual({ renewals: 2, intervalsMs: [9 * SECOND], broken: [], undecided: '' });
  expect(renewalIsDecided(findings, terms)).toBe(true);
});

test('a certificate that does not change says nothing before it is overdue, and breaks the promise then', () => {
  const soon = judgeRenewal(looks(25, 1000), terms);
  expect(soon.broken).toEqual([]);
  expect(soon.undecided).toContain('0 of 2 renewals');
  expect(renewalIsDecided(soon, terms)).toBe(false);
  const late = judgeRenewal(looks(40, 1000), terms);
  expect(late.broken.join()).toContain('was not renewed: still presented 30 s after it was due');
  expect(renewalIsDecided(late, terms)).toBe(true);
});

test('one renewal and then none any more is found, too', () => {
  const stuck = looks(60, 9, ({ at }) =>
    at > 9 * SECOND ? { serial: 'serial-9', expiresAt: 99 * SECOND } : {},
  );
  expect(judgeRenewal(stuck, terms).broken.join()).toContain('the certificate serial-9 was not renewed');
});

test('an identity that changes with the certificate is found', () => {
  const other = looks(25, 9, ({ at }) =>
    at > 20 * SECOND ? { identity: 'spiffe://mesh/ns/a/sa/other' } : {},
  );
  expect(judgeRenewal(other, terms).broken).toEqual([
    `it presents spiffe://mesh/ns/a/sa/other instead of ${identity}`,
  ]);
  const none = looks(25, 9, () => ({ identity: '' }));
  expect(judgeRenewal(none, terms).broken.join()).toContain('no SPIFFE ID');
});

test('an expired certificate, and one that comes back after another had replaced it, are found', () => {
  const dead = looks(25, 9, ({ at }) => (at === 24 * SECOND ? { expiresAt: 20 * SECOND, serial: 'x' } : {}));
  expect(judgeRenewal(dead, terms).broken.join()).toContain('expired at');
  const back = looks(25, 9, ({ at }) => (at === 24 * SECOND ? { serial: 'serial-0' } : {}));
  expect(judgeRenewal(back, terms).broken.join()).toContain('the certificate serial-0 came back');
});

test('nothing seen is no verdict', () => {
  expect(judgeRenewal([], terms).undecided).toBe('no certificate of it was seen');
});

test('a signer has taken over when looks after the handover, too, show its certificates only', () => {
  const handed = looks(30, 9, ({ at }) => (at >= 18 * SECOND ? { signer: 'new' } : {}));
  const lasting = judgeTakeover(handed, 'new', 0);
  expect(lasting).toEqual({ tookOverAt: 18 * SECOND, looksAfter: 6, strays: 0 });
  expect(takeoverIsDecided(lasting)).toBe(true);
  expect(judgeTakeover(handed, 'old', 18 * SECOND).tookOverAt).toBeUndefined();
  expect(judgeTakeover(handed, 'other root', 0).tookOverAt).toBeUndefined();
});

test('the first certificate of a signer decides nothing yet', () => {
  const handed = looks(27, 9, ({ at }) => (at >= 18 * SECOND ? { signer: 'new' } : {}));
  const early = judgeTakeover(handed, 'new', 0);
  expect(early).toEqual({ tookOverAt: 18 * SECOND, looksAfter: 3, strays: 0 });
  expect(takeoverIsDecided(early)).toBe(false);
});

test('certificates of another signer after the handover are counted, and one is enough', () => {
  const torn = looks(30, 9, ({ at }) => (at === 18 * SECOND || at > 25 * SECOND ? { signer: 'new' } : {}));
  expect(judgeTakeover(torn, 'new', 0)).toEqual({ tookOverAt: 18 * SECOND, looksAfter: 6, strays: 2 });
  const once = looks(25, 9, ({ at }) => (at === 18 * SECOND ? { signer: 'new' } : {}));
  expect(takeoverIsDecided(judgeTakeover(once, 'new', 0))).toBe(true);
});
