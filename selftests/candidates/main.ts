import { argv, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { sideLabel } from '../../lib/gate/sides.ts';
import { findLab } from '../../lib/run/provision.ts';
import { settingsOf } from '../../lib/run/mesh-settings.ts';
import { terminalLog } from '../../lib/support/log.ts';
import { PLANTED_CANDIDATES, plantedCandidate, sideOf } from './index.ts';

/** Makes planted candidates by hand: prints what `meshproof gate --to` takes; with `--load ENVIRONMENT`, what its nodes call it. */
const { values, positionals } = parseArgs({
  args: argv.slice(2),
  options: { load: { type: 'string' } },
  allowPositionals: true,
});
const options = { log: terminalLog(), signal: new AbortController().signal };
if (positionals.length === 0)
  for (const { id, title } of PLANTED_CANDIDATES) stdout.write(`${id.padEnd(24)}${title}\n`);
for (const id of positionals) {
  const side = await sideOf(plantedCandidate(id), options);
  stdout.write(`${sideLabel(side)}\n`);
  if (values.load === undefined) continue;
  const lab = findLab(values.load);
  if (!lab) throw new Error(`${values.load} is not up`);
  const { proxyImage } = await settingsOf(side, lab, options);
  if (proxyImage !== undefined) stdout.write(`${proxyImage}\n`);
}
