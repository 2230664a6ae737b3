import type { GateFinding, PromiseChange, PromiseChangeKind } from '../model/gate.ts';
import type { RunVerdict, TestVerdict } from '../model/verdict.ts';

/** Who may talk to whom comes first: a mesh that is quick and open is no mesh. */
const FIRST = ['mtls', 'policy'];

/** Every promise of either run with what became of it, in the order of their ids, those of identity and policy first. */
export function promiseChanges(from: RunVerdict, to: RunVerdict): PromiseChange[] {
  const [before, after] = [from, to].map(({ tests }) => new Map(tests.map((test) => [test.id, test]))) as [
    Map<string, TestVerdict>,
    Map<string, TestVerdict>,
  ];
  const capabilityOf = (id: string) => (after.get(id) ?? before.get(id))?.capability ?? '';
  const rank = (id: string) => {
    const place = FIRST.indexOf(capabilityOf(id));
    return `${place === -1 ? FIRST.length : place} ${id}`;
  };
  return [...new Set([...before.keys(), ...after.keys()])]
    .toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
    .map((id) => {
      const [old, now] = [before.get(id), after.get(id)];
      return {
        id,
        change: changeOf(old, now),
        from: old?.verdict ?? null,
        to: now?.verdict ?? null,
        reason: now ? now.reason || (old?.reason ?? '') : 'it was not run on the candidate',
      };
    });
}

function changeOf(from: TestVerdict | undefined, to: TestVerdict | undefined): PromiseChangeKind {
  switch (to?.verdict) {
    case 'passed':
      return from?.verdict === 'passed' ? 'same' : 'mended';
    case 'failed':
      return from?.verdict === 'failed' ? 'broken-before' : 'broken';
    case 'not-applicable':
      return from === undefined || from.verdict === 'not-applicable' ? 'same' : 'not-shown';
    case 'inconclusive':
    case 'broken':
    case undefined:
      return 'not-shown';
  }
}

/**
 * What the changes say. A promise that only the candidate breaks decides against it. One that both break carries no decision: the
 * control arm failed (DESIGN.md §2); so does one that the candidate's run does not show, whatever the other's showed.
 */
export function promiseFindings(changes: readonly PromiseChange[]): GateFinding[] {
  const findings = changes.flatMap((one): GateFinding[] => {
    const { id, change, from, to } = one;
    const reason = one.reason === '' ? '' : `: ${firstLine(one.reason)}`;
    const found = (weight: GateFinding['weight'], words: string): GateFinding[] => [
      { source: 'conformance', weight, words: `${id} ${words}${reason}` },
    ];
    if (change === 'broken') return found('against', `failed on the candidate (${from ?? 'not run'} before)`);
    if (change === 'broken-before') return found('unsettled', 'failed on both sides');
    if (change === 'not-shown')
      return found(
        to === 'broken' ? 'broken' : 'unsettled',
        `is ${to ?? 'not run'} on the candidate (${from ?? 'not run'} before)`,
      );
    return [];
  });
  const kept = changes.filter(({ to }) => to === 'passed').length;
  if (kept === 0)
    return [
      ...findings,
      { source: 'conformance', weight: 'unsettled', words: 'no promise was shown to be kept' },
    ];
  const mended = changes.filter(({ change, from }) => change === 'mended' && from === 'failed').length;
  const words = `${kept} promises are kept${mended === 0 ? '' : `, ${mended} of which were broken before`}`;
  return [...findings, { source: 'conformance', weight: 'for', words }];
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
