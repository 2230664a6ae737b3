import { z } from 'zod';
import type { ProcessorWait } from '../probe/wire.ts';

const wait = z.object({ from: z.number(), to: z.number(), waits: z.record(z.string(), z.number()) });

/** A line of an agent that says how long programs of its pod waited for a processor; undefined for what else it prints. */
export function readWait(line: string): ProcessorWait | undefined {
  if (!line.startsWith('{"from"')) return undefined;
  try {
    return wait.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
