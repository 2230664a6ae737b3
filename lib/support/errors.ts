/**
 * What went wrong, in the terms that decide the verdict and the exit code:
 * `violation` the mesh broke a promise, `inconclusive` the evidence carries no verdict, `not-applicable` a
 * capability is missing, `environment` the environment or its tools failed, `usage` the input is wrong,
 * `bug` Meshproof itself is wrong.
 */
export type ErrorKind = 'violation' | 'inconclusive' | 'not-applicable' | 'environment' | 'usage' | 'bug';

export interface ErrorDetails {
  /** What the reader should do now; a command where there is one. */
  nextStep?: string;
  /** File and 1-based line of the input that is wrong. */
  at?: { file: string; line?: number };
  facts?: Record<string, unknown>;
  cause?: unknown;
}

/** The one error of Meshproof: a kind, a sentence, and the next step. */
export class MeshproofError extends Error {
  override readonly name = 'MeshproofError';
  readonly kind: ErrorKind;
  readonly nextStep: string | undefined;
  readonly at: ErrorDetails['at'];
  readonly facts: Record<string, unknown>;

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.nextStep = details.nextStep;
    this.at = details.at;
    this.facts = details.facts ?? {};
  }
}

/** Text for a person: place, sentence, next step; without a stack. */
export function describeError(error: unknown): string {
  if (!(error instanceof MeshproofError)) return errorMessage(error);
  const place = error.at ? `${error.at.file}${error.at.line === undefined ? '' : `:${error.at.line}`}: ` : '';
  const next = error.nextStep ? `\n  → ${error.nextStep}` : '';
  return `${place}${error.message}${next}`;
}

/** The message of anything that was thrown. */
export function errorMessage(error: unknown): string {
  if (error instanceof Error) return error.message;
  // What a WebSocket gives is an event with a message, and no error.
  const { message } = Object(error) as { message?: unknown };
  return typeof message === 'string' ? message : String(error);
}

/** Exit codes of DESIGN.md §2 and sysexits.h (64 EX_USAGE, 70 EX_SOFTWARE). */
export const EXIT = { passed: 0, failed: 1, inconclusive: 2, broken: 3, usage: 64, bug: 70 } as const;

/** The exit code that an error thrown out of a command stands for; an unknown error is a bug of ours. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof MeshproofError)) return EXIT.bug;
  switch (error.kind) {
    case 'violation':
      return EXIT.failed;
    case 'inconclusive':
    case 'not-applicable':
      return EXIT.inconclusive;
    case 'environment':
      return EXIT.broken;
    case 'usage':
      return EXIT.usage;
    case 'bug':
      return EXIT.bug;
  }
}
