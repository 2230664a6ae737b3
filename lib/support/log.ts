import { stderr } from 'node:process';
import { styleText } from 'node:util';

/** Where progress goes. Libraries get one injected; nothing in `lib` writes to the console by itself. */
export interface Log {
  /** A step that a person wants to see. */
  info(line: string): void;
  /** Something odd that does not stop the work. */
  warn(line: string): void;
  /** Detail for a log file; not shown by default. */
  debug(line: string): void;
}

/** Writes progress to stderr with the seconds since its making; colours only on a terminal. */
export function terminalLog(options: { verbose?: boolean; stream?: NodeJS.WriteStream } = {}): Log {
  const stream = options.stream ?? stderr;
  const started = Date.now();
  const write = (line: string, style?: 'yellow' | 'dim') => {
    const clock = `${((Date.now() - started) / 1000).toFixed(1).padStart(6)}s `;
    const paint = (text: string, as: 'yellow' | 'dim') =>
      styleText(as, text, { stream, validateStream: true });
    stream.write(`${paint(clock, 'dim')} ${style ? paint(line, style) : line}\n`);
  };
  return {
    info: (line) => write(line),
    warn: (line) => write(`warning: ${line}`, 'yellow'),
    debug: (line) => options.verbose && write(line, 'dim'),
  };
}

/** Drops everything: for tests and for machine-readable output. */
export const silentLog: Log = { info: () => {}, warn: () => {}, debug: () => {} };
