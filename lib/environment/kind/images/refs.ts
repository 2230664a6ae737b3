import { MeshproofError } from '../../../support/errors.ts';

/**
 * The name to pull an image by: as pinned, or from a mirror (`HOST[:PORT][/PREFIX]`) that holds it under its
 * full path. Throws a `usage` error for a mirror that is not written like that.
 */
export function pullRef(pinned: string, mirror?: string): string {
  if (mirror === undefined) return pinned;
  if (!/^[a-zA-Z0-9.-]+(:\d{1,5})?(\/[a-z0-9][a-z0-9._/-]*[a-z0-9])?$/.test(mirror)) {
    throw new MeshproofError('usage', `registry mirror '${mirror}' is not HOST[:PORT][/PREFIX]`, {
      nextStep:
        'for example --registry-mirror registry.example.com/dockerhub (no scheme, no slash at the end)',
    });
  }
  return `${mirror}/${pinned}`;
}

/** `kindest/node:v1@sha256:…` → its parts; the digest is there only when the pin has one. */
export function splitRef(ref: string): { name: string; tag: string; digest?: string } {
  const [tagged = ref, digest] = ref.split('@');
  const colon = tagged.lastIndexOf(':');
  const hasTag = colon > tagged.lastIndexOf('/');
  return {
    name: hasTag ? tagged.slice(0, colon) : tagged,
    tag: hasTag ? tagged.slice(colon + 1) : 'latest',
    ...(digest === undefined ? {} : { digest }),
  };
}
