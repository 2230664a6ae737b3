import { readFileSync } from 'node:fs';
import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { errorMessage, MeshproofError } from './errors.ts';

/** Where something is in a document. */
export type YamlPath = readonly PropertyKey[];

/** A checked document, and a way to refuse what its schema cannot. */
export interface CheckedYaml<T> {
  value: T;
  /** Throws a `usage` error with the line of the path, or of its nearest ancestor that is in the text. */
  refuse(message: string, path: YamlPath, nextStep: string): never;
}

/** Reads a YAML file; one that cannot be read is a `usage` error. `what` names it: `environment file`. */
export function readYamlText(file: string, { what, nextStep }: { what: string; nextStep: string }): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new MeshproofError('usage', `cannot read the ${what} ${file}: ${errorMessage(error)}`, {
      nextStep,
    });
  }
}

/**
 * Parses YAML and checks it. A bad document is a `usage` error with file, line and remedy; `published` names the file of
 * its JSON Schema. Unknown keys are named with those that are known.
 */
export function checkYaml<S extends z.ZodType>(
  text: string,
  { file, schema, published }: { file: string; schema: S; published: string },
): CheckedYaml<z.output<S>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const refuseAt = (message: string, line: number | undefined, nextStep: string): never => {
    throw new MeshproofError('usage', message, {
      at: { file, ...(line === undefined ? {} : { line }) },
      nextStep,
    });
  };
  const syntax = document.errors[0];
  if (syntax)
    refuseAt(`not valid YAML: ${syntax.message}`, lines.linePos(syntax.pos[0]).line, 'mend the YAML syntax');
  const parsed = schema.safeParse(document.toJS());
  if (!parsed.success) {
    const { path, what, isUnknown } = mainIssue(parsed.error.issues);
    const where = path.map(String).join('.') || 'the document';
    refuseAt(
      `${where}: ${what}`,
      lineOf(document, lines, path),
      isUnknown ? knownKeys(schema, path) : `correct ${where}; ${published} lists what is allowed`,
    );
  }
  return {
    value: parsed.data as z.output<S>,
    refuse: (message, path, nextStep) => refuseAt(message, lineOf(document, lines, path), nextStep),
  };
}

/** A mistyped key makes two issues, the unknown key and the missing one: the typo is the cause. */
function mainIssue(issues: readonly z.core.$ZodIssue[]) {
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? deepest(issues[0]);
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const missing = issue?.message.endsWith('received undefined');
  return {
    path: [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])],
    what: unknown !== undefined ? 'unknown key' : missing ? 'is missing' : issue?.message,
    isUnknown: unknown !== undefined,
  };
}

/** What is wrong with the branch of a union that comes closest: the one with the fewest issues. */
function deepest(issue: z.core.$ZodIssue | undefined): z.core.$ZodIssue | undefined {
  if (issue?.code !== 'invalid_union' || issue.errors.length === 0) return issue;
  const [closest = []] = [...issue.errors].sort((a, b) => depthOf(b) - depthOf(a) || a.length - b.length);
  const inner = closest.find(({ code }) => code === 'unrecognized_keys') ?? closest[0];
  const found = inner && { ...inner, path: [...issue.path, ...inner.path] };
  return found ? deepest(found) : issue;
}

function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map(({ path }) => path.length));
}

/** The line of a path, or of its nearest ancestor that is in the text (a missing key has no line). */
function lineOf(document: Document, lines: LineCounter, path: YamlPath): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    const parent = document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    const pair =
      length > 0 && isMap(parent) ? parent.items.find((item) => String(item.key) === String(key)) : undefined;
    const start = isNode(pair?.key) ? pair.key.range?.[0] : isNode(node) ? node.range?.[0] : undefined;
    if (start !== undefined) return lines.linePos(start).line;
  }
  return undefined;
}

function knownKeys(schema: z.ZodType, path: YamlPath): string {
  let shape: unknown = schema;
  for (const key of path.slice(0, -1)) {
    const def = shape as { shape?: Record<string, unknown>; valueType?: unknown; element?: unknown };
    shape = def.shape ? def.shape[String(key)] : (def.valueType ?? def.element);
  }
  const keys = Object.keys((shape as { shape?: Record<string, unknown> } | undefined)?.shape ?? {});
  return keys.length ? `allowed here: ${keys.join(', ')}` : 'remove it';
}
