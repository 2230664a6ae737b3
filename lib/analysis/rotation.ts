/** One look at the certificate that a workload presents; times are milliseconds since the epoch. */
export interface LeafSeen {
  at: number;
  serial: string;
  /** Its SPIFFE ID; empty when it has none. */
  identity: string;
  expiresAt: number;
  /** SHA-256 of the certificate that signed it, as presented. */
  signer: string;
}

/** The threads of a proxy take a new certificate one after the other: for so long the old one may still be seen. */
const HANDOVER_MS = 5000;

/** What a workload with a short-lived certificate was promised. */
export interface RenewalTerms {
  identity: string;
  /** Renewals that must be seen. */
  times: number;
  lifetimeMs: number;
  /** Age at which it is due for renewal. */
  renewedAfterMs: number;
  /** A certificate that is still presented so long after it was due is overdue. */
  graceMs: number;
}

export interface RenewalFindings {
  /** Renewals seen: a serial that was not there before. */
  renewals: number;
  /** Between two renewals, milliseconds. */
  intervalsMs: number[];
  /** What breaks the promise, in words; empty when it held as far as was seen. */
  broken: string[];
  /** Why the looks carry no verdict; empty when they do. */
  undecided: string;
}

/**
 * Whether a workload's certificate is renewed in time with its identity unchanged. A certificate that has not changed
 * breaks the promise only once it is overdue; before, there was nothing to see.
 */
export function judgeRenewal(seen: readonly LeafSeen[], terms: RenewalTerms): RenewalFindings {
  const first = firstLooks(seen);
  const changes = first.slice(1).map(({ at }) => at);
  const intervalsMs = changes.slice(1).map((at, index) => at - (changes[index] ?? at));
  const broken = [
    ...wrongIdentity(seen, terms.identity),
    ...expired(seen),
    ...cameBack(seen),
    ...overdue(seen, terms),
  ];
  const renewals = changes.length;
  return { renewals, intervalsMs, broken, undecided: whyUndecided(seen, renewals, terms) };
}

/** True when another look cannot change what {@link judgeRenewal} says. */
export function renewalIsDecided({ renewals, broken }: RenewalFindings, { times }: RenewalTerms): boolean {
  return broken.length > 0 || renewals >= times;
}

export interface TakeoverFindings {
  /** First look at a certificate of the expected signer; undefined while there was none. */
  tookOverAt: number | undefined;
  /** Looks after the handover, when no part of the proxy holds another certificate any more. */
  looksAfter: number;
  /** Those of them that showed a certificate of another signer. */
  strays: number;
}

/** Looks after a handover that make sure that it lasts. */
const LOOKS_AFTER = 4;

/** Since when a workload's certificates come from a signer, looking at what was seen from `since` on. */
export function judgeTakeover(seen: readonly LeafSeen[], signer: string, since: number): TakeoverFindings {
  const looks = seen.filter(({ at }) => at >= since);
  const tookOverAt = looks.find((look) => look.signer === signer)?.at;
  const after = looks.filter(({ at }) => tookOverAt !== undefined && at > tookOverAt + HANDOVER_MS);
  const strays = after.filter((look) => look.signer !== signer).length;
  return { tookOverAt, looksAfter: after.length, strays };
}

/** True when another look cannot change what {@link judgeTakeover} says. */
export function takeoverIsDecided({ looksAfter, strays }: TakeoverFindings): boolean {
  return strays > 0 || looksAfter >= LOOKS_AFTER;
}

/** The first look at each certificate, in the order in which they came. */
function firstLooks(seen: readonly LeafSeen[]): LeafSeen[] {
  const serials = new Set<string>();
  return seen.filter(({ serial }) => {
    if (serials.has(serial)) return false;
    serials.add(serial);
    return true;
  });
}

function wrongIdentity(seen: readonly LeafSeen[], identity: string): string[] {
  const wrong = seen.find((look) => look.identity !== identity);
  return wrong ? [`it presents ${wrong.identity || 'no SPIFFE ID'} instead of ${identity}`] : [];
}

function expired(seen: readonly LeafSeen[]): string[] {
  const dead = seen.find(({ at, expiresAt }) => at > expiresAt);
  return dead ? [`it presents a certificate that expired at ${iso(dead.expiresAt)}`] : [];
}

/** A certificate that comes back after another was presented: some part of the proxy still holds the old one. */
function cameBack(seen: readonly LeafSeen[]): string[] {
  const first = firstLooks(seen);
  const order = new Map(first.map(({ serial }, index) => [serial, index]));
  const late = seen.find(({ at, serial }) => {
    const successor = first[(order.get(serial) ?? 0) + 1];
    return successor !== undefined && at > successor.at + HANDOVER_MS;
  });
  return late
    ? [`the certificate ${late.serial} came back at ${iso(late.at)} after another had replaced it`]
    : [];
}

function overdue(seen: readonly LeafSeen[], terms: RenewalTerms): string[] {
  const held = seen.flatMap((look) => {
    const due = look.expiresAt - terms.lifetimeMs + terms.renewedAfterMs;
    return look.at > due + terms.graceMs ? [{ look, lateMs: look.at - due }] : [];
  });
  const worst = held.toSorted((a, b) => b.lateMs - a.lateMs)[0];
  if (!worst) return [];
  const { serial, expiresAt } = worst.look;
  const late = Math.round(worst.lateMs / 1000);
  return [
    `the certificate ${serial} was not renewed: still presented ${late} s after it was due, it expires at ${iso(expiresAt)}`,
  ];
}

function whyUndecided(seen: readonly LeafSeen[], renewals: number, { times }: RenewalTerms): string {
  if (seen.length === 0) return 'no certificate of it was seen';
  if (renewals >= times) return '';
  return `${renewals} of ${times} renewals were seen in ${seen.length} looks, and none was overdue yet`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
