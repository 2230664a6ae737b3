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

/** A client that must be let in, and how it fared. */
export interface RightClient {
  path: string;
  seen: Knock;
}

export interface RightFindings {
  /** Turned down by an alert of the server's. */
  refused: string[];
  /** Neither let in nor turned down: a time-out, a lost connection, a fault on the caller's own side. */
  unanswered: string[];
}

/** Which clients that must be let in were not. An HTTP answer, whatever it says, came through the handshake. */
export function judgeRightClients(clients: readonly RightClient[]): RightFindings {
  const outside = clients.filter(({ seen }) => seen.outcome === 'plaintext' || !isAnswer(seen));
  const isRefused = ({ seen: { outcome, detail } }: RightClient) =>
    outcome === 'tls' && detail?.startsWith('here:') !== true;
  const named = ({ path, seen }: RightClient) => `${path}: ${words(seen)}`;
  return {
    refused: outside.filter(isRefused).map(named),
    unanswered: outside.filter((one) => !isRefused(one)).map(named),
  };
}

function isAnswer({ outcome }: Knock): boolean {
  return ['ok', 'http-4xx', 'http-5xx', 'wrong-target', 'plaintext'].includes(outcome);
}

function words({ outcome, detail }: Knock): string {
  return detail === undefined ? outcome : `${outcome}: ${detail.slice(0, 80)}`;
}
