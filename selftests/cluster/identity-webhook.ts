import { webcrypto } from 'node:crypto';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { networkInterfaces } from 'node:os';
import * as x509 from '@peculiar/x509';
import type { KubernetesObject } from '@kubernetes/client-node';
import type { Lab } from '../../lib/model/lab.ts';
import { bodyOf, listen } from '../http-server.ts';
import { annotatedAccounts } from '../../lib/run/aws/annotated-accounts.ts';

/** A server of the test's on this machine's own address in the lab's network. */
interface Served {
  url: string;
  close: () => Promise<void>;
}

/** This machine's address in the network of the lab's nodes: pods and API servers reach it there, and nobody else does. */
export function hostAddress(lab: Lab): string {
  const node = lab.clusters[0]?.nodes[0]?.address ?? '';
  const network = node.split('.').slice(0, 2).join('.');
  const own = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ address, family }) => family === 'IPv4' && address.startsWith(`${network}.`));
  if (!own) throw new Error(`this machine has no address in the network of ${node}`);
  return own.address;
}

/** STS for pods: what `moto` answers, but for the roles that `denied` names, which are refused in the words of AWS. */
export async function serveSts(
  host: string,
  moto: string,
  denied: (role: string) => boolean,
): Promise<Served> {
  const server = createHttp((request, response) => {
    void (async () => {
      const body = (await bodyOf(request)).toString();
      if (denied(new URLSearchParams(body).get('RoleArn') ?? '')) {
        response.writeHead(403, { 'content-type': 'text/xml' });
        response.end(DENIED);
        return;
      }
      const { authorization = '' } = request.headers;
      const answer = await fetch(moto, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', authorization },
        body,
      });
      response.writeHead(answer.status, { 'content-type': 'text/xml' });
      response.end(await answer.text());
    })().catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  return served(server, host, 'http');
}

/** Errors of the AWS Query protocol (Smithy, "AWS query protocol", error responses). */
const DENIED = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error><RequestId>0</RequestId></ErrorResponse>`;

/**
 * Does to pods of a namespace what EKS's own webhook does to them: where the service account names a role, it adds variables and a
 * projected token for the audience of STS (amazon-eks-pod-identity-webhook, README). Gives the object that registers it.
 */
export async function serveWebhook(
  lab: Lab,
  host: string,
  { namespace, sts }: { namespace: string; sts: string },
): Promise<Served & { registration: KubernetesObject }> {
  const { certificate, key } = await certificateFor(host);
  const roles = new Map<string, string>();
  for (const cluster of lab.clusters)
    for (const one of await annotatedAccounts(cluster)) roles.set(one.serviceAccount, one.role);
  const server = createHttps({ cert: certificate, key }, (request, response) => {
    void (async () => {
      const review = JSON.parse((await bodyOf(request)).toString()) as {
        request: { uid: string; object: { spec: { serviceAccountName?: string } } };
      };
      const { uid, object } = review.request;
      const role = roles.get(object.spec.serviceAccountName ?? '');
      const patch = role === undefined ? [] : patchFor(role, sts);
      const answer = {
        uid,
        allowed: true,
        patchType: 'JSONPatch',
        patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
      };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }),
      );
    })().catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  const { url, close } = await served(server, host, 'https');
  const registration = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: namespace },
    webhooks: [
      {
        name: 'pod-identity.test.meshproof.dev',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
        clientConfig: { url, caBundle: Buffer.from(certificate).toString('base64') },
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      },
    ],
  };
  return { url, close, registration };
}

function patchFor(role: string, sts: string): object[] {
  const token = {
    serviceAccountToken: { audience: 'sts.amazonaws.com', expirationSeconds: 3600, path: 'token' },
  };
  const folder = '/var/run/secrets/eks.amazonaws.com/serviceaccount';
  const env = {
    AWS_ROLE_ARN: role,
    AWS_WEB_IDENTITY_TOKEN_FILE: `${folder}/token`,
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_STS: sts,
  };
  return [
    { op: 'add', path: '/spec/volumes/-', value: { name: 'aws-iam-token', projected: { sources: [token] } } },
    {
      op: 'add',
      path: '/spec/containers/0/volumeMounts/-',
      value: { name: 'aws-iam-token', mountPath: folder, readOnly: true },
    },
    {
      op: 'add',
      path: '/spec/containers/0/env',
      value: Object.entries(env).map(([name, value]) => ({ name, value })),
    },
  ];
}

async function served(
  server: ReturnType<typeof createHttp> | ReturnType<typeof createHttps>,
  host: string,
  scheme: string,
): Promise<Served> {
  const { port, close } = await listen(server, host);
  return { url: `${scheme}://${host}:${port}`, close };
}

async function certificateFor(ip: string): Promise<{ certificate: string; key: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=webhook of a test',
      keys,
      signingAlgorithm: algorithm,
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + 3_600_000),
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: ip }])],
    },
    webcrypto,
  );
  const key = x509.PemConverter.encode(
    await webcrypto.subtle.exportKey('pkcs8', keys.privateKey),
    'PRIVATE KEY',
  );
  return { certificate: certificate.toString('pem'), key };
}
