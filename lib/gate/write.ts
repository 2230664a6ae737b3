import { join } from 'node:path';
import type { GateResult } from '../model/gate.ts';
import { writeWhole } from '../report/write-whole.ts';
import { gateSchema } from './gate-file.ts';
import { gateMarkdown } from './markdown.ts';
import { gatePage } from './page.ts';

/** Writes `gate.json`, `gate.md` and `gate.html` into a folder; gives their paths. Throws an `environment` error. */
export function writeGate(
  folder: string,
  result: GateResult,
): { json: string; markdown: string; page: string } {
  const files = {
    json: join(folder, 'gate.json'),
    markdown: join(folder, 'gate.md'),
    page: join(folder, 'gate.html'),
  };
  writeWhole(files.json, `${JSON.stringify(gateSchema.parse(result), null, 2)}\n`);
  writeWhole(files.markdown, gateMarkdown(result));
  writeWhole(files.page, gatePage(result));
  return files;
}
