import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import type { Lab } from '../../lib/model/lab.ts';
import { openKube } from '../../lib/support/kube.ts';
import { environmentDir } from '../../lib/support/paths.ts';

/** A piece of a secret that is long enough to be nothing else. */
interface Secret {
  what: string;
  piece: string;
}

/** Names of what is public in Secrets: certificates, and roots. */
const PUBLIC = /^(ca\.crt|tls\.crt|root-cert\.pem|ca-cert\.pem|cert-chain\.pem|namespace)$/;
const ENOUGH = 24;

/** Everything that must not leak: private keys and tokens of all clusters, of our kubeconfigs, of the mesh's root; and what a test adds. */
export async function secretsOf(lab: Lab, own: Record<string, string> = {}): Promise<Secret[]> {
  const inClusters = await Promise.all(
    lab.clusters.map(async ({ name, kubeconfig }) => {
      const { items } = await openKube(kubeconfig).core.listSecretForAllNamespaces();
      return items.flatMap(({ metadata, data = {} }) =>
        Object.entries(data)
          .filter(([key]) => !PUBLIC.test(key))
          .flatMap(([key, value]) => [
            ...pieces(`${metadata?.name}/${key} in ${name}`, Buffer.from(value, 'base64').toString()),
            // As `kubectl get -o yaml` would show it.
            ...pieces(`${metadata?.name}/${key} in ${name}, encoded`, value),
          ]),
      );
    }),
  );
  const credentials = lab.clusters.flatMap(({ name, kubeconfig }) => {
    const { users = [] } = parse(readFileSync(kubeconfig, 'utf8')) as {
      users?: { user: Record<string, string> }[];
    };
    return users.flatMap(({ user }) =>
      ['client-key-data', 'token', 'password'].flatMap((key) =>
        pieces(`${key} of ${name}'s kubeconfig`, user[key] ?? ''),
      ),
    );
  });
  const trust = join(environmentDir(lab.environment.name), 'trust');
  const keys = textFiles(trust)
    .filter((file) => file.endsWith('key.pem'))
    .flatMap((file) => pieces(basename(file), readFileSync(file, 'utf8')));
  const added = Object.entries(own).map(([what, piece]) => ({ what, piece }));
  return [...inClusters.flat(), ...credentials, ...keys, ...added];
}

/** The second line of a key (the first may be the same in all keys of a kind), else the whole of what is long enough. */
function pieces(what: string, value: string): Secret[] {
  if (value.includes('PRIVATE KEY')) {
    const [, line = '', second = line] = value.split('\n');
    return [{ what, piece: second.startsWith('-----') ? line.slice(-ENOUGH) : second }];
  }
  if (value.includes('BEGIN CERTIFICATE')) return [];
  const text = value.trim();
  if (text.length < ENOUGH || text.includes('\n')) return [];
  // Of base64 of a key, what stands behind its first line.
  return [{ what, piece: text.length > 200 ? text.slice(120, 180) : text }];
}

/** Where a secret stands in these texts and folders: `what in where`. */
export function leaksIn(secrets: readonly Secret[], places: Record<string, string>): string[] {
  return Object.entries(places).flatMap(([where, text]) =>
    secrets.filter(({ piece }) => text.includes(piece)).map(({ what }) => `${what} in ${where}`),
  );
}

/** All files below a folder, by their path; empty when there is none. */
export function filesIn(folder: string): Record<string, string> {
  return Object.fromEntries(textFiles(folder).map((file) => [file, readFileSync(file, 'latin1')]));
}

/** What we keep of a lab's faults and changes. */
export function journalsOf(lab: Lab): Record<string, string> {
  const files = textFiles(environmentDir(lab.environment.name)).filter((file) => /\.jsonl?$/.test(file));
  return Object.fromEntries(files.map((file) => [file, readFileSync(file, 'latin1')]));
}

function textFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((file) => statSync(file).isFile());
  } catch {
    return [];
  }
}
