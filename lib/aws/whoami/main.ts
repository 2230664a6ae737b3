import { writeFileSync } from 'node:fs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromHttp, fromTokenFile } from '@aws-sdk/credential-providers';

/**
 * Runs in a pod under somebody's service account, asks AWS who that is, and leaves a line of JSON in the file that its first argument names:
 * `{ arn }`, `{ refused }` with the words of AWS, or `{ missing: true }` where the pod was given no credentials. It asks neither
 * the instance nor files of a user: a node's role would be an answer, and the wrong one. IRSA comes before Pod Identity, as in
 * the SDKs' own chain (AWS SDKs and Tools reference, "Standardized credential providers").
 */
async function whoami(): Promise<{ arn: string } | { refused: string } | { missing: true }> {
  const { env } = process;
  const irsa = env['AWS_WEB_IDENTITY_TOKEN_FILE'] !== undefined;
  if (!irsa && env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] === undefined) return { missing: true };
  const sts = new STSClient({ credentials: irsa ? fromTokenFile() : fromHttp(), maxAttempts: 4 });
  try {
    const { Arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
    return { arn: Arn };
  } catch (error) {
    return { refused: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

/** Kubernetes takes 4096 bytes for a message of termination ("Determine the Reason for Pod Failure"). */
const MOST_BYTES = 2000;

const said = await whoami();
const short = 'refused' in said ? { refused: said.refused.slice(0, MOST_BYTES) } : said;
writeFileSync(process.argv[2] ?? '/dev/termination-log', JSON.stringify(short));
