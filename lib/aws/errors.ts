import { MeshproofError } from '../support/errors.ts';

/** What AWS and its SDK answer when nobody can sign in: no later call would fare better. */
const SIGN_IN = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'AuthFailure',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
  'InvalidSignatureException',
]);

/** Name of an error of the SDK, such as `ThrottlingException`; of anything else that was thrown, its class. */
export function awsErrorName(error: unknown): string {
  const { name, Code } = Object(error) as { name?: unknown; Code?: unknown };
  if (typeof name === 'string' && name !== 'Error') return name;
  return typeof Code === 'string' ? Code : 'Error';
}

/** One clear error when nobody can sign in; undefined when `error` is another one. */
export function signInError(error: unknown, who: string): MeshproofError | undefined {
  const name = awsErrorName(error);
  if (!SIGN_IN.has(name)) return undefined;
  const message = error instanceof Error ? error.message : String(error);
  return new MeshproofError('environment', `AWS does not let ${who} in: ${name}: ${message}`, {
    nextStep: 'aws sts get-caller-identity must work in this shell (AWS_PROFILE, AWS_ACCESS_KEY_ID …)',
    cause: error,
  });
}
