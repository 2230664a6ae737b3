import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, matchesGlob } from 'node:path';
import { z } from 'zod';
import { MeshproofError } from './errors.ts';
import { checkYaml, readYamlText } from './yaml-file.ts';

const globs = z.array(z.string().min(1)).default([]);

const denySchema = z.strictObject({ contexts: globs, accounts: globs, regions: globs });

/** What Meshproof never touches on this machine, whatever an environment file says; `*` stands for any text. */
export type DenyList = z.output<typeof denySchema>;

/** What a context leads to, as far as it tells. */
export interface ContextIdentity {
  context: string;
  /** AWS accounts and regions, from the ARN of an EKS cluster or the address of its API server. */
  accounts: readonly string[];
  regions: readonly string[];
}

/** The user's deny list: `meshproof/deny.yaml` in the user's configuration folder. Empty when there is none. */
export function readDenyList(env: NodeJS.ProcessEnv = process.env): DenyList {
  const file = join(env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'meshproof', 'deny.yaml');
  if (!existsSync(file)) return { contexts: [], accounts: [], regions: [] };
  const text = readYamlText(file, { what: 'deny list', nextStep: 'make it readable, or remove it' });
  return checkYaml(text, { file, schema: denySchema, published: 'README.md, "Safety",' }).value;
}

/** Throws a `usage` error when a context is on the list; nothing was called yet. */
export function refuseDenied(identity: ContextIdentity, list: DenyList): void {
  const { context, accounts, regions } = identity;
  const found =
    matching([context], list.contexts, 'context') ??
    matching(accounts, list.accounts, 'account') ??
    matching(regions, list.regions, 'region');
  if (found === undefined) return;
  throw new MeshproofError('usage', `the context ${context} is on the deny list: ${found}`, {
    nextStep: 'use another environment, or ask whoever keeps the list (meshproof/deny.yaml)',
  });
}

function matching(values: readonly string[], patterns: readonly string[], what: string): string | undefined {
  for (const pattern of patterns) {
    // A name with slashes, as an ARN has, is one word here.
    const value = values.find((one) => matchesGlob(one.replaceAll('/', ':'), pattern.replaceAll('/', ':')));
    if (value !== undefined) return `${what} ${value} matches ${pattern}`;
  }
  return undefined;
}

/** Accounts and regions that texts about a cluster name: its ARN, the host of its API server, arguments of its login. */
export function placesIn(texts: readonly string[]): Pick<ContextIdentity, 'accounts' | 'regions'> {
  const all = texts.join('\n');
  const arns = [...all.matchAll(/arn:aws[\w-]*:eks:([a-z0-9-]+):(\d{12}):/g)];
  const hosts = [...all.matchAll(/\.([a-z0-9-]+)\.eks\.amazonaws\.com/g)];
  return {
    accounts: unique(arns.map(([, , account = '']) => account)),
    regions: unique([...arns, ...hosts].map(([, region = '']) => region)),
  };
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
