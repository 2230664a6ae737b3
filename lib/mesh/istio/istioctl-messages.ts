import type { GateFinding } from '../../model/gate.ts';

/** One message of `istioctl analyze` or `istioctl x precheck`, as `-o json` has it. */
export interface ToolMessage {
  code: string;
  level: string;
  message: string;
  origin?: string;
  /** Of the cluster that it is about; the one that was asked calls itself `default`. */
  cluster?: string;
  documentationUrl?: string;
}

/** Messages that a tool printed about the cluster that it was asked about; a tool that has none prints nothing. */
export function parseMessages(stdout: string, cluster: string): ToolMessage[] {
  const text = stdout.trim();
  if (text === '') return [];
  const messages = JSON.parse(text) as ToolMessage[];
  return messages.filter(({ cluster: about = 'default' }) => about === 'default' || about === cluster);
}

/**
 * What `istioctl x precheck` says: its errors leave the change unsettled, since Istio itself advises against it. Its silence
 * speaks for nothing.
 */
export function precheckFindings(cluster: string, messages: readonly ToolMessage[]): GateFinding[] {
  return messages.map((one) => ({
    source: 'evidence',
    weight: one.level === 'Error' ? 'unsettled' : 'note',
    words: wordsOf(cluster, 'istioctl x precheck', one),
  }));
}

/**
 * What `istioctl analyze` says of a cluster's configuration under the settings of both sides: an error that only the candidate
 * has is against it. What there is now as well is a note, so that nobody blames the candidate, warnings together as one.
 * Remarks of level Info, which a healthy mesh has, are left out.
 */
export function analysisFindings(
  cluster: string,
  now: readonly ToolMessage[],
  candidate: readonly ToolMessage[],
): GateFinding[] {
  const key = ({ code, origin, message }: ToolMessage) => JSON.stringify([code, origin, message]);
  const before = new Set(now.map(key));
  const found = (weight: GateFinding['weight'], words: string): GateFinding => ({
    source: 'evidence',
    weight,
    words,
  });
  const fresh = candidate.filter((one) => one.level !== 'Info' && !before.has(key(one)));
  const errors = now.filter(({ level }) => level === 'Error');
  const warnings = now.filter(({ level }) => level === 'Warning');
  const subjects = [...new Set(warnings.map(({ code, origin }) => `${code} ${origin ?? ''}`.trim()))].sort();
  return [
    ...fresh
      .map((one) =>
        found(
          one.level === 'Error' ? 'against' : 'note',
          wordsOf(cluster, 'istioctl analyze with the candidate’s settings', one),
        ),
      )
      .toSorted(byWords),
    ...errors.map((one) => found('note', wordsOf(cluster, 'istioctl analyze', one))).toSorted(byWords),
    ...(subjects.length > 0
      ? [
          found(
            'note',
            `${cluster}: istioctl analyze warns of what there is now as well: ${subjects.join(', ')}`,
          ),
        ]
      : []),
  ];
}

/** istioctl's own order changes from run to run. */
function byWords(a: GateFinding, b: GateFinding): number {
  return a.words < b.words ? -1 : 1;
}

function wordsOf(cluster: string, tool: string, one: ToolMessage): string {
  const { code, level, origin, message, documentationUrl } = one;
  const about = origin === undefined || origin === '' ? '' : `${origin}: `;
  const see = documentationUrl === undefined ? '' : ` (see ${documentationUrl.replace(/\?.*$/, '')})`;
  return `${cluster}: ${tool}: ${level} ${code}, ${about}${message.replace(/\s+/g, ' ').trim()}${see}`;
}
