import type { Knock } from './plaintext.ts';

/** A client that must be turned away, beside the same call with what makes it right. */
export interface TriedClient {
  /** Whom it called, by which way. */
  path: string;
  refused: Knock;
  control: Knock;
}

export interface ClientFindings {
  accepted: string[];
  /** Turned away, but not as what it is: another fault may hide behind it. */
  otherwise: string[];
  /** Calls that had everything and got no answer: they take the meaning from the refusals beside them. */
  deaf: string[];
}

/** Sets each refusal beside the alert that it must come with. Only an answer, or a connection kept, counts as accepted. */
export function judgeClients(tried: readonly TriedClient[], alerts: readonly string[]): ClientFindings {
  const accepted = tried.filter(({ refused }) => isAnswer(refused));
  const refusedRight = ({ refused: { outcome, detail } }: TriedClient) =>
    outcome === 'tls' && alerts.includes(detail ?? '');
  return {
    accepted: accepted.map(({ path, refused }) => `${path} (${words(refused)})`),
    otherwise: tried
      .filter((one) => !accepted.includes(one) && !refusedRight(one))
      .map(({ path, refused }) => `${path}: ${words(refused)}`),
    deaf: tried
      .filter(({ control }) => control.outcome !== 'ok')
      .map(({ path, control }) => `${path}: ${words(control)}`),
  };
}

function isAnswer({ outcome }: Knock): boolean {
  return ['ok', 'http-4xx', 'http-5xx', 'wrong-target', 'plaintext'].includes(outcome);
}

function words({ outcome, detail }: Knock): string {
  return detail === undefined ? outcome : `${outcome}: ${detail.slice(0, 80)}`;
}
