import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/paths.ts';
import { gateJsonSchema } from '../gate/gate-file.ts';
import { priceJsonSchema } from '../run/cost/prices.ts';
import { scenarioJsonSchema } from '../gameday/schema.ts';
import { eksPriceJsonSchema } from './eks/prices.ts';
import { environmentJsonSchema } from './schema.ts';

/** Writes the published JSON Schemas; with --check only says whether they are up to date. */
const published = [
  { file: join(projectRoot, 'environments/environment.schema.json'), text: environmentJsonSchema() },
  { file: join(projectRoot, 'scenarios/scenario.schema.json'), text: scenarioJsonSchema() },
  { file: join(projectRoot, 'environments/prices.schema.json'), text: priceJsonSchema() },
  { file: join(projectRoot, 'environments/eks-prices.schema.json'), text: eksPriceJsonSchema() },
  { file: join(projectRoot, 'lib/gate/gate.schema.json'), text: gateJsonSchema() },
];

for (const { file, text } of published) {
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text);
  } else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${file} is out of date: run "npm run schema"`);
    process.exitCode = 1;
  }
}
