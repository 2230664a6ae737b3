import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { PriceTable } from '../../model/price.ts';
import { projectRoot } from '../../support/paths.ts';
import { checkYaml, readYamlText } from '../../support/yaml-file.ts';

const charge = z.strictObject({
  perGB: z.number().min(0).default(0).describe('for 10^9 bytes, counted once'),
  perHour: z.number().min(0).default(0).describe('for each piece, whatever passes it'),
  pieces: z.int().min(1).default(1).describe('how many of them are paid by the hour'),
  source: z.string().min(10).describe('where the figures are from, so that they can be checked'),
});
const charges = z.array(z.string()).describe('names of the charges that a byte meets');

const priceSchema = z.strictObject({
  name: z.string().min(3),
  currency: z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 code, as USD'),
  checked: z.iso.date().describe('day on which the prices were looked up'),
  charges: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/, 'lower case, digits and dashes'), charge),
  paths: z.strictObject({
    'same-node': charges.default([]),
    'same-zone': charges.default([]),
    'cross-zone': charges,
    'cross-region': charges,
  }),
});

/** The table that comes with Meshproof: an example. */
export const EXAMPLE_PRICES = join(projectRoot, 'environments/prices/aws-us-east-1.yaml');
const PUBLISHED = 'environments/prices.schema.json';

/** Reads and checks a table of prices. A bad one is a `usage` error with file and line. */
export function loadPrices(file: string): PriceTable {
  const path = resolve(file);
  const nextStep = `name a file; ${EXAMPLE_PRICES} is an example`;
  return parsePrices(readYamlText(path, { what: 'table of prices', nextStep }), path);
}

/** As {@link loadPrices}, from text. `file` is for messages. */
export function parsePrices(text: string, file: string): PriceTable {
  const { value, refuse } = checkYaml(text, { file, schema: priceSchema, published: PUBLISHED });
  for (const [path, names] of Object.entries(value.paths)) {
    const unknown = names.findIndex((name) => !Object.hasOwn(value.charges, name));
    if (unknown >= 0)
      refuse(
        `paths.${path}: there is no charge ${names[unknown]}`,
        ['paths', path],
        `charges: ${Object.keys(value.charges).join(', ')}`,
      );
  }
  return value;
}

/** The JSON Schema that editors use. */
export function priceJsonSchema(): string {
  const schema = z.toJSONSchema(priceSchema, { io: 'input' });
  return `${JSON.stringify({ title: 'Meshproof prices', ...schema }, null, 2)}\n`;
}
