import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../../support/paths.ts';
import { checkYaml, readYamlText } from '../../support/yaml-file.ts';

const price = z.strictObject({
  price: z.number().min(0).describe('for one of them and an hour'),
  source: z.string().min(10).describe('where the figure is from, so that it can be checked'),
});

const priceSchema = z.strictObject({
  name: z.string().min(3),
  currency: z.literal('USD'),
  checked: z.iso.date().describe('day on which the prices were looked up'),
  regions: z.array(z.string().min(1)).min(1),
  perHour: z.strictObject({
    'eks-cluster': price,
    'nat-gateway': price,
    'public-ipv4': price,
    'interface-endpoint': price.describe('in each zone'),
    'transit-gateway-attachment': price,
    instances: z.record(z.string().regex(/^[a-z0-9-]+\.[a-z0-9]+$/, 'an instance type'), price),
  }),
  notCounted: z.array(z.string().min(3)).describe('what comes on top, in words'),
});

/** List prices of some regions. */
export type EksPrices = z.output<typeof priceSchema>;

/** What has a price by the hour. */
export type PricedThing = Exclude<keyof EksPrices['perHour'], 'instances'> | `instance ${string}`;

const folder = join(projectRoot, 'environments/prices');

/** The table of a region among environments/prices/eks-*.yaml; undefined when none has it. A bad table is a `usage` error. */
export function pricesOf(region: string, tables: readonly EksPrices[] = readTables()): EksPrices | undefined {
  return tables.find(({ regions }) => regions.includes(region));
}

/** Price of a thing for an hour, undefined when the table does not tell. */
export function priceOf(table: EksPrices | undefined, thing: PricedThing): number | undefined {
  if (!table) return undefined;
  const { instances, ...others } = table.perHour;
  if (thing.startsWith('instance ')) return instances[thing.slice('instance '.length)]?.price;
  return others[thing as keyof typeof others].price;
}

function readTables(): EksPrices[] {
  const files = readdirSync(folder).filter((file) => /^eks-.*\.yaml$/.test(file));
  return files.map((name) => {
    const file = join(folder, name);
    const text = readYamlText(file, { what: 'table of prices', nextStep: 'make it readable' });
    return checkYaml(text, { file, schema: priceSchema, published: 'environments/eks-prices.schema.json' })
      .value;
  });
}

/** The JSON Schema that editors use. */
export function eksPriceJsonSchema(): string {
  const schema = z.toJSONSchema(priceSchema, { io: 'input' });
  return `${JSON.stringify({ title: 'Meshproof prices of EKS', ...schema }, null, 2)}\n`;
}
