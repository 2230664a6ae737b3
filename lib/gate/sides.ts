import type { MeshSide } from '../model/upgrade.ts';
import { MeshproofError } from '../support/errors.ts';

const FORMS = 'current, a version of the mesh (1.31.1), envoy:VERSION, proxy-image:REF, or values:FILE.yaml';

/** major.minor.patch, with what a build of its own or a release candidate adds. */
const VERSION = /^v?(\d+\.\d+(?:\.\d+)?(?:[-+.][0-9A-Za-z.-]+)?)$/;
/** [HOST[:PORT]/]PATH[:TAG][@sha256:DIGEST], as the distribution specification has it. */
const IMAGE =
  /^(?:[a-zA-Z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

/** Reads what `--from` and `--to` name. A `usage` error says what is wrong with it, and which forms there are. */
export function parseSide(text: string): MeshSide {
  if (text === '') throw wrong(text, 'it is empty');
  if (text === 'current') return { kind: 'current' };
  const plain = VERSION.exec(text)?.[1];
  if (plain !== undefined) return { kind: 'version', version: plain };
  const [, kind = '', rest = ''] = /^([a-z-]+):(.*)$/s.exec(text) ?? [];
  switch (kind) {
    case 'envoy': {
      const version = VERSION.exec(rest)?.[1];
      if (version === undefined) throw wrong(text, `'${rest}' is no version`);
      return { kind, version };
    }
    case 'proxy-image':
      if (!IMAGE.test(rest)) throw wrong(text, `'${rest}' is no name of an image`);
      if (!/[:@]/.test(rest.slice(rest.lastIndexOf('/') + 1)))
        throw wrong(text, 'an image without a tag may be another one tomorrow');
      return { kind, image: rest };
    case 'values':
      if (!/\.ya?ml$/.test(rest)) throw wrong(text, `'${rest}' is no .yaml file`);
      return { kind, file: rest };
    default:
      if (/\.ya?ml$/.test(text)) throw wrong(text, `a file of values is written values:${text}`);
      throw wrong(text, kind === '' ? 'it is none of the forms' : `there is no form '${kind}:'`);
  }
}

/** What a side is called in reports; parses back to the same side. */
export function sideLabel(side: MeshSide): string {
  switch (side.kind) {
    case 'current':
      return 'current';
    case 'version':
      return side.version;
    case 'envoy':
      return `envoy:${side.version}`;
    case 'proxy-image':
      return `proxy-image:${side.image}`;
    case 'values':
      return `values:${side.file}`;
  }
}

function wrong(text: string, why: string): MeshproofError {
  return new MeshproofError('usage', `'${text}' names no side of a gate: ${why}`, {
    nextStep: `name ${FORMS}`,
  });
}
