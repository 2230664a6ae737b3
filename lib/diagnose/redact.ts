const HIDDEN = '[redacted]';

/** Each pattern keeps what names the thing (its first group) and hides the thing itself. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [
    /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$)/g,
    `-----BEGIN $1----- ${HIDDEN} -----END $1-----`,
  ],
  // One whose beginning a log has left behind.
  [/^(?:[A-Za-z0-9+/=]*\r?\n)+-----END ([A-Z0-9 ]*PRIVATE KEY)-----/g, `${HIDDEN} -----END $1-----`],
  // The same in one line of JSON or base64 (a PEM file in a Secret): LS0tLS1CRUdJTi is "-----BEGIN".
  [/LS0tLS1CRUdJTi[A-Za-z0-9+/=_-]{40,}/g, HIDDEN],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, HIDDEN],
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${HIDDEN}`],
  [
    /(["']?\b(?:proxy-)?authorization["']?|["']?\b(?:set-)?cookie["']?|["']?x-api-key["']?)(\s*[:=]\s*)("[^"\n]*"|'[^'\n]*'|[^\n,}]+)/gi,
    `$1$2${HIDDEN}`,
  ],
  // Keys of kubeconfig files, of configuration and of environment variables.
  [
    /(["']?\b[\w.-]*(?:client-certificate-data|client-key-data|certificate-authority-data|password|passwd|secret[-_]?access[-_]?key|client[-_]?secret|api[-_]?key|private[-_]?key|(?:access|refresh|id|session|auth)[-_]?token)["']?)(\s*[:=]\s*)("[^"\n]*"|'[^'\n]*'|[^\s,}]+)/gi,
    `$1$2${HIDDEN}`,
  ],
  [/("?\btoken"?)(\s*[:=]\s*)("[^"\n]{8,}"|[A-Za-z0-9._~+/=-]{16,})/gi, `$1$2${HIDDEN}`],
  [/\b(AKIA|ASIA)[0-9A-Z]{16}\b/g, HIDDEN],
];

/** Text without private keys, tokens, passwords, cookies and credentials; certificates (public) stay. Idempotent. */
export function redactText(text: string): string {
  return PATTERNS.reduce((left, [pattern, by]) => left.replace(pattern, by), text);
}

/**
 * A copy of a value without what is secret in it: `data` and `stringData` of a Kubernetes Secret (the names of its keys
 * stay), and every text as {@link redactText} leaves it.
 */
export function redact<T>(value: T): T {
  return walk(value) as T;
}

function walk(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(walk);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  const secret = entries.some(([key, one]) => key === 'kind' && one === 'Secret');
  return Object.fromEntries(
    entries.map(([key, one]) => {
      if (secret && (key === 'data' || key === 'stringData')) return [key, hideEach(one)];
      return [key, SECRET_KEY.test(key) && typeof one === 'string' ? HIDDEN : walk(one)];
    }),
  );
}

const SECRET_KEY =
  /^(proxy-)?authorization$|cookie$|password|passwd|private[-_]?key|client[-_]?secret|api[-_]?key|(^|[-_a-z])token$|-key-data$|-certificate-data$|certificate-authority-data$/i;

function hideEach(data: unknown): unknown {
  if (data === null || typeof data !== 'object') return HIDDEN;
  return Object.fromEntries(Object.keys(data).map((key) => [key, HIDDEN]));
}
