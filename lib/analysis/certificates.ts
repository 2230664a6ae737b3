export const CERTIFICATE_KINDS = ['workload', 'gateway', 'control plane', 'intermediate', 'root'] as const;

/** From when until when one certificate of the mesh is valid; times are milliseconds since the epoch. */
export interface CertificateLife {
  /** Whose it is, or who was seen to use it. */
  holder: string;
  kind: (typeof CERTIFICATE_KINDS)[number];
  notBefore: number;
  notAfter: number;
}

export interface ExpiryFindings {
  /** Certificates with less time left than they must have, each in words, the shortest first. */
  expiring: string[];
  /** The shortest time left, milliseconds, by kind. */
  shortest: Partial<Record<CertificateLife['kind'], number>>;
}

/**
 * Leaves are renewed by their holders at about half of their life, so one whose whole life is shorter than the limit
 * allows must have a fifth of it left: less means that nobody renews it.
 */
const SHARE_LEFT = 1 / 5;

/** Sets the time that each certificate has left at `now` beside its limit. */
export function judgeExpiry(
  lives: readonly CertificateLife[],
  now: number,
  limits: { leafMs: number; authorityMs: number },
): ExpiryFindings {
  const shortest: ExpiryFindings['shortest'] = {};
  for (const { kind, notAfter } of lives) {
    shortest[kind] = Math.min(shortest[kind] ?? Number.POSITIVE_INFINITY, notAfter - now);
  }
  const expiring = lives
    .filter((life) => life.notAfter - now < limitOf(life, limits) || life.notBefore > now)
    .toSorted((one, other) => one.notAfter - other.notAfter)
    .map((life) => wordsOf(life, now, limitOf(life, limits)));
  return { expiring, shortest };
}

function limitOf(
  { kind, notBefore, notAfter }: CertificateLife,
  { leafMs, authorityMs }: { leafMs: number; authorityMs: number },
): number {
  if (kind === 'root' || kind === 'intermediate') return authorityMs;
  return Math.min(leafMs, (notAfter - notBefore) * SHARE_LEFT);
}

function wordsOf({ holder, kind, notBefore, notAfter }: CertificateLife, now: number, limit: number): string {
  const until = new Date(notAfter).toISOString();
  if (notBefore > now)
    return `the ${kind} certificate of ${holder} is not valid before ${new Date(notBefore).toISOString()}`;
  if (notAfter <= now) return `the ${kind} certificate of ${holder} expired at ${until}`;
  return `the ${kind} certificate of ${holder} expires in ${lasting(notAfter - now)} (${until}), under the limit of ${lasting(limit)}`;
}

/** A time as people say it, rounded down. */
function lasting(ms: number): string {
  if (ms >= 2 * 86_400_000) return `${Math.floor(ms / 86_400_000)} days`;
  if (ms >= 2 * 3_600_000) return `${Math.floor(ms / 3_600_000)} h`;
  return ms >= 120_000 ? `${Math.floor(ms / 60_000)} min` : `${Math.floor(ms / 1000)} s`;
}
