import { readFileSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { generateVerdictSchema } from './verdict-file.ts';

/** Writes lib/report/verdict.schema.json; with --check only says whether it is what the code says. */
const file = new URL('verdict.schema.json', import.meta.url);
const wanted = generateVerdictSchema();
if (!argv.includes('--check')) {
  writeFileSync(file, wanted);
} else if (readFileSync(file, 'utf8') !== wanted) {
  console.error(
    'verdict.schema.json is not what lib/report/verdict-file.ts says: run node lib/report/verdict.generate.ts',
  );
  process.exitCode = 1;
}
