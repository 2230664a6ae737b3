import { setPriority } from 'node:os';
import { type Options, execa } from 'execa';
import { MeshproofError } from './errors.ts';

export interface ExecOptions {
  env?: Record<string, string>;
  cwd?: string;
  input?: string | Uint8Array;
  /** Milliseconds; the process gets SIGTERM, then SIGKILL 5 s later. Default 10 minutes. */
  timeout?: number;
  signal?: AbortSignal;
  /** How far it stands back behind others for the processor (nice): for what works beside a measurement. */
  niceness?: number;
  /** Called with each line of stdout and stderr as it comes. */
  onLine?: (line: string) => void;
  /** What to do when the command fails or is missing: shown to the user. */
  nextStep?: string;
}

export interface ExecResult {
  stdout: string;
  stderr: string;
  exitCode: number;
}

/**
 * Runs a program to its end without a shell. Promises stdout and stderr on exit code 0; throws an
 * `environment` error with the last lines of its output otherwise.
 */
export async function exec(
  file: string,
  args: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  const result = await tryExec(file, args, options);
  if (result.exitCode === 0) return result;
  const tail = (result.stderr || result.stdout).trim().split('\n').slice(-12).join('\n');
  throw new MeshproofError('environment', `${file} ${args.join(' ')}: exit ${result.exitCode}\n${tail}`, {
    ...(options.nextStep === undefined ? {} : { nextStep: options.nextStep }),
    facts: { file, args, exitCode: result.exitCode },
  });
}

/** As {@link exec}, but gives the exit code back instead of throwing on it (124 after a timeout, 127 when missing). */
export async function tryExec(
  file: string,
  args: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  const settings: Options = {
    reject: false,
    timeout: options.timeout ?? 600_000,
    stdin: options.input === undefined ? 'ignore' : 'pipe',
    ...(options.env ? { env: options.env } : {}),
    ...(options.cwd ? { cwd: options.cwd } : {}),
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.signal ? { cancelSignal: options.signal } : {}),
  };
  const child = execa(file, [...args], settings);
  if (options.niceness !== undefined && child.pid !== undefined) standBack(child.pid, options.niceness);
  if (options.onLine) for (const stream of [child.stdout, child.stderr]) forEachLine(stream, options.onLine);
  const result = await child;
  if (result.isCanceled) throw new MeshproofError('environment', `${file}: interrupted`);
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  if (result.exitCode !== undefined) {
    return { stdout: text(result.stdout), stderr: text(result.stderr), exitCode: result.exitCode };
  }
  const missing = result.code === 'ENOENT';
  const why = missing ? `${file}: not found` : (result.shortMessage ?? `${file}: failed`);
  return {
    stdout: text(result.stdout),
    stderr: `${text(result.stderr)}\n${why}`.trim(),
    exitCode: missing ? 127 : result.timedOut ? 124 : 1,
  };
}

/** Calls with each line of a stream as it comes, and with what is left at its end. */
export function forEachLine(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  let rest = '';
  stream?.on('data', (chunk: Buffer | string) => {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  stream?.on('end', () => rest && onLine(rest));
}

function standBack(pid: number, niceness: number): void {
  try {
    setPriority(pid, niceness);
  } catch {
    // It has ended by itself, or nobody may: it runs all the same.
  }
}
