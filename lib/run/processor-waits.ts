import { z } from 'zod';
import type { ProcessorWait } from '../probe/wire.ts';

const wait = z.object({ from: z.number(), to: z.number(), waits: z.record(z.string(), z.number()) });

/**
 * A line of an agent that says how long programs of its pod waited for a processor, as far as it is one of these; undefined for
 * what else it prints.
 */
export function readWait(line: string, programs: readonly string[]): ProcessorWait | undefined {
  if (!line.startsWith('{"from"')) return undefined;
  try {
    const { data } = wait.safeParse(JSON.parse(line));
    const waits = Object.entries(data?.waits ?? {}).filter(([program]) => programs.includes(program));
    return data && waits.length > 0 ? { ...data, waits: Object.fromEntries(waits) } : undefined;
  } catch {
    return undefined;
  }
}
