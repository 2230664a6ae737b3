import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MeshproofError, errorMessage } from '../../support/errors.ts';
import { exec } from '../../support/exec.ts';
import type { ToolName } from './tools-versions.ts';

/** Gets a file from the web; rejects on any status but 200. */
export type Fetcher = (url: string) => Promise<Uint8Array>;

export interface Platform {
  /** `process.platform`. */
  os: string;
  /** `process.arch`. */
  arch: string;
}

export interface Release {
  url: string;
  /** The publisher's checksums: one hash alone, or lines `hash  file`. */
  checksumUrl: string;
  file: string;
  /** Path of the program in the archive; undefined when the file is the program. */
  inArchive?: string;
}

/** Where the publisher offers a tool. Throws where there is no release for this platform. */
export function releaseOf(name: ToolName, version: string, platform: Platform): Release {
  const os = { linux: 'linux', darwin: 'darwin' }[platform.os];
  const arch = { x64: 'amd64', arm64: 'arm64' }[platform.arch];
  const number = version.replace(/^v/, '');
  if (os === undefined || arch === undefined || (name === 'k6' && os !== 'linux')) {
    throw new MeshproofError(
      'environment',
      `no release of ${name} for ${platform.os} ${platform.arch} is known`,
      {
        nextStep: `install ${name} ${number} and put it on the PATH`,
      },
    );
  }
  const github = (repository: string, tag: string) =>
    `https://github.com/${repository}/releases/download/${tag}`;
  switch (name) {
    case 'kind': {
      const file = `kind-${os}-${arch}`;
      const url = `${github('kubernetes-sigs/kind', `v${number}`)}/${file}`;
      return { url, checksumUrl: `${url}.sha256sum`, file };
    }
    case 'kubectl': {
      const url = `https://dl.k8s.io/release/v${number}/bin/${os}/${arch}/kubectl`;
      return { url, checksumUrl: `${url}.sha256`, file: 'kubectl' };
    }
    case 'istioctl': {
      const file = `istioctl-${number}-${os === 'darwin' ? 'osx' : os}-${arch}.tar.gz`;
      const url = `${github('istio/istio', number)}/${file}`;
      return { url, checksumUrl: `${url}.sha256`, file, inArchive: 'istioctl' };
    }
    case 'k6': {
      const folder = `k6-v${number}-${os}-${arch}`;
      const base = github('grafana/k6', `v${number}`);
      const checksumUrl = `${base}/k6-v${number}-checksums.txt`;
      return {
        url: `${base}/${folder}.tar.gz`,
        checksumUrl,
        file: `${folder}.tar.gz`,
        inArchive: `${folder}/k6`,
      };
    }
  }
}

/**
 * Promises the path of a released tool in `folder`, fetched once and checked against the publisher's checksum.
 * A file appears there only after the check. Throws when it can't be fetched, or does not match.
 */
export async function fetchRelease(
  name: ToolName,
  version: string,
  options: { folder: string; platform: Platform; fetch?: Fetcher },
): Promise<string> {
  const { folder, platform, fetch = fetchFile } = options;
  const place = join(folder, `${name}-${version}`);
  const path = join(place, name);
  if (await stat(path).catch(() => undefined)) return path;
  const release = releaseOf(name, version, platform);
  const [bytes, checksums] = await download(name, release, fetch);
  checkHash(release, bytes, new TextDecoder().decode(checksums));
  await mkdir(place, { recursive: true });
  const work = await mkdtemp(join(place, '.new-'));
  try {
    await writeFile(join(work, release.file), bytes);
    if (release.inArchive !== undefined) {
      await exec('tar', ['-xzf', join(work, release.file), '-C', work, release.inArchive]);
    }
    const program = join(work, release.inArchive ?? release.file);
    await chmod(program, 0o755);
    await rename(program, path);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return path;
}

async function download(name: ToolName, release: Release, fetch: Fetcher) {
  try {
    return await Promise.all([fetch(release.url), fetch(release.checksumUrl)]);
  } catch (error) {
    throw new MeshproofError('environment', `cannot fetch ${name}: ${errorMessage(error)}`, {
      nextStep: `install ${name} and put it on the PATH, or install Go: then it is built from its pinned module`,
      cause: error,
    });
  }
}

function checkHash(release: Release, bytes: Uint8Array, checksums: string): void {
  const lines = checksums.split('\n').map((line) => line.trim().split(/\s+\*?/));
  const named =
    lines.find(([, file]) => file === release.file) ?? lines.find(([, file]) => file === undefined);
  const wanted = named?.[0]?.toLowerCase() ?? '';
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (wanted === actual) return;
  const known = /^[0-9a-f]{64}$/.test(wanted);
  const why = known ? `is ${wanted}, the file's is ${actual}` : `is missing in ${release.checksumUrl}`;
  throw new MeshproofError('environment', `${release.url}: the publisher's SHA-256 ${why}`, {
    nextStep: 'do not use this file; try again, or ask whoever runs the proxy between here and the publisher',
  });
}

/** Ten minutes for a file of at most some 100 MB. */
const fetchFile: Fetcher = async (url) => {
  const reply = await fetch(url, { signal: AbortSignal.timeout(600_000) });
  if (reply.status !== 200) throw new Error(`${url}: HTTP ${reply.status}`);
  return new Uint8Array(await reply.arrayBuffer());
};
