import { z } from 'zod';
import type { GateWaiver } from '../model/gate.ts';
import { checkYaml, readYamlText } from '../support/yaml-file.ts';
import { gateWaiverSchema } from './gate-file.ts';

const waiversFileSchema = z.strictObject({
  waivers: z.array(gateWaiverSchema).describe('What may pass until a date, on whose responsibility'),
});

/**
 * Reads a file of waivers: `waivers:` with a list of `match`, `reason`, `owner` and `expires`. A bad one is a `usage` error with
 * file, line and remedy.
 */
export function readWaivers(file: string): GateWaiver[] {
  const text = readYamlText(file, {
    what: 'file of waivers',
    nextStep: 'name an existing file with --waivers',
  });
  return checkYaml(text, { file, schema: waiversFileSchema, published: 'meshproof gate --help' }).value
    .waivers;
}
