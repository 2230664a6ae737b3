import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsPlace } from '../model/aws.ts';
import { awsClients } from './clients.ts';
import { signInError } from './errors.ts';

/** The webhook of EKS takes a signed request for 15 minutes; a client asks anew a minute earlier (aws-iam-authenticator, token.go). */
const VALID_MS = 14 * 60_000;

/** A token by which EKS knows who calls, and when a new one is to be asked for. */
export interface EksToken {
  token: string;
  expires: Date;
}

/**
 * A token for a cluster: a signed request of sts:GetCallerIdentity, bound to the cluster's name, that EKS itself sends (Amazon EKS
 * user guide, "Grant IAM users access"; aws-iam-authenticator). Calls nobody but for the credentials of a role.
 */
export async function eksToken(place: AwsPlace, cluster: string, now = new Date()): Promise<EksToken> {
  const { sts } = awsClients(place);
  const who = `the credentials of ${place.account.role ?? 'this shell'}`;
  const credentials = await sts.config.credentials().catch((error: unknown) => {
    throw signInError(error, who) ?? error;
  });
  const { region } = place;
  const hostname = `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  const signer = new SignatureV4({ credentials, region, service: 'sts', sha256: sts.config.sha256 });
  const { query = {} } = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host: hostname, 'x-k8s-aws-id': cluster },
    },
    { expiresIn: 60, signingDate: now, unhoistableHeaders: new Set(['x-k8s-aws-id']) },
  );
  const url = `https://${hostname}/?${new URLSearchParams(query as Record<string, string>).toString()}`;
  const token = `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`;
  return { token, expires: new Date(now.getTime() + VALID_MS) };
}

/** A token as kubectl and its like take it from a program (client.authentication.k8s.io/v1). */
export function execCredential({ token, expires }: EksToken): string {
  return JSON.stringify({
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token, expirationTimestamp: expires.toISOString().replace(/\.\d+Z$/, 'Z') },
  });
}
