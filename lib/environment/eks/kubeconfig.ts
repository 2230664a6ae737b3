import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { projectRoot } from '../../support/paths.ts';
import type { EksCluster } from './infrastructure.ts';

/**
 * Writes the kubeconfig of a cluster (mode 0600) and gives its path. Whoever uses it asks Meshproof itself for a token, which
 * signs it with the credentials that are in the shell then: nothing secret is in the file.
 */
export function writeKubeconfig(
  environment: string,
  cluster: Omit<EksCluster, 'network' | 'expires'>,
  stateDir: string,
): string {
  const { endpoint: server, certificateAuthority, place, name: eksName } = cluster;
  const name = `meshproof-${environment}-${cluster.cluster}`;
  const { role } = place.account;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': certificateAuthority } }],
    users: [
      {
        name,
        user: {
          exec: {
            apiVersion: 'client.authentication.k8s.io/v1',
            interactiveMode: 'Never',
            command: process.execPath,
            args: [
              join(projectRoot, 'lib/cli/main.ts'),
              'aws',
              'token',
              '--cluster',
              eksName,
              '--region',
              place.region,
              ...(role === undefined ? [] : ['--role', role]),
            ],
          },
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const file = join(stateDir, `${cluster.cluster}.kubeconfig`);
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return file;
}
